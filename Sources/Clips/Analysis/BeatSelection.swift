import Hinge
import Study

/// A clip's beats, and the times by which they were found.
struct ClipBeats {
  /// Milliseconds, one a frame, ascending.
  let times: [Double]
  /// Whether the file states the times; otherwise they are assumed, so that beats can be distinguished.
  let hasStatedTimes: Bool
  let selection: BeatSelection.Selection

  init(_ findings: [FrameFinding], of header: ClipHeader) {
    let timing = FrameTiming(header)
    let areas = findings.map(\.ventricleArea)
    hasStatedTimes = timing != .unknown
    times = hasStatedTimes ? timing.times(of: header.frames) : AssumedTimes.times(areas: areas)
    selection = BeatSelection.select(
      lvArea: areas, times: times, rWaves: timing.comparable(header.rWaveTimes),
      heartRate: timing.comparable(header.heartRate))
  }
}

/// End diastole and end systole of every beat of a clip, from R-wave times where there are any and from the area
/// of the left ventricle otherwise. Pure; times are milliseconds, frames 0-based.
enum BeatSelection {
  /// Between one end diastole and the next: 200 down to 40 beats a minute.
  static let beatLengths = 300.0...1500.0
  /// From end diastole to end systole. Electromechanical systole takes some 400 ms at 60 beats a minute and less
  /// at more (Weissler et al., Circulation 37, 1968: 546 ms - 2.1 ms per beat a minute), longer in block.
  static let systoles = 120.0...650.0
  /// After an R wave, end systole lies in this part of the beat.
  static let systolicPart = 0.15...0.65
  /// The swing of the area over its median below which nothing beats: a ventricle that ejects a tenth of its
  /// volume still changes its area by some 7 %.
  static let smallestSwing = 0.06
  /// The swing over the noise.
  static let smallestSwingToNoise = 3.0
  /// Shares of the swing: what a reversal needs to count, and how near to the largest area a later maximum must
  /// come to be taken for end diastole.
  static let reversal = 0.4
  static let nearMaximum = 0.08
  /// With this share of beats in which the area does not fall by a reversal, R waves give way to the curve.
  static let largestIdleShare = 1.0 / 3
  /// A beat's length by the heart rate over that of the curve, where they agree.
  static let heartRateAgreement = 0.75...1.33
  /// How far apart the lengths of beats may lie, as a share of their mean, for a rhythm to be even.
  static let evenRhythm = 0.35
  /// Of the curve's beats so many have an R wave before their end systole, where the waves are those of the clip.
  static let explainedShare = 2.0 / 3
  /// How far below other beats' end diastole the area may be at the clip's first or last frame, as a share of the
  /// swing, to be taken for one.
  static let edgeTolerance = 0.08
  /// Where a clip ends before the ventricle has filled: by how much of the swing it must have begun to.
  static let beginningOfFilling = 0.1
  /// An extreme at the clip's edge is believed where the curve is this flat, as a share of its steepest part.
  static let edgeFlatness = 0.3
  /// The largest share of a beat's frames without an area.
  static let largestGapShare = 0.5
  /// A frame without an area gives way to a neighbour that has one, within this many milliseconds.
  static let neighbourReach = 70.0

  /// What was found, and what of the file it contradicts.
  struct Selection: Equatable, Sendable {
    /// In order, exactly one of them the reference; empty where no beat is found.
    var beats: [ClipReport.Beat] = []
    var contradictsRWaves = false
    var contradictsHeartRate = false
  }

  /// - Parameters:
  ///   - lvArea: the left ventricle's area, one a frame, in any unit; `nil` where there was none.
  ///   - times: one a frame, ascending.
  ///   - rWaves: R Wave Time Vector, from the start of the clip; may be empty.
  ///   - heartRate: beats a minute as the file has it; a hint, which the curve outranks.
  static func select(
    lvArea: [Double?], times: [Double], rWaves: [Double] = [], heartRate: Double? = nil
  ) -> Selection {
    guard let curve = AreaCurve(areas: lvArea, times: times) else { return Selection() }
    let stated = RWaveTimes(rWaves, times: times)
    let byECG = RWaveBeats(curve, rWaves: stated.waves, heartRate: heartRate)
    let byArea = AreaCurveBeats(curve, heartRate: heartRate).found
    let followsECG = byArea.isEmpty || (byECG.isBelievable && byECG.explains(byArea, of: curve))
    let found = followsECG ? byECG.found : byArea
    var selection = Selection(beats: beats(found, of: curve))
    guard !selection.beats.isEmpty else { return selection }
    selection.contradictsRWaves = stated.isImpossible || (!stated.waves.isEmpty && !followsECG)
    selection.contradictsHeartRate = contradicts(heartRate, found, of: curve)
    return selection
  }

