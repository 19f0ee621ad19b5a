import Foundation
import Testing

@testable import Clips
@testable import Phantom
@testable import Reports
@testable import Study

/// Areas of a beating ventricle: a fall through systole, rapid filling, diastasis and the atrium's kick.
private struct Heartbeat {
  var rate = 60.0
  var frameTime = 20.0
  var frames = 100
  /// Into the beat at the first frame, milliseconds.
  var phase = 0.0
  var ejected = 0.4
  var noise = 0.0
  var drift = 0.0
  var outliers = 0.0
  var gaps = 0.0
  var seed: UInt64 = 1

  var length: Double { 60_000 / rate }
  var systole: Double { min(546 - 2.1 * rate, 0.55 * length) }
  var times: [Double] { (0..<frames).map { Double($0) * frameTime } }

  /// 1 at end diastole.
  func area(_ t: Double) -> Double {
    let beat = (t + phase).truncatingRemainder(dividingBy: length)
    if beat < systole { return 1 - ejected * (1 - cos(.pi * beat / systole)) / 2 }
    let d = (beat - systole) / (length - systole)
    let filling = 0.75 * (1 - exp(-6 * d)) + 0.05 * d
    let kick = d > 0.8 ? 0.2 * (1 - cos(.pi * (d - 0.8) / 0.2)) / 2 : 0
    return 1 - ejected + ejected * (filling + kick)
  }

  func areas() -> [Double?] {
    var random = Splitmix(seed)
    return times.map { t in
      let gauss = sqrt(-2 * log(random.unit)) * cos(2 * .pi * random.unit)
      let wild = random.unit < outliers
      let missing = random.unit < gaps
      let value = 2500 * (area(t) * (1 + noise * gauss) + drift * t / 1000)
      return missing ? nil : wild ? value * 1.6 : value
    }
  }

  /// End diastoles and end systoles in frames, those before and after the clip too.
  var diastoles: [Double] { events(0) }
  var systoles: [Double] { events(systole) }

  private func events(_ offset: Double) -> [Double] {
    (-1..<20).map { (Double($0) * length + offset - phase) / frameTime }
  }

  func isInside(_ event: Double) -> Bool { event >= 0 && event <= Double(frames - 1) }

  var rWaves: [Double] { diastoles.filter(isInside).map { $0 * frameTime } }
}

private struct Splitmix {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  /// Uniform in (0, 1).
  var unit: Double {
    mutating get {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return (Double((z ^ (z >> 31)) >> 11) + 0.5) / 9_007_199_254_740_992
    }
  }
}

private struct Errors {
  var diastole: [Double] = []
  var systole: [Double] = []
  var found = 0
  var expected = 0
  var empty = 0

  mutating func add(_ heart: Heartbeat, _ beats: [ClipReport.Beat]) {
    found += beats.count
    if beats.isEmpty { empty += 1 }
    expected += max(0, heart.diastoles.count(where: heart.isInside) - 1)
    for beat in beats {
      diastole.append(heart.diastoles.map { abs($0 - Double(beat.edFrame)) }.min() ?? 99)
      systole.append(heart.systoles.map { abs($0 - Double(beat.esFrame)) }.min() ?? 99)
    }
  }

  static func mean(_ a: [Double]) -> Double { a.reduce(0, +) / Double(max(a.count, 1)) }
}

@Suite struct BeatSelectionTests {
  /// Every rate, frame rate and place in the beat to start at.
  private func hearts(_ change: (inout Heartbeat) -> Void) -> [Heartbeat] {
    var hearts: [Heartbeat] = []
    for rate in [45.0, 60, 75, 100, 140] {
      for frameTime in [12.0, 17.88, 33.3, 50] {
        for start in [0.0, 0.15, 0.4, 0.7, 0.95] {
          var heart = Heartbeat(rate: rate, frameTime: frameTime, frames: Int(2600 / frameTime))
          heart.phase = start * heart.length
          heart.seed = UInt64(hearts.count + 1)
          change(&heart)
          hearts.append(heart)
        }
      }
    }
    return hearts
  }

