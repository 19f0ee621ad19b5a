#if canImport(Glibc)
  import Glibc
#endif

/// What speaks for and against the points that were found.
extension HingeExtractor {
  func quality(
    _ plain: ContactLine, _ ends: ContactEnds, _ chambers: Chambers, _ spacing: PixelSpacing,
    _ probabilities: ClassProbabilities?, _ edge: Double?
  ) -> HingeQuality {
    let pixelArea = spacing.x * spacing.y
    let certainty = { (point: Point) in
      probabilities?.certainty(around: point, radius: options.certaintyRadius)
    }
    let across = (ends.right.x - ends.left.x) * spacing.x
    let down = (ends.right.y - ends.left.y) * spacing.y
    return HingeQuality(
      contactRadius: plain.radius, contactLengthMillimetres: plain.length,
      contactSpreadMillimetres: plain.spread, tiltDegrees: atan2(plain.axis.y, plain.axis.x) * 180 / .pi,
      diameterMillimetres: spacing.distance(ends.left, ends.right),
      diameterTiltDegrees: atan2(down, across) * 180 / .pi,
      ventricleSquareMillimetres: Double(chambers.ventricle.count) * pixelArea,
      atriumSquareMillimetres: Double(chambers.atrium.count) * pixelArea,
      ventricleUnity: chambers.ventricleUnity, atriumUnity: chambers.atriumUnity,
      ventricleSolidity: chambers.ventricle.solidity, atriumSolidity: chambers.atrium.solidity,
      leakShare: chambers.leakShare, leftCertainty: certainty(ends.left),
      rightCertainty: certainty(ends.right), edgeDistance: edge)
  }

  func reviewReasons(
    _ quality: HingeQuality, _ chambers: Chambers, _ expected: ExpectedErrors?, isCut: Bool
  ) -> [ReviewReason] {
    let certainty = min(quality.leftCertainty ?? 1, quality.rightCertainty ?? 1)
    let confidence = expected?.bothWithinRadius ?? 1
    let lengths = (quality.contactLengthMillimetres, quality.diameterMillimetres)
    let tilt = max(abs(quality.tiltDegrees), abs(quality.diameterTiltDegrees))
    let found: [ReviewReason: Bool] = [
      .fragmentedVentricle: quality.ventricleUnity < 1 - options.largestFragmentShare,
      .fragmentedAtrium: quality.atriumUnity < 1 - options.largestFragmentShare,
      .leak: quality.leakShare > options.largestLeakShare,
      .wideGap: quality.contactRadius > options.widestContactRadius,
      .longContact: max(lengths.0, lengths.1) > options.longestContact,
      .shortContact: min(lengths.0, lengths.1) < options.shortestContact,
      .atriumNotBelow: !chambers.atriumLiesBelow,
      .steepContact: tilt > options.steepestContact,
      .chamberAtEdge: isCut,
      // Landmarks tell the doubt about the points better than the labels around them.
      .uncertainLabels: expected == nil && certainty < options.smallestCertainty,
      .uncertainPoints: confidence < options.reviewedConfidence,
      .lowConfidence: confidence < options.smallestConfidence,
      .crossedPoints: abs(quality.diameterTiltDegrees) >= 90,
      .pointsDisagree: quality.landmarkDistance.map { $0 > options.largestLandmarkDistance } ?? false,
    ]
    return ReviewReason.allCases.filter { found[$0] == true }
  }
}
