import Testing

@testable import Clips

@Suite struct FrameTimingTests {
  private static func timing(
    _ time: Double? = nil, _ vector: [Double] = [], named: ClipHeader.FrameIncrement? = nil, frames: Int = 3
  ) -> FrameTiming {
    FrameTiming(
      ClipHeader(
        transferSyntaxUID: "1.2.840.10008.1.2.1", identity: .init(), rows: 4, columns: 4, frames: frames,
        samplesPerPixel: 1, bitsAllocated: 8, bitsStored: 8, hasPixelData: true, frameIncrement: named,
        frameTime: time, frameTimeVector: vector, rWaveTimes: [], regions: [], lossy: false, texts: [:]))
  }

  @Test func takesWhatTheFrameIncrementPointerNames() {
    #expect(Self.timing(20, [0, 40, 40], named: .frameTime) == .even(20))
    #expect(Self.timing(20, [0, 40, 44], named: .frameTimeVector) == .steps([40, 44]))
  }

  @Test func takesTheVectorWhereNothingIsNamed() {
    #expect(Self.timing(20, [0, 40, 44]) == .steps([40, 44]))
    #expect(Self.timing(20) == .even(20))
  }

  @Test(arguments: [[0, 33, 0], [0, 0, 0], [0, 33, -1]])
  func doesNotBelieveAVectorThatStandsStillOrGoesBack(_ vector: [Double]) {
    #expect(Self.timing(33.3, vector, named: .frameTimeVector) == .even(33.3))
    #expect(Self.timing(nil, vector, named: .frameTimeVector) == .unknown)
  }

  @Test func takesTheOtherAttributeWhereTheNamedOneIsMissing() {
    #expect(Self.timing(nil, [0, 40, 44], named: .frameTime) == .steps([40, 44]))
    #expect(Self.timing(20, [], named: .frameTimeVector) == .even(20))
  }

  @Test func takesTheMeanOfAVectorOfAnotherLength() {
    #expect(Self.timing(nil, [0, 30, 34]) == .steps([30, 34]))
    #expect(Self.timing(nil, [0, 30, 34], frames: 9) == .even(32))
    #expect(Self.timing(20, [0, 30, 34], frames: 9) == .even(20))
  }

  @Test func timesBeginAtZeroAndAgreeWithTheMean() {
    let vector = Self.timing(nil, [5, 40, 44])
    #expect(vector.times(of: 3) == [0, 40, 84] && vector.mean == 42)
    #expect(Self.timing(20).times(of: 3) == [0, 20, 40] && Self.timing(20).mean == 20)
  }

  @Test func aClipWithoutTimesReportsNone() {
    #expect(Self.timing() == .unknown && Self.timing().mean == nil)
    #expect(Self.timing().times(of: 31).last == 1000)
    #expect(Self.timing(0) == .unknown)
  }

  @Test func holdsNoRWavesAgainstAssumedTimes() {
    #expect(Self.timing(20).comparable([400, 1400]) == [400, 1400])
    #expect(Self.timing().comparable([400, 1400]).isEmpty)
  }

  private static func stated(_ change: (inout ClipHeader) -> Void) -> [String] {
    var header = ClipHeader.loop()
    change(&header)
    return FrameTiming.stated(header).map { ["\($0.timing)", $0.source.rawValue] } ?? []
  }

  @Test func takesWhatElseStatesTheTime() {
    #expect(Self.stated { $0.cineRate = 50 } == ["even(20.0)", "cine-rate"])
    #expect(Self.stated { $0.recommendedDisplayFrameRate = 50 } == ["even(20.0)", "display-rate"])
    #expect(Self.stated { $0.actualFrameDuration = 20 } == ["even(20.0)", "actual-frame-duration"])
    #expect(Self.stated { $0.effectiveDuration = 1.2 } == ["even(20.0)", "effective-duration"])
    #expect(Self.stated { $0.cineRate = 100_000 } == [])
  }

  @Test func takesTheFirstThatIsPossible() {
    let rates = Self.stated {
      $0.cineRate = 50
      $0.recommendedDisplayFrameRate = 30
      $0.frameTime = 0.1
    }
    #expect(rates == ["even(20.0)", "cine-rate"])
    let time = Self.stated {
      $0.cineRate = 50
      $0.frameTime = 25
    }
    #expect(time == ["even(25.0)", "frame-time"])
  }

  /// A tenth of a millisecond, one, seconds, microseconds and none.
  @Test(arguments: [0.1, 1, 0.033, 33_333, 0, -33.3, 1e6]) func believesNoTimeThatNoHeartsLoopHas(
    _ time: Double
  ) {
    #expect(Self.timing(time) == .unknown)
    #expect(Self.timing(time, [0, 33, 34]) == .steps([33, 34]))
  }

  @Test func aSingleFrameHasNoSteps() {
    #expect(Self.timing(nil, [0], frames: 1) == .unknown)
    #expect(Self.timing().times(of: 1) == [0])
  }
}
