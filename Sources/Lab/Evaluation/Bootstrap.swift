import Hinge
import Phantom

/// Confidence intervals by resampling (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13:
/// percentile intervals).
struct Bootstrap: Sendable, Equatable {
  var seed: UInt64 = 1
  var resamples = 1000

  /// Where 95 % of the statistic's values lie when whole clusters, the pictures of one patient for instance, are
  /// drawn with replacement; `nil` for fewer than two clusters.
  func interval(of clusters: [[Double]], _ statistic: ([Double]) -> Double?) -> [Double]? {
    guard clusters.count > 1 else { return nil }
    var random = SplitMix64(seed: seed)
    let values = (0..<resamples).compactMap { _ in
      statistic(clusters.indices.flatMap { _ in clusters[Int(random.next() % UInt64(clusters.count))] })
    }
    guard let low = Percentiles.quantile(values, 0.025), let high = Percentiles.quantile(values, 0.975) else {
      return nil
    }
    return [low, high]
  }
}

/// Prediction minus truth of the same pictures: what a diameter is off by in the mean and in the median, each with its
/// 95 % interval over patients. It is not the ratio of two medians, which the method's paper gives.
struct PairedBias: Codable, Sendable, Equatable {
  var mean: Double
  var median: Double
  /// `nil` for fewer than two patients.
  var meanInterval: [Double]?
  var medianInterval: [Double]?
  var resamples: Int
  var seed: UInt64

  /// - Parameter differences: of each patient.
  init?(_ differences: [String: [Double]], by bootstrap: Bootstrap = Bootstrap()) {
    let clusters = differences.sorted { $0.key < $1.key }.map(\.value)
    let all = clusters.flatMap(\.self)
    guard let mean = Percentiles.mean(all), let median = Percentiles.median(all) else { return nil }
    self.mean = mean
    self.median = median
    meanInterval = bootstrap.interval(of: clusters, Percentiles.mean)
    medianInterval = bootstrap.interval(of: clusters, Percentiles.median)
    resamples = bootstrap.resamples
    seed = bootstrap.seed
  }

  enum CodingKeys: String, CodingKey {
    case mean, median, resamples, seed
    case meanInterval = "mean_interval_95"
    case medianInterval = "median_interval_95"
  }
}
