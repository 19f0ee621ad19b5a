/// Takes the mitral hinge points from a segmented frame: the ends of the line along which ventricle and atrium
/// meet.
public struct HingeExtractor: Sendable {
  public let options: HingeOptions

  public init(options: HingeOptions = HingeOptions()) {
    self.options = options
  }

  /// - Parameters:
  ///   - mask: labels H x W; its spacing judges the thresholds.
  ///   - probabilities: of the same grid; without them the plain method is taken.
  ///   - landmarks: of the same grid; without them the contact line alone says where the points are, and nothing
  ///     is said of their errors.
  ///   - sector: of the same grid; without it nothing is said of the sector's edge.
  public func extract(
    from mask: LabelMask, probabilities: ClassProbabilities? = nil, landmarks: HingeLandmarks? = nil,
    sector: SectorMask? = nil
  ) -> HingeFinding {
    extraction(from: mask, probabilities: probabilities, landmarks: landmarks, sector: sector).finding
  }

  /// What a frame gave: the hinge points, and the chambers that they were taken from.
  public struct Extraction: Equatable, Sendable {
    public var finding: HingeFinding
    /// Ventricle and atrium, solid and without leaks, on the grid of the labels; `nil` where no points were found.
    public var chambers: LabelMask?
    /// The hinge points as far as their displacement goes: the contact line's ends, across the annulus where ventricle
    /// and atrium are equally likely, finer than a pixel of the grid, and from there by their share towards the
    /// landmarks. `nil` without hinge points.
    public var ends: Ends?

    /// In pixels of the grid.
    public struct Ends: Equatable, Sendable {
      public var left: Point
      public var right: Point

      public init(left: Point, right: Point) {
        self.left = left
        self.right = right
      }
    }

    fileprivate static func none(_ reason: IndeterminateReason) -> Extraction {
      Extraction(finding: .indeterminate(reason))
    }
  }

  /// As `extract`, with the chambers.
  public func extraction(
    from mask: LabelMask, probabilities: ClassProbabilities? = nil, landmarks: HingeLandmarks? = nil,
    sector: SectorMask? = nil
  ) -> Extraction {
    precondition(
      probabilities.map { $0.width == mask.width && $0.height == mask.height } ?? true, "one grid")
    guard let box = mask.boundingBox(of: [.leftVentricle, .leftAtrium], margin: Self.cropMargin) else {
      return .none(.noVentricle)
    }
    let chambers = Chambers(mask.cropped(to: box), leakRadius: options.leakRadius)
    let pixelArea = mask.spacing.x * mask.spacing.y
    if Double(chambers.ventricle.count) * pixelArea < options.smallestVentricle {
      return .none(.noVentricle)
    }
    if Double(chambers.atrium.count) * pixelArea < options.smallestAtrium { return .none(.noAtrium) }
    guard let plain = ContactLine(chambers, mask.spacing) else { return .none(.noContact) }
    let refined = probabilities.flatMap { self.refined(plain, in: box, $0) }
    var ends = refined?.ends ?? ContactEnds(plain, origin: box)
    var levelled = refined?.levelled ?? ends
    let disagreement = landmarks.map { ends.move(towards: $0, by: options.landmarkWeight) }
    if let landmarks { _ = levelled.move(towards: landmarks, by: options.landmarkWeight) }
    let edge = sector.map { min($0.distanceToEdge(ends.left), $0.distanceToEdge(ends.right)) }
    if let edge, edge < options.edgeMargin { return .none(.atSectorEdge) }
    var quality = self.quality(plain, ends, chambers, mask.spacing, probabilities, edge)
    quality.landmarkDistance = disagreement
    let expected = landmarks?.expectedErrors(left: ends.left, right: ends.right)
    let isCut = sector.map { chambers.touchEdge(of: $0, origin: box, margin: options.cutMargin) } ?? false
    let pair = HingePair(
      left: ends.left, right: ends.right, contactLine: ends.polyline,
      diameterMillimetres: quality.diameterMillimetres, quality: quality,
      expectedErrors: expected, reviewReasons: reviewReasons(quality, chambers, expected, isCut: isCut))
    return Extraction(
      finding: .measured(pair), chambers: chambers.labels(on: mask, at: box),
      ends: .init(left: levelled.left, right: levelled.right))
  }

  /// Pixels around the chambers that the extraction looks at: one more than the contact set's largest radius.
  private static let cropMargin = 10
}

/// The ends of a smoothed and finer contact line.
extension HingeExtractor {
  /// The ends by the smoothed method.
  struct Refined {
    var ends: ContactEnds
    /// Of the network's own pixels, moved to where the two chambers are equally likely: along the annulus they are the
    /// same pixels in all frames, so that the annulus's displacement is not that of a corner's shape.
    var levelled: ContactEnds
  }

  /// How far around the plain contact line the smoothed labels are looked at, in millimetres.
  private static let refinementMargin = 15.0
  /// A refined end farther than this from the plain one, in millimetres, has found something else.
  private static let largestRefinement = 6.0

  /// The ends by the smoothed method, `nil` where it is not asked for or does not confirm the plain line.
  func refined(
    _ plain: ContactLine, in part: GridBox, _ probabilities: ClassProbabilities
  ) -> Refined? {
    guard case .smoothed(let sigma, let chamberLogOdds) = options.method else { return nil }
    let box = plain.box(
      margin: Self.refinementMargin, origin: part, width: probabilities.width, height: probabilities.height)
    let parts = max(1, Int((max(plain.spacing.x, plain.spacing.y) / options.finestStep).rounded(.up)))
    let smooth = probabilities.cropped(to: box).smoothed(sigma: sigma)
    let labels = smooth.divided(into: parts).labels(chamberLogOdds: chamberLogOdds)
    guard let line = ContactLine(Chambers(labels, leakRadius: options.leakRadius), labels.spacing) else {
      return nil
    }
    let ends = ContactEnds(line, origin: box, parts: parts)
    let before = ContactEnds(plain, origin: part)
    let shift = max(
      plain.spacing.distance(ends.left, before.left), plain.spacing.distance(ends.right, before.right))
    guard shift <= Self.largestRefinement else { return nil }
    let coarse = ContactLine(Chambers(smooth.labels(), leakRadius: options.leakRadius), plain.spacing)
    let own = coarse.map { ContactEnds($0, origin: box) } ?? ends
    return Refined(ends: ends, levelled: own.levelled(ContactLevel(smooth, at: box)))
  }
}

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
