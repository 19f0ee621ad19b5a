import Hinge
import Phantom

/// How far a segmented structure agrees with the truth.
struct StructureAgreement: Codable, Equatable, Sendable {
  /// 2 |A and B| / (|A| + |B|); 1 where both are empty.
  var dice: Double
  /// The mean of the two directed mean distances between the boundaries, in millimetres; `nil` where one is empty.
  var meanAbsoluteDistance: Double?
  /// The largest of all distances from one boundary to the other, in millimetres.
  var hausdorff: Double?

  /// Boundaries are the structure's pixels with a 4-neighbour outside of it, distances those of pixel centres.
  init(_ label: ChamberLabel, prediction: LabelMask, truth: LabelMask) {
    let a = BinaryMask(prediction, label)
    let b = BinaryMask(truth, label)
    let both = a.count + b.count
    dice = both == 0 ? 1 : 2 * Double(a.intersection(b).count) / Double(both)
    guard !a.isEmpty, !b.isEmpty else { return }
    let there = a.boundary.distances(to: b.boundary, spacing: truth.spacing)
    let back = b.boundary.distances(to: a.boundary, spacing: truth.spacing)
    meanAbsoluteDistance = ((Percentiles.mean(there) ?? 0) + (Percentiles.mean(back) ?? 0)) / 2
    hausdorff = max(there.max() ?? 0, back.max() ?? 0)
  }

  enum CodingKeys: String, CodingKey {
    case dice
    case meanAbsoluteDistance = "mad_mm"
    case hausdorff = "hausdorff_mm"
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
