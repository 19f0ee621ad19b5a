/// How far the two ends of the annulus move towards the apex in systole: mitral annular plane systolic excursion.
///
/// The displacement of a hinge point is its way since end diastole along the long axis of end diastole, less the
/// drift of the picture: the Theil-Sen slope (Sen, J Am Stat Assoc 63, 1968, 1379-1389) of the epicardial apex's
/// position along the same axis over the whole beat, times the time since end diastole. Positions are smoothed by a
/// parabola through five frames (Savitzky and Golay, Anal Chem 36, 1964, 1627-1639). The excursion is the largest
/// displacement up to end systole, so that post-systolic motion does not count.
public struct AnnularExcursion: Equatable, Sendable {
  /// Fewer frames with hinge points from end diastole to end systole do not show the peak.
  public static let fewestFrames = 5

  /// Millimetres towards the apex, the point on the display's left first.
  public var left: Double
  public var right: Double
  /// One entry a frame from end diastole on, in millimetres; `nil` where the frame had no hinge points.
  public var leftCurve: [Double?]
  public var rightCurve: [Double?]
  /// Millimetres towards the apex that the picture drifted from end diastole to end systole. `nil` where it was not
  /// removed: the loop does not hold the whole beat, and over systole alone it cannot be separated from the heart's own
  /// motion.
  public var drift: Double?

  /// What one frame gives, along the long axis of end diastole in millimetres towards the apex.
  public struct Heights: Equatable, Sendable {
    public var left: Double?
    public var right: Double?
    public var epicardialApex: Double?

    public init(left: Double?, right: Double?, epicardialApex: Double?) {
      self.left = left
      self.right = right
      self.epicardialApex = epicardialApex
    }
  }

  /// - Parameters:
  ///   - frames: of the clip; those around the beat need heights.
  ///   - times: one a frame, in milliseconds.
  ///   - next: the end diastole that follows, `nil` where the loop ends before it.
  /// - Returns: `nil` with too few frames, or none at end diastole or at end systole.
  public init?(
    _ frames: [Heights], times: [Double], endDiastole: Int, endSystole: Int, nextEndDiastole next: Int?
  ) {
    precondition(frames.count == times.count, "one time a frame")
    let end = next ?? endSystole
    guard endDiastole >= 0, endDiastole < endSystole, endSystole <= end, end < frames.count else {
      return nil
    }
    let leftHeights = Self.smoothed(frames.map(\.left))
    let rightHeights = Self.smoothed(frames.map(\.right))
    let systole = endDiastole...endSystole
    guard let leftStart = leftHeights[endDiastole], let rightStart = rightHeights[endDiastole],
      leftHeights[endSystole] != nil,
      systole.count(where: { leftHeights[$0] != nil && rightHeights[$0] != nil }) >= Self.fewestFrames
    else { return nil }
    let apex = (endDiastole...end).compactMap { frame in
      frames[frame].epicardialApex.map { (times[frame], $0) }
    }
    let slope = next == nil ? nil : Self.slope(apex)
    func displacement(_ heights: [Double?], _ start: Double) -> [Double?] {
      (endDiastole...end).map { frame in
        heights[frame].map { $0 - start - (slope ?? 0) * (times[frame] - times[endDiastole]) }
      }
    }
    leftCurve = displacement(leftHeights, leftStart)
    rightCurve = displacement(rightHeights, rightStart)
    left = leftCurve[...(endSystole - endDiastole)].compactMap { $0 }.max() ?? 0
    right = rightCurve[...(endSystole - endDiastole)].compactMap { $0 }.max() ?? 0
    drift = slope.map { $0 * (times[endSystole] - times[endDiastole]) }
  }

  /// The median of the slopes between all pairs of points; `nil` with fewer than `fewestFrames` of them.
  static func slope(_ points: [(time: Double, value: Double)]) -> Double? {
    guard points.count >= fewestFrames else { return nil }
    var slopes: [Double] = []
    for (index, a) in points.enumerated() {
      for b in points[(index + 1)...] where b.time > a.time {
        slopes.append((b.value - a.value) / (b.time - a.time))
      }
    }
    guard !slopes.isEmpty else { return nil }
    slopes.sort()
    let half = slopes.count / 2
    return slopes.count.isMultiple(of: 2) ? (slopes[half - 1] + slopes[half]) / 2 : slopes[half]
  }

  /// Each value by the parabola through it and two neighbours on either side; a value without all of them stays.
  static func smoothed(_ values: [Double?]) -> [Double?] {
    let weights = [-3.0, 12, 17, 12, -3]
    return values.indices.map { index in
      guard index >= 2, index + 2 < values.count else { return values[index] }
      let near = values[(index - 2)...(index + 2)].compactMap { $0 }
      guard near.count == weights.count else { return values[index] }
      return zip(near, weights).map { $0 * $1 }.reduce(0, +) / 35
    }
  }
}