  /// The beats of `select` alone.
  static func beats(
    lvArea: [Double?], times: [Double], rWaves: [Double] = [], heartRate: Double? = nil
  ) -> [ClipReport.Beat] {
    select(lvArea: lvArea, times: times, rWaves: rWaves, heartRate: heartRate).beats
  }

  private static func beats(_ found: [FoundBeat], of curve: AreaCurve) -> [ClipReport.Beat] {
    let usable = found.compactMap { $0.onMeasuredFrames(of: curve) }
    guard let best = usable.indices.min(by: { usable[$0].rank < usable[$1].rank }) else { return [] }
    return usable.indices.map { i in
      ClipReport.Beat(
        edFrame: usable[i].endDiastole, esFrame: usable[i].endSystole, source: usable[i].source,
        reference: i == best, nextEDFrame: usable[i].nextEndDiastole)
    }
  }

  /// Whether the beats are longer or shorter than the heart rate says, by more than beats differ from each other.
  private static func contradicts(_ heartRate: Double?, _ found: [FoundBeat], of curve: AreaCurve) -> Bool {
    let lengths = found.compactMap { beat in
      beat.nextEndDiastole.map { curve.times[$0] - curve.times[beat.endDiastole] }
    }
    guard let heartRate, heartRate > 0, let typical = Percentiles.median(lengths), typical > 0 else {
      return false
    }
    return !heartRateAgreement.contains(60_000 / heartRate / typical)
  }

  /// The length of a beat at a heart rate, `nil` where it is not plausible.
  static func beatLength(heartRate: Double?) -> Double? {
    guard let heartRate, heartRate > 0 else { return nil }
    let length = 60_000 / heartRate
    return beatLengths.contains(length) ? length : nil
  }
}

/// A beat as it was found, before the reference is chosen.
struct FoundBeat: Equatable {
  var endDiastole: Int
  var endSystole: Int
  /// The next end diastole, `nil` where the clip ends before it.
  var nextEndDiastole: Int?
  var source: ClipReport.Beat.Source
  /// What ranks beats, lowest first: whole ones, then those with few gaps and a swing like that of the others.
  var rank = 0.0

  /// The beat on frames that have an area of their own; `nil` where too few have one, or none near enough.
  func onMeasuredFrames(of curve: AreaCurve) -> FoundBeat? {
    let span = endDiastole...(nextEndDiastole ?? endSystole)
    let gaps = Double(span.count { !curve.measured[$0] }) / Double(span.count)
    guard gaps <= BeatSelection.largestGapShare,
      let diastole = curve.measuredFrame(near: endDiastole),
      let systole = curve.measuredFrame(near: endSystole), diastole < systole
    else { return nil }
    var beat = self
    beat.endDiastole = diastole
    beat.endSystole = systole
    let swing = curve.values[endDiastole] - curve.values[endSystole]
    beat.rank = (nextEndDiastole == nil ? 10 : 0) + gaps + abs(1 - swing / max(curve.swing, 1e-9))
    return beat
  }
}

extension AreaCurve {
  /// The frame itself, or the nearest with an area within `BeatSelection.neighbourReach`.
  fileprivate func measuredFrame(near frame: Int) -> Int? {
    let reach = BeatSelection.neighbourReach
    return frames(in: (times[frame] - reach)...(times[frame] + reach)).filter { measured[$0] }
      .min { abs(times[$0] - times[frame]) < abs(times[$1] - times[frame]) }
  }
}

/// Beats from R waves: end diastole at the R wave, end systole at the least area in the systolic part of the beat.
struct RWaveBeats {
  private(set) var found: [FoundBeat] = []
  /// Whether the ventricle ejects after nearly all of the waves. A recorder that counts T waves too, or whose times
  /// begin elsewhere than the clip, puts end diastole into systole.
  private(set) var isBelievable = false
  private var waves: [Double] = []

