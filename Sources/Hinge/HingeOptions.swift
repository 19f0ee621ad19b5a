/// How hinge points are taken from a label image, and what is refused. Lengths are millimetres; an uncalibrated
/// picture is measured against them by `PixelSpacing.nominal(sectorHeight:)`.
public struct HingeOptions: Equatable, Sendable {
  public enum Method: Equatable, Sendable {
    /// The contact line of the labels as they are.
    case plain
    /// The contact line of the labels that win after the probabilities were smoothed by a Gaussian of `sigma`
    /// millimetres and the two chambers' odds against the other classes multiplied by exp(`chamberLogOdds`).
    case smoothed(sigma: Double, chamberLogOdds: Double)
  }

  /// Millimetres by which probabilities are smoothed before the contact line is taken.
  public static let smoothing = 1.0
  /// `smoothed` needs probabilities; without them the plain method is taken.
  public var method = Method.smoothed(sigma: smoothing, chamberLogOdds: 0.6)
  /// Square millimetres. Of 300 CAMUS four-chamber and 100 two-chamber truths the smallest ventricle has 758 and
  /// the smallest atrium 196, and children's are smaller.
  public var smallestVentricle = 300.0
  public var smallestAtrium = 100.0
  /// A point nearer to the sector's edge is not seen: 1 mm of blurred edge and 1 mm of extraction error. Of the
  /// same truths the nearest lies 4.3 mm from it.
  public var edgeMargin = 2.0
  /// A chamber that comes nearer to the sector's edge than this is cut by it.
  public var cutMargin = 1.0
  /// Leaks thinner than twice this are cut off the ventricle. A ventricle's apex is wider.
  public var leakRadius = 2.5
  /// The longest contact line that is believed. The same truths measure 19 to 52 mm; adult annuli up to 41 mm at
  /// end diastole (the reference range of men).
  public var longestContact = 55.0
  /// The shortest that needs no look, below those truths.
  public var shortestContact = 15.0
  /// Degrees against the horizontal; those truths reach 33.
  public var steepestContact = 50.0
  /// A wider gap than the 8 neighbours and their neighbours says that the labels do not agree on the annulus.
  public var widestContactRadius = 2.5
  /// Fragments: the share of a label outside its largest component.
  public var largestFragmentShare = 0.1
  /// Leaks: the share of the ventricle that was cut off.
  public var largestLeakShare = 0.03
  /// Around a point, the mean probability of the winning class.
  public var smallestCertainty = 0.6
  /// The labels of `smoothed` are taken at points no farther apart than this, so that the ends of the contact line
  /// are not tied to the pixels of a coarse grid. CAMUS's truth is drawn on pixels of 0.308 mm.
  public var finestStep = 0.36
  /// How far the points go from the contact line's ends towards the landmarks.
  public var landmarkWeight = LandmarkWeight(0.5)
  /// Millimetres between an end and its landmark above which a person should look.
  public var largestLandmarkDistance = 8.0
  /// Probability that both points lie within `ExpectedErrors.radius`, below which a person should look, and below
  /// which the measurement is withheld.
  public var reviewedConfidence = 0.7
  public var smallestConfidence = 0.35
  /// Radius around a point over which the certainty is averaged.
  public var certaintyRadius = 3.0

  public init() {}
}

/// How far a point goes towards its landmark, across and down the picture: 0 not at all, 1 all the way. The two
/// differ because the annulus lies across an apical picture: along it the contact line's end is sharp, and across it
/// the landmark is.
public struct LandmarkWeight: Equatable, Sendable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
  public init(_ both: Double) { self.init(x: both, y: both) }
}

extension PixelSpacing {
  /// A spacing to judge an uncalibrated picture by, for thresholds alone and never for a reported length: apical
  /// views are taken some 160 mm deep (CAMUS's span 110 to 220 mm).
  /// - Parameter sectorHeight: of the sector, in pixels, which count as square.
  public static func nominal(sectorHeight: Int) -> PixelSpacing {
    let side = 160 / Double(max(sectorHeight, 1))
    return PixelSpacing(x: side, y: side)
  }
}
