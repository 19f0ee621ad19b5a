import Testing

@testable import WatchDaemon

@Suite struct RWaveTimesTests {
  /// Three seconds of 50 frames each.
  private static let times = (0..<150).map { Double($0) * 20 }

  @Test(arguments: [
    ("seconds", [0.3, 1.1, 1.9]), ("two of them in seconds", [0.3, 1.1]), ("falling", [1900, 1100, 300]),
    ("a few milliseconds apart", [400, 405, 410]), ("one a frame", (0..<150).map { Double($0) * 20 }),
    ("one every other frame", (0..<37).map { Double($0) * 80 }), ("beyond the loop", [90_000, 90_800]),
    ("all negative", [-1900, -1100, -300]), ("equal", [700, 700, 700]),
  ])
  func areNotBelievedWhereTheyCannotBe(_ what: String, _ stated: [Double]) {
    let rWaves = RWaveTimes(stated, times: Self.times)
    #expect(rWaves.waves.isEmpty && rWaves.isImpossible)
  }

  @Test(arguments: [[], [0], [0, 0], [0, 0, 0], [.nan]] as [[Double]]) func zerosAreNone(_ stated: [Double]) {
    let rWaves = RWaveTimes(stated, times: Self.times)
    #expect(rWaves.waves.isEmpty && !rWaves.isImpossible)
  }

  @Test(arguments: [
    ([300, 1100, 1900], [300, 1100, 1900]), ([0, 800, 1600], [0, 800, 1600]),
    // One before the loop, and one after it.
    ([-500, 300, 1100, 3900], [300, 1100]),
    // One that was counted twice.
    ([300, 304, 1100], [300, 1100]), ([700], [700]),
  ] as [([Double], [Double])])
  func areUsedWhereTheyCanBe(_ stated: [Double], _ waves: [Double]) {
    let rWaves = RWaveTimes(stated, times: Self.times)
    #expect(rWaves.waves == waves && !rWaves.isImpossible)
  }
}
