/// Order statistics of a sample.
enum Percentiles {
  /// The quantile for a share of 0 to 1 by linear interpolation between order statistics (Hyndman and Fan's type
  /// 7, NumPy's default); `nil` for an empty sample.
  static func quantile(_ sample: [Double], _ share: Double) -> Double? {
    guard !sample.isEmpty else { return nil }
    let sorted = sample.sorted()
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
    return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
  }

  static func median(_ sample: [Double]) -> Double? { quantile(sample, 0.5) }

  static func mean(_ sample: [Double]) -> Double? {
    sample.isEmpty ? nil : sample.reduce(0, +) / Double(sample.count)
  }

  /// With n - 1; `nil` for fewer than two.
  static func standardDeviation(_ sample: [Double]) -> Double? {
    guard sample.count > 1, let mean = mean(sample) else { return nil }
    let squares = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(sample.count - 1)).squareRoot()
  }
}

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
