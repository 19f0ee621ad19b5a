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