  private func errors(ecg: Bool = false, hint: Bool = false, _ change: (inout Heartbeat) -> Void) -> Errors {
    var errors = Errors()
    for heart in hearts(change) {
      errors.add(
        heart,
        BeatSelection.beats(
          lvArea: heart.areas(), times: heart.times, rWaves: ecg ? heart.rWaves : [],
          heartRate: hint ? heart.rate : nil))
    }
    return errors
  }

  @Test func findsEveryWholeBeatOfACleanCurveWithinAFrame() throws {
    let errors = self.errors { _ in }
    #expect(errors.empty == 0)
    #expect(errors.found >= errors.expected)
    #expect(Errors.mean(errors.diastole) < 1)
    #expect(Errors.mean(errors.systole) < 1)
    #expect(try #require(errors.diastole.max()) <= 2)
    #expect(try #require(errors.systole.max()) <= 2)
  }

  /// Noise as a share of the area, drift a second, shares of outliers (1.6 times the area) and of frames without
  /// an area; the mean errors in frames that are allowed.
  @Test(arguments: [
    (0.02, 0.0, 0.0, 0.0, 1.0, 1.6), (0.04, 0.0, 0.0, 0.0, 1.2, 1.8), (0.01, 0.05, 0.0, 0.0, 1.0, 1.4),
    (0.01, 0.0, 0.03, 0.0, 1.0, 1.5), (0.01, 0.0, 0.0, 0.2, 1.0, 1.4), (0.03, -0.04, 0.02, 0.1, 1.2, 1.8),
  ])
  func staysNearUnderDisturbance(
    noise: Double, drift: Double, outliers: Double, gaps: Double, diastole: Double, systole: Double
  ) {
    let errors = self.errors {
      $0.noise = noise
      $0.drift = drift
      $0.outliers = outliers
      $0.gaps = gaps
    }
    #expect(errors.empty == 0)
    #expect(errors.found >= errors.expected)
    #expect(Errors.mean(errors.diastole) < diastole)
    #expect(Errors.mean(errors.systole) < systole)
  }

  @Test func takesEndDiastoleFromTheRWave() throws {
    let errors = self.errors(ecg: true) {
      $0.noise = 0.03
      $0.outliers = 0.02
    }
    #expect(errors.found >= errors.expected)
    // Half a frame of rounding at most.
    #expect(try #require(errors.diastole.max()) <= 0.5)
    #expect(Errors.mean(errors.systole) < 1.8)
    let heart = Heartbeat()
    let beats = BeatSelection.beats(lvArea: heart.areas(), times: heart.times, rWaves: heart.rWaves)
    #expect(!beats.isEmpty && beats.allSatisfy { $0.source == .rWave })
  }

  @Test func flagsExactlyOneReferenceAndPrefersAWholeBeat() throws {
    for heart in hearts({ $0.noise = 0.02 }) {
      let beats = BeatSelection.beats(lvArea: heart.areas(), times: heart.times)
      #expect(beats.count { $0.reference } == 1)
      #expect(beats.allSatisfy { $0.edFrame < $0.esFrame })
      #expect(zip(beats, beats.dropFirst()).allSatisfy { $0.esFrame <= $1.edFrame })
    }
    // Starts at end diastole, ends in the filling after the second systole: the first beat alone is whole.
    let heart = Heartbeat(rate: 60, frameTime: 20, frames: 82)
    let beats = BeatSelection.beats(lvArea: heart.areas(), times: heart.times)
    #expect(beats.map(\.reference) == [true, false])
  }

  @Test func referenceAvoidsGaps() {
    let heart = Heartbeat(rate: 60, frameTime: 20, frames: 101)
    var areas = heart.areas()
    for i in [4, 5, 9, 12, 27, 28, 35, 40] { areas[i] = nil }
    let beats = BeatSelection.beats(lvArea: areas, times: heart.times, rWaves: heart.rWaves)
    #expect(beats.prefix(2).map(\.reference) == [false, true])
  }