  init(_ curve: AreaCurve, rWaves: [Double], heartRate: Double?) {
    guard let first = curve.times.first, let last = curve.times.last, curve.count > 1 else { return }
    let interval = (last - first) / Double(curve.count - 1)
    waves = Self.apart(rWaves.filter { $0 >= first - interval && $0 <= last + interval }.sorted())
    let lengths = zip(waves, waves.dropFirst()).map { $1 - $0 }
      .filter(BeatSelection.beatLengths.contains)
    let typical =
      lengths.isEmpty
      ? BeatSelection.beatLength(heartRate: heartRate) : lengths.sorted()[lengths.count / 2]
    for (i, wave) in waves.enumerated() {
      let next = i + 1 < waves.count ? waves[i + 1] : nil
      let length = next.map { $0 - wave }
      if let length, BeatSelection.beatLengths.contains(length) {
        add(curve, wave, length: length, next: next)
      } else if let typical {
        add(curve, wave, length: typical, next: nil)
      }
    }
    let fall = BeatSelection.reversal * curve.swing
    let idle = found.count { curve.values[$0.endDiastole] - curve.values[$0.endSystole] < fall }
    isBelievable = Double(idle) < BeatSelection.largestIdleShare * Double(found.count)
  }

  /// Whether nearly all beats of the curve follow an R wave. One at the first frame may have had its wave before.
  func explains(_ beats: [FoundBeat], of curve: AreaCurve) -> Bool {
    let whole = beats.filter { $0.endDiastole > 0 }
    let explained = whole.count { beat in
      waves.contains { BeatSelection.systoles.contains(curve.times[beat.endSystole] - $0) }
    }
    return Double(explained) >= BeatSelection.explainedShare * Double(whole.count)
  }

  /// Without waves that follow another one sooner than a beat can.
  private static func apart(_ waves: [Double]) -> [Double] {
    waves.reduce(into: []) { kept, wave in
      if let last = kept.last, wave - last < BeatSelection.beatLengths.lowerBound { return }
      kept.append(wave)
    }
  }

  private mutating func add(_ curve: AreaCurve, _ wave: Double, length: Double, next: Double?) {
    let part = BeatSelection.systolicPart
    let window = (wave + part.lowerBound * length)...(wave + part.upperBound * length)
    let end = curve.times.last ?? 0
    let candidates = curve.frames(in: window)
    guard let systole = candidates.min(by: { curve.values[$0] < curve.values[$1] }) else { return }
    if window.upperBound > end, !curve.endsSystole(at: systole, alone: found.isEmpty) { return }
    let diastole = curve.frame(at: wave)
    guard diastole < systole else { return }
    found.append(
      FoundBeat(
        endDiastole: diastole, endSystole: systole, nextEndDiastole: next.map(curve.frame), source: .rWave))
  }
}

/// R Wave Time Vector (0018,6060) as far as it can be: placeholders, seconds, times of another loop and one entry a
/// frame are no R waves.
struct RWaveTimes: Equatable, Sendable {
  /// Milliseconds from the start of the clip, ascending, within it.
  private(set) var waves: [Double] = []
  /// Whether times are stated that cannot be R waves.
  private(set) var isImpossible = false

  /// Waves nearer to each other are one that was counted twice.
  private static let nearest = 50.0
  /// No heart beats faster than this again and again.
  private static let shortestBeat = 200.0

  /// - Parameters:
  ///   - stated: as the file has them; zeros alone mean none.
  ///   - times: of the frames, ascending.
  init(_ stated: [Double], times: [Double]) {
    let stated = stated.filter(\.isFinite)
    guard let first = times.first, let last = times.last, times.count > 1, stated.contains(where: { $0 != 0 })
    else { return }
    let interval = (last - first) / Double(times.count - 1)
    let within = stated.filter { $0 >= first - interval && $0 <= last + interval }
    let groups = Self.grouped(within)
    let starts = groups.compactMap(\.first)
    let lengths = zip(starts, starts.dropFirst()).map { $1 - $0 }
    isImpossible =
      zip(stated, stated.dropFirst()).contains { $0 > $1 } || groups.isEmpty
      || groups.contains { $0.count > 2 } || (groups.count == 1 && within.count > 1)
      || (Percentiles.median(lengths) ?? .infinity) < Self.shortestBeat
    if !isImpossible { waves = starts }
  }

  /// Waves that lie near each other, together.
  private static func grouped(_ waves: [Double]) -> [[Double]] {
    waves.reduce(into: []) { groups, wave in
      if let last = groups.last?.last, wave - last < nearest {
        groups[groups.count - 1].append(wave)
      } else {
        groups.append([wave])
      }
    }
  }
}
