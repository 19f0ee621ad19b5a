/// What the extraction makes of a frame. That a frame shows no annulus is a result, not an error.
public enum HingeFinding: Equatable, Sendable {
  case measured(HingePair)
  case indeterminate(IndeterminateReason)
}

/// Why a frame has no hinge points.
public enum IndeterminateReason: String, Codable, Sendable, CaseIterable {
  /// No left ventricle, or too small a one.
  case noVentricle = "no-ventricle"
  case noAtrium = "no-atrium"
  /// The chambers lie farther apart than `ContactLine`'s largest radius.
  case noContact = "no-contact"
  /// A hinge point is not seen: it lies at the edge of the sector.
  case atSectorEdge = "at-sector-edge"
}

/// Why a person should look at a measured frame.
public enum ReviewReason: String, Codable, Sendable, CaseIterable {
  case fragmentedVentricle = "fragmented-ventricle"
  case fragmentedAtrium = "fragmented-atrium"
  /// A thin leak into a neighbouring chamber was cut off.
  case leak
  /// The chambers do not touch; the contact set was found across a gap.
  case wideGap = "wide-gap"
  /// The contact line, or the line between the hinge points, is longer than an annulus.
  case longContact = "long-contact"
  /// One of the two is shorter than an annulus.
  case shortContact = "short-contact"
  /// The atrium does not lie below the ventricle.
  case atriumNotBelow = "atrium-not-below"
  /// One of the two is steeper than an annulus is in an apical view.
  case steepContact = "steep-contact"
  /// A chamber is cut by the edge of the sector elsewhere than at a hinge point.
  case chamberAtEdge = "chamber-at-edge"
  /// The classes are hardly distinguished around a hinge point.
  case uncertainLabels = "uncertain-labels"
  /// The ends of the contact line and the landmarks lie far apart.
  case pointsDisagree = "points-disagree"
  /// By their landmarks the points may well be off by more than `ExpectedErrors.radius`.
  case uncertainPoints = "uncertain-points"
  /// By their landmarks the points are more likely off than not.
  case lowConfidence = "low-confidence"
  /// The landmarks put the left point right of the right one.
  case crossedPoints = "crossed-points"
  /// A hinge point is not where the frames before and after have it.
  case unsteady

  /// Whether the measurement is not to be trusted at all, rather than looked at.
  public var withholds: Bool {
    [.longContact, .atriumNotBelow, .lowConfidence, .crossedPoints].contains(self)
  }
}

/// The mitral hinge points of one frame. Points are in pixels of the mask's grid.
public struct HingePair: Equatable, Sendable {
  /// By the side of the picture, not by anatomy.
  public var left: Point
  public var right: Point
  /// From `left` to `right`, for drawing.
  public var contactLine: [Point]
  public var diameterMillimetres: Double
  public var quality: HingeQuality
  /// As this frame's landmarks have it; `nil` without landmarks.
  public var expectedErrors: ExpectedErrors?
  /// In the order of `ReviewReason.allCases`.
  public var reviewReasons: [ReviewReason]

  public var needsReview: Bool { !reviewReasons.isEmpty }
  public var isWithheld: Bool { reviewReasons.contains(where: \.withholds) }
}

/// What tells a trustworthy pair from another; input of the confidence.
public struct HingeQuality: Equatable, Sendable {
  /// The contact set's radius in pixels; 1.5 where the chambers touch.
  public var contactRadius: Double
  /// Between the end points.
  public var contactLengthMillimetres: Double
  /// Root mean square distance of the contact set from its axis: a curved or two-armed set has a large one.
  public var contactSpreadMillimetres: Double
  /// Degrees of the contact line against the horizontal, positive where its right end lies lower.
  public var tiltDegrees: Double
  /// Between the hinge points, which may lie elsewhere than the contact line's ends.
  public var diameterMillimetres: Double
  /// From the left hinge point to the right one, as `tiltDegrees`; 90 and more where they are exchanged.
  public var diameterTiltDegrees: Double
  public var ventricleSquareMillimetres: Double
  public var atriumSquareMillimetres: Double
  /// The share of a label's pixels that lies in its largest component, 0 to 1.
  public var ventricleUnity: Double
  public var atriumUnity: Double
  /// A chamber's area over that of its convex hull, 0 to 1.
  public var ventricleSolidity: Double
  public var atriumSolidity: Double
  /// The share of the ventricle that was cut off as a leak.
  public var leakShare: Double
  /// Mean probability of the most probable class around each point, `nil` without probabilities.
  public var leftCertainty: Double?
  public var rightCertainty: Double?
  /// Millimetres from the nearer point to the sector's edge, `nil` without a sector.
  public var edgeDistance: Double?
  /// Millimetres between an end of the contact line and its landmark, the larger of both; `nil` without landmarks.
  public var landmarkDistance: Double?
}

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
