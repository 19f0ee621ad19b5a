import Foundation
import Testing

@testable import Clips
@testable import Phantom

@Suite struct CardiacCycleTests {
  private let cycle = CardiacCycle(period: 900)

  @Test func contractionGoesFromRestToFullAndBack() {
    #expect(cycle.contraction(0) == 0)
    #expect(cycle.contraction(cycle.systole) == 1)
    #expect(cycle.contraction(0.999) < 0.001)
    #expect(stride(from: 0.0, to: 1, by: 0.01).allSatisfy { (0...1).contains(cycle.contraction($0)) })
  }

  @Test func valvesAreClosedInSystole() {
    for phase in stride(from: 0.0, through: cycle.systole, by: 0.01) { #expect(cycle.opening(phase) == 0) }
    #expect(cycle.opening(cycle.systole + 0.12) == 1)
  }

  @Test func fillingIsFastThenSlowThenAtrial() {
    func speed(_ phase: Double) -> Double { cycle.contraction(phase) - cycle.contraction(phase + 0.02) }
    let (rapid, rest, atrial) = (speed(0.48), speed(0.7), speed(0.9))
    #expect(rapid > atrial && atrial > 3 * rest)
  }

  @Test func electrocardiogramPeaksAtTheRWave() {
    let samples = stride(from: -0.5, to: 0.5, by: 0.005).map { ($0, cycle.electrocardiogram($0)) }
    let peak = samples.max { $0.1 < $1.1 }
    #expect(abs((peak?.0 ?? 1)) < 0.006)
  }
}
