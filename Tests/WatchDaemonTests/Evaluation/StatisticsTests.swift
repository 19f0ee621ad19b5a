import Hinge
import Testing

@testable import Lab

@Suite struct StatisticsTests {
  /// Values of numpy.quantile with its default method.
  @Test(arguments: [
    ([3.0, 1, 2, 10], 0.5, 2.5), ([3, 1, 2, 10], 0.15, 1.45), ([3, 1, 2, 10], 0.85, 6.85),
    ([7], 0.15, 7), ([1, 2], 1, 2), ([1, 2], 0, 1),
  ])
  func quantileInterpolatesLinearly(sample: [Double], share: Double, value: Double) throws {
    #expect(abs(try #require(Percentiles.quantile(sample, share)) - value) < 1e-12)
  }

  @Test func emptySamplesHaveNoStatistics() {
    #expect(Percentiles.median([]) == nil)
    #expect(Percentiles.mean([]) == nil)
    #expect(Percentiles.standardDeviation([1]) == nil)
    #expect(BlandAltman(differences: [1]) == nil)
    #expect(PercentileRange([]) == nil)
  }

  @Test func limitsOfAgreementAreTwoDeviationsWide() throws {
    let agreement = try #require(BlandAltman(differences: [-1, 0, 1, 2, 3]))
    #expect(agreement.meanDifference == 1)
    #expect(abs(agreement.standardDeviation - 1.5811388300841898) < 1e-12)
    #expect(abs(agreement.upperLimit - (1 + 1.96 * 1.5811388300841898)) < 1e-12)
    #expect(abs(agreement.lowerLimit - (1 - 1.96 * 1.5811388300841898)) < 1e-12)
  }
}
