import Foundation
import Testing

@testable import Lab

@Suite struct ShapiroWilkTests {
  /// W and p of scipy.stats.shapiro, SciPy 1.17.1. Samples by rule are recorded as `wave n` and `residues n`:
  /// `i = numpy.arange(n); scipy.stats.shapiro(3 * numpy.sin(1.7 * i) + 0.25 * (i * i % 17))` and
  /// `scipy.stats.shapiro((7919 * i % 1009) / 1009)`.
  static let recorded: [(sample: [Double], w: Double, p: Double)] = [
    ([1.0, 2, 4], 0.9642857142857142, 0.6368868450289689),
    ([-0.5, 0.25, 1.5, -2.5], 0.9806344502511746, 0.905730805939114),
    ([2.1, 3.3, 0.2, 5.9, 4.1], 0.9975306327552504, 0.998252077307186),
    ([0.1, 0.1, 0.1, 0.2, 9.0, 0.3, 0.25], 0.47411450263493704, 7.750188631225969e-06),
    ([148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236], 0.7888146948631716, 0.006703814061898823),
    (
      [1.2, 1.9, 2.2, 2.4, 2.9, 3.1, 3.3, 3.8, 4.0, 4.4, 5.2, 7.9], 0.91167832592563,
      0.22417121884971875
    ),
    (wave(20), 0.9392728093723967, 0.23230186717094603),
    (residues(20), 0.955493094528971, 0.45817585572319613),
    (wave(50), 0.9682139456903779, 0.19560821026089742),
    (residues(50), 0.954818582506777, 0.053986531916633065),
    (wave(51), 0.9677353848779662, 0.17783550338471443),
    (residues(51), 0.9578016245854661, 0.06723121089025308),
    (wave(200), 0.9776666145870221, 0.0028104019216565767),
    (residues(200), 0.9535013687650307, 4.166857311844538e-06),
    (wave(1500), 0.9793284837446052, 7.240412309337208e-14),
    (residues(1500), 0.9547765994404052, 3.916055169561354e-21),
  ]

  @Test(arguments: recorded)
  func equalsSciPy(sample: [Double], w: Double, p: Double) throws {
    let found = try #require(ShapiroWilk(sample))
    #expect(abs(found.w - w) < 1e-6)
    #expect(abs(found.p - p) < 1e-6)
    // Small probabilities agree in proportion too.
    #expect(abs(found.p / p - 1) < 1e-3)
  }

  static func wave(_ n: Int) -> [Double] {
    (0..<n).map { i -> Double in
      let rest = Double(i * i % 17)
      return 3 * sin(1.7 * Double(i)) + 0.25 * rest
    }
  }

  static func residues(_ n: Int) -> [Double] {
    (0..<n).map { Double(7919 * $0 % 1009) / 1009 }
  }

  @Test func refusesSamplesItDoesNotHoldFor() {
    #expect(ShapiroWilk([]) == nil)
    #expect(ShapiroWilk([1, 2]) == nil)
    #expect(ShapiroWilk([3, 3, 3, 3]) == nil)
    #expect(ShapiroWilk([1, 2, .nan]) == nil)
    #expect(ShapiroWilk([Double](repeating: 0, count: 5001)) == nil)
  }

  @Test func quantileInvertsTheNormalDistribution() {
    for z in stride(from: -6.0, through: 6, by: 0.37) {
      let p = erfc(-z / Double(2).squareRoot()) / 2
      #expect(abs(ShapiroWilk.normalQuantile(p) - z) < 1e-6)
    }
    #expect(abs(ShapiroWilk.normalQuantile(0.5)) < 1e-15)
  }
}