  @Test func chosenFramesHaveAnArea() {
    for heart in hearts({ $0.gaps = 0.3 }) {
      let areas = heart.areas()
      for rWaves in [[], heart.rWaves] {
        let beats = BeatSelection.beats(lvArea: areas, times: heart.times, rWaves: rWaves)
        #expect(!beats.isEmpty)
        for beat in beats {
          #expect(areas[beat.edFrame] != nil && areas[beat.esFrame] != nil)
        }
      }
    }
  }

  @Test func shortClipGivesItsOnePair() {
    // Two thirds of a beat, from end diastole into the filling.
    let heart = Heartbeat(rate: 60, frameTime: 20, frames: 34)
    let beats = BeatSelection.beats(lvArea: heart.areas(), times: heart.times)
    #expect(beats.count == 1)
    #expect(beats.first.map { $0.edFrame <= 1 && abs($0.esFrame - 21) <= 1 } == true)
    #expect(beats.first?.reference == true)
  }

  @Test func clipWithinSystoleGivesNone() {
    let heart = Heartbeat(rate: 60, frameTime: 20, frames: 10, phase: 100)
    #expect(BeatSelection.beats(lvArea: heart.areas(), times: heart.times).isEmpty)
  }

  @Test func nothingBeatsInALevelOrNoisyCurve() {
    let times = (0..<90).map { Double($0) * 20 }
    #expect(BeatSelection.beats(lvArea: times.map { _ in 2000 }, times: times).isEmpty)
    let heart = Heartbeat(frames: 90, ejected: 0.01, noise: 0.01)
    #expect(BeatSelection.beats(lvArea: heart.areas(), times: times).isEmpty)
  }

  @Test func unusableInputGivesNone() {
    #expect(BeatSelection.beats(lvArea: [], times: []).isEmpty)
    #expect(BeatSelection.beats(lvArea: [1, 2], times: [0, 20]).isEmpty)
    #expect(BeatSelection.beats(lvArea: [nil, nil, nil, nil], times: [0, 20, 40, 60]).isEmpty)
    let heart = Heartbeat()
    #expect(BeatSelection.beats(lvArea: heart.areas(), times: heart.times.reversed()).isEmpty)
    #expect(BeatSelection.beats(lvArea: heart.areas(), times: [0]).isEmpty)
    #expect(BeatSelection.beats(lvArea: heart.areas().map { _ in .nan }, times: heart.times).isEmpty)
  }

  /// Half, double, far off and of another loop.
  @Test(arguments: [0.5, 0.54, 0.4, 1.9, 2.2]) func theCurveOutranksAHeartRateThatItContradicts(
    _ factor: Double
  ) {
    let hearts = hearts({ $0.noise = 0.01 }).filter { (40...200).contains($0.rate * factor) }
    #expect(!hearts.isEmpty)
    for heart in hearts {
      let free = BeatSelection.select(lvArea: heart.areas(), times: heart.times)
      let told = BeatSelection.select(
        lvArea: heart.areas(), times: heart.times, heartRate: heart.rate * factor)
      #expect(told.beats == free.beats)
      #expect(told.contradictsHeartRate == free.beats.contains { $0.nextEDFrame != nil })
    }
  }

  @Test func aHeartRateThatAgreesIsNotContradicted() {
    for heart in hearts({ $0.noise = 0.02 }) {
      let selection = BeatSelection.select(
        lvArea: heart.areas(), times: heart.times, rWaves: heart.rWaves, heartRate: heart.rate)
      #expect(!selection.contradictsHeartRate && !selection.contradictsRWaves)
    }
  }

  static let impossibleRWaves: [[Double]] = [
    [0.3, 1.3, 2.3], [900, 500, 100], [50, 55, 60], stride(from: 0, to: 2000, by: 20).map { $0 },
  ]

  @Test(arguments: impossibleRWaves) func rWavesThatCannotBeAreToldAndNotUsed(_ rWaves: [Double]) {
    let heart = Heartbeat()
    let free = BeatSelection.select(lvArea: heart.areas(), times: heart.times)
    let told = BeatSelection.select(lvArea: heart.areas(), times: heart.times, rWaves: rWaves)
    #expect(told.beats == free.beats && told.contradictsRWaves)
  }

