import Hinge

/// Agreement of two methods (Bland and Altman, Lancet 327, 1986): the mean difference and where 95 % of the
/// differences lie.
struct BlandAltman: Codable, Equatable, Sendable {
  var meanDifference: Double
  var standardDeviation: Double
  var lowerLimit: Double
  var upperLimit: Double

  /// - Parameter differences: measurement minus truth; `nil` for fewer than two.
  init?(differences: [Double]) {
    guard let mean = Percentiles.mean(differences),
      let deviation = Percentiles.standardDeviation(differences)
    else { return nil }
    meanDifference = mean
    standardDeviation = deviation
    lowerLimit = mean - 1.96 * deviation
    upperLimit = mean + 1.96 * deviation
  }

  enum CodingKeys: String, CodingKey {
    case meanDifference = "mean_difference"
    case standardDeviation = "standard_deviation"
    case lowerLimit = "lower_limit"
    case upperLimit = "upper_limit"
  }
}
