/// Whether a hinge point stays where the frames before and after have it, by Hampel's identifier: it is held against
/// the median of its window, and against how far the window's other points are from that (F. R. Hampel, The influence
/// curve and its role in robust estimation, JASA 69, 1974).
public enum PointContinuity {
  /// Frames on each side of the one that is judged.
  static let reach = 2
  /// In a longer window the heart moves more than a misplaced point jumps, in milliseconds.
  static let longestWindow = 250.0
  /// Points nearer to the median are no jumps whatever the others do, in millimetres. Chosen here: where the annulus
  /// turns round between frames 33 ms apart, it is 1 to 2 mm from there.
  static let smallestJump = 4.0
  /// Standard deviations that make a jump.
  static let deviations = 3.0

  /// The frames whose point is a jump.
  ///
  /// - Parameters:
  ///   - points: one a frame, in pixels; `nil` where none was found. A window with less than three is not judged.
  ///   - times: milliseconds, one a frame.
  public static func jumps(_ points: [Point?], spacing: PixelSpacing, times: [Double]) -> [Int] {
    precondition(points.count == times.count, "a time a frame")
    return points.indices.filter { index in
      guard let point = points[index] else { return false }
      let window = max(0, index - reach)...min(points.count - 1, index + reach)
      let known = points[window].compactMap(\.self)
      guard known.count >= 3, times[window.upperBound] - times[window.lowerBound] <= longestWindow,
        let x = Percentiles.median(known.map(\.x)), let y = Percentiles.median(known.map(\.y))
      else { return false }
      let middle = Point(x: x, y: y)
      guard let spread = Percentiles.median(known.map { spacing.distance($0, middle) }) else { return false }
      let limit = max(smallestJump, deviations * Percentiles.deviationPerMedianDeviation * spread)
      return spacing.distance(point, middle) > limit
    }
  }
}