  @Test func rWavesOfZeroAreNone() {
    let heart = Heartbeat()
    let free = BeatSelection.select(lvArea: heart.areas(), times: heart.times)
    #expect(BeatSelection.select(lvArea: heart.areas(), times: heart.times, rWaves: [0, 0]) == free)
  }

  /// A single wave, in seconds for instance, that stands for none of the other beats.
  @Test func aWaveThatExplainsFewBeatsGivesWayToTheCurve() {
    let heart = Heartbeat(rate: 84, frameTime: 33.3, frames: 60, phase: 650)
    let told = BeatSelection.select(lvArea: heart.areas(), times: heart.times, rWaves: [0.7])
    #expect(!told.beats.isEmpty)
    #expect(told.beats.allSatisfy { $0.source == .areaCurve } && told.contradictsRWaves)
  }

  @Test func implausibleRWavesGiveWayToTheCurve() {
    let heart = Heartbeat()
    for rWaves in [[1e6, 2e6], [0.0, 10, 20], [Double.nan]] {
      let beats = BeatSelection.beats(lvArea: heart.areas(), times: heart.times, rWaves: rWaves)
      #expect(!beats.isEmpty)
      #expect(beats.allSatisfy { $0.source == .areaCurve })
    }
  }

  /// Into the T wave, as a share of systole.
  @Test(arguments: [0.7, 0.85, 1]) func tWavesThatARecorderCountedGiveNoBeats(_ place: Double) {
    for heart in hearts({ $0.noise = 0.01 }) {
      let end = Double(heart.frames - 1) * heart.frameTime
      let tWaves = heart.diastoles.map { $0 * heart.frameTime + place * heart.systole }
        .filter { (0...end).contains($0) }
      let beats = BeatSelection.beats(
        lvArea: heart.areas(), times: heart.times, rWaves: (heart.rWaves + tWaves).sorted())
      var errors = Errors()
      errors.add(heart, beats.filter(\.reference))
      #expect(errors.found == 1)
      #expect(Errors.mean(errors.diastole) * heart.frameTime < 80)
      #expect(Errors.mean(errors.systole) * heart.frameTime < 80)
    }
  }

  /// Of another loop, for instance, that the clip was cut from.
  @Test(arguments: [-300.0, 300, 500]) func rWavesOfOtherTimesGiveWayToTheCurve(_ offset: Double) {
    let heart = Heartbeat()
    let beats = BeatSelection.beats(
      lvArea: heart.areas(), times: heart.times, rWaves: heart.rWaves.map { $0 + offset })
    #expect(!beats.isEmpty)
    #expect(beats.allSatisfy { $0.source == .areaCurve })
  }

  @Test func aWaveThatIsCountedTwiceGivesOneBeat() {
    let heart = Heartbeat()
    let once = BeatSelection.beats(lvArea: heart.areas(), times: heart.times, rWaves: heart.rWaves)
    let twice = BeatSelection.beats(
      lvArea: heart.areas(), times: heart.times, rWaves: heart.rWaves.flatMap { [$0, $0 + 4] })
    #expect(twice == once)
  }

  @Test func framesMayComeAtUnequalTimes() {
    let heart = Heartbeat(rate: 70)
    // A frame and a half, then half a frame, in turn.
    let times = (0..<120).map { Double($0) * 20 + ($0 % 2 == 1 ? 8 : 0) }
    let areas = times.map { Optional(2500 * heart.area($0)) }
    let beats = BeatSelection.beats(lvArea: areas, times: times)
    #expect(beats.count >= 2)
    for beat in beats {
      let diastole = times[beat.edFrame].truncatingRemainder(dividingBy: heart.length)
      let systole = (times[beat.esFrame] - heart.systole).truncatingRemainder(dividingBy: heart.length)
      #expect(min(diastole, heart.length - diastole) < 35)
      #expect(min(abs(systole), heart.length - abs(systole)) < 35)
    }
  }
}
