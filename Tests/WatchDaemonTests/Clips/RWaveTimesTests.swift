import Testing

@testable import Clips

@Suite struct RWaveTimesTests {
  /// Three seconds of 50 frames each.
  private static let times: [Double] = (0..<150).map { Double($0) * 20 }

  static let impossible: [(String, [Double])] = [
    ("seconds", [0.3, 1.1, 1.9]), ("two of them in seconds", [0.3, 1.1]), ("falling", [1900, 1100, 300]),
    ("a few milliseconds apart", [400, 405, 410]), ("one a frame", times),
    ("one every fourth frame", stride(from: 0, to: 3000, by: 80).map { $0 }),
    ("beyond the loop", [90_000, 90_800]), ("all negative", [-1900, -1100, -300]),
    ("equal", [700, 700, 700]),
  ]

  @Test(arguments: impossible)
  func areNotBelievedWhereTheyCannotBe(_ what: String, _ stated: [Double]) {
    let rWaves = RWaveTimes(stated, times: Self.times)
    #expect(rWaves.waves.isEmpty && rWaves.isImpossible)
  }

  @Test(arguments: [[], [0], [0, 0], [0, 0, 0], [.nan]] as [[Double]]) func zerosAreNone(_ stated: [Double]) {
    let rWaves = RWaveTimes(stated, times: Self.times)
    #expect(rWaves.waves.isEmpty && !rWaves.isImpossible)
  }

  static let possible: [([Double], [Double])] = [
    ([300, 1100, 1900], [300, 1100, 1900]), ([0, 800, 1600], [0, 800, 1600]),
    // One before the loop, and one after it.
    ([-500, 300, 1100, 3900], [300, 1100]),
    // One that was counted twice.
    ([300, 304, 1100], [300, 1100]), ([700], [700]),
  ]

  @Test(arguments: possible)
  func areUsedWhereTheyCanBe(_ stated: [Double], _ waves: [Double]) {
    let rWaves = RWaveTimes(stated, times: Self.times)
    #expect(rWaves.waves == waves && !rWaves.isImpossible)
  }
}
