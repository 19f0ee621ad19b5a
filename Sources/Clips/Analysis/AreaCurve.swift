import Foundation
import Hinge

/// The area of the left ventricle over a clip, without gaps, outliers and flicker. Times are milliseconds.
struct AreaCurve: Sendable {
  /// Frames within this of each other judge whether one of them is an outlier.
  static let outlierReach = 70.0
  /// Local standard deviations that make an outlier (the usual Hampel filter).
  static let outlierDeviations = 3.0
  /// Standard deviation of the smoothing: little for a clean curve, so that end systole, where slow ejection
  /// turns into fast filling, stays where it is; more for a noisy one.
  static let smoothing = 8.0...30.0
  /// Milliseconds of smoothing for noise of the swing's size.
  static let smoothingByNoise = 400.0

  let times: [Double]
  /// One value a frame.
  let values: [Double]
  /// Whether a frame had an area of its own.
  let measured: [Bool]
  /// Robust standard deviation of the areas from frame to frame.
  let noise: Double

  /// - Parameters:
  ///   - areas: one a frame, `nil` where there was none. Not-finite and negative ones count as none.
  ///   - times: one a frame, ascending.
  /// - Returns: `nil` with fewer than three areas, or times that do not ascend.
  init?(areas: [Double?], times: [Double]) {
    let areas = areas.map { area in area.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil } }
    guard areas.count == times.count, areas.count(where: { $0 != nil }) >= 3,
      zip(times, times.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
    self.times = times
    measured = areas.map { $0 != nil }
    let whole = Self.withoutOutliers(Self.interpolated(areas, times), times)
    noise = Self.noise(of: whole)
    let ratio = noise / max(Self.swing(of: whole), .leastNormalMagnitude)
    let sigma = min(Self.smoothing.lowerBound + Self.smoothingByNoise * ratio, Self.smoothing.upperBound)
    values = Self.smoothed(whole, times, sigma: sigma)
  }

  var count: Int { values.count }

  /// The range that nine tenths of the curve span.
  var swing: Double { Self.swing(of: values) }

  private static func swing(of values: [Double]) -> Double {
    let sorted = values.sorted()
    let last = Double(sorted.count - 1)
    return sorted[Int((0.95 * last).rounded())] - sorted[Int((0.05 * last).rounded())]
  }

  var middle: Double { Percentiles.median(values) ?? 0 }

  /// The frame whose time is nearest.
  func frame(at time: Double) -> Int {
    times.indices.min { abs(times[$0] - time) < abs(times[$1] - time) } ?? 0
  }

  /// The frames whose times lie in the range.
  func frames(in range: ClosedRange<Double>) -> [Int] {
    times.indices.filter { range.contains(times[$0]) }
  }

  /// Straight lines over the gaps, level before the first area and after the last.
  private static func interpolated(_ areas: [Double?], _ times: [Double]) -> [Double] {
    let known = areas.indices.filter { areas[$0] != nil }
    return areas.indices.map { i in
      if let area = areas[i] { return area }
      let before = known.last { $0 < i }
      let after = known.first { $0 > i }
      guard let b = before, let a = after, let from = areas[b], let to = areas[a] else {
        return (before ?? after).flatMap { areas[$0] } ?? 0
      }
      return from + (to - from) * (times[i] - times[b]) / (times[a] - times[b])
    }
  }

  /// From second differences, which a smooth curve hardly has: white noise of variance 1 gives them variance 6.
  private static func noise(of values: [Double]) -> Double {
    let bends = (1..<max(values.count - 1, 1)).map { i -> Double in
      let bend = values[i - 1] - 2 * values[i] + values[i + 1]
      return abs(bend)
    }
    return Percentiles.deviationPerMedianDeviation * (Percentiles.median(bends) ?? 0) / 6.0.squareRoot()
  }

  /// Frames far from the line through their neighbours' median become that median.
  private static func withoutOutliers(_ values: [Double], _ times: [Double]) -> [Double] {
    let floor = 2 * noise(of: values)
    return values.indices.map { i in
      let reach = max(reach(outlierReach, at: i, times), min(2, i, values.count - 1 - i))
      let window = Array(values[(i - reach)...(i + reach)])
      let middle = Percentiles.median(window) ?? values[i]
      let spread = Percentiles.median(window.map { abs($0 - middle) }) ?? 0
      let deviation = Percentiles.deviationPerMedianDeviation * spread
      return abs(values[i] - middle) > max(outlierDeviations * deviation, floor) ? middle : values[i]
    }
  }

  private static func smoothed(_ values: [Double], _ times: [Double], sigma: Double) -> [Double] {
    values.indices.map { i in
      let reach = reach(3 * sigma, at: i, times)
      var sum = 0.0
      var weights = 0.0
      for j in (i - reach)...(i + reach) {
        let distance = (times[j] - times[i]) / sigma
        let weight = exp(-distance * distance / 2)
        sum += weight * values[j]
        weights += weight
      }
      return sum / weights
    }
  }

  /// How many frames on either side of `i` lie within `milliseconds`. As many to the left as to the right, so that
  /// a slope at the clip's ends is not pulled inwards.
  private static func reach(_ milliseconds: Double, at i: Int, _ times: [Double]) -> Int {
    var reach = 0
    while i - reach - 1 >= 0, i + reach + 1 < times.count,
      times[i] - times[i - reach - 1] <= milliseconds, times[i + reach + 1] - times[i] <= milliseconds
    {
      reach += 1
    }
    return reach
  }
}
