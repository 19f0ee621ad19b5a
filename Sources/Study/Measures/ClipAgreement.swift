import Hinge

/// Whether two clips of one view can be of one heart.
///
/// **Annulus.** The limit of two diameters follows from the errors that are expected of their four points: a range from
/// the 15 to the 85 percentile is 2.07 standard deviations of a normal error wide, the points' errors along the diameter
/// add up as squares, and three standard deviations of the difference are passed by chance by 3 pairs in 1,000. The
/// systematic part of the error is the same in both and drops out.
///
/// **Ventricle.** Two lengths that differ by more than 10 % are not of planes through the same apex, which is the rule
/// for two views as well (`MethodOfDiscs.largestLengthDifference`).
enum ClipAgreement {
  static let standardDeviations = 3.0

  static func contradict(_ a: ClipReport, _ b: ClipReport) -> Bool {
    CyclePhase.allCases.contains { annuliDiffer(a, b, $0) } || ventriclesDiffer(a, b)
  }

  private static func annuliDiffer(_ a: ClipReport, _ b: ClipReport, _ phase: CyclePhase) -> Bool {
    guard let one = a.trustedDiameter(phase), let other = b.trustedDiameter(phase) else { return false }
    let limit = standardDeviations * (one.variance + other.variance).squareRoot()
    return abs(one.diameter - other.diameter) > limit
  }

  private static func ventriclesDiffer(_ a: ClipReport, _ b: ClipReport) -> Bool {
    guard let one = a.longestVentricle, let other = b.longestVentricle, max(one, other) > 0 else {
      return false
    }
    return abs(one - other) / max(one, other) > MethodOfDiscs.largestLengthDifference
  }
}

extension ClipReport {
  /// Millimetres and square millimetres; `nil` where the diameter is withheld or its error is not known.
  fileprivate func trustedDiameter(_ phase: CyclePhase) -> (diameter: Double, variance: Double)? {
    let ofPhase = measurements.first { $0.phase == phase && $0.withheld == nil }
    guard let ofPhase, let spacing, let diameter = ofPhase.annulusDiameterMillimetres, diameter > 0,
      ofPhase.hingePoints.count == 2
    else { return nil }
    let (left, right) = (ofPhase.hingePoints[0], ofPhase.hingePoints[1])
    let along = (
      x: (right.x - left.x) * spacing.x / diameter, y: (right.y - left.y) * spacing.y / diameter
    )
    let variances = ofPhase.hingePoints.compactMap { point in
      point.errorMillimetres.map { error in
        Self.variance(error.x) * along.x * along.x + Self.variance(error.y) * along.y * along.y
      }
    }
    return variances.count == 2 ? (diameter, variances[0] + variances[1]) : nil
  }

  /// Of a normal error whose 15 and 85 percentile these are.
  private static func variance(_ range: [Double]) -> Double {
    let width = (range.last ?? 0) - (range.first ?? 0)
    return (width / 2.0729) * (width / 2.0729)
  }
}
