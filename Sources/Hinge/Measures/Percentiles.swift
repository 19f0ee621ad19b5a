/// Order statistics of a sample.
public enum Percentiles {
  /// The quantile for a share of 0 to 1 by linear interpolation between order statistics (Hyndman and Fan's type
  /// 7, NumPy's default); `nil` for an empty sample.
  public static func quantile(_ sample: [Double], _ share: Double) -> Double? {
    guard !sample.isEmpty else { return nil }
    let sorted = sample.sorted()
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
    return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
  }

  /// Standard deviations in one median absolute deviation of a normal distribution.
  public static let deviationPerMedianDeviation = 1.4826

  /// Between the two in the middle where they are even in number; `nil` for an empty sample.
  public static func median(_ sample: [Double]) -> Double? { quantile(sample, 0.5) }

  /// `nil` for an empty sample.
  public static func mean(_ sample: [Double]) -> Double? {
    sample.isEmpty ? nil : sample.reduce(0, +) / Double(sample.count)
  }

  /// With n - 1; `nil` for fewer than two.
  public static func standardDeviation(_ sample: [Double]) -> Double? {
    guard sample.count > 1, let mean = mean(sample) else { return nil }
    let squares = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(sample.count - 1)).squareRoot()
  }
}
