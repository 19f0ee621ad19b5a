#if canImport(Glibc)
  import Glibc
#endif

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
  ///   - sector: of the same grid; without it nothing is said of the sector's edge.
  public func extract(
    from mask: LabelMask, probabilities: ClassProbabilities? = nil, sector: SectorMask? = nil
  ) -> HingeFinding {
    precondition(
      probabilities.map { $0.width == mask.width && $0.height == mask.height } ?? true, "one grid")
    let chambers = Chambers(mask, leakRadius: options.leakRadius)
    let pixelArea = mask.spacing.x * mask.spacing.y
    if Double(chambers.ventricle.count) * pixelArea < options.smallestVentricle {
      return .indeterminate(.noVentricle)
    }
    if Double(chambers.atrium.count) * pixelArea < options.smallestAtrium { return .indeterminate(.noAtrium) }
    guard let plain = ContactLine(chambers, mask.spacing) else { return .indeterminate(.noContact) }
    let line = probabilities.flatMap { refined(plain, $0) } ?? Ends(plain)
    let edge = sector.map { min($0.distanceToEdge(line.left), $0.distanceToEdge(line.right)) }
    if let edge, edge < options.edgeMargin { return .indeterminate(.atSectorEdge) }
    let quality = self.quality(plain, line, chambers, mask.spacing, probabilities, edge)
    let pair = HingePair(
      left: line.left, right: line.right, contactLine: line.polyline,
      diameterMillimetres: mask.spacing.distance(line.left, line.right), quality: quality,
      reviewReasons: reviewReasons(quality, chambers, sector))
    return .measured(pair)
  }

  private struct Ends {
    var left: Point
    var right: Point
    var polyline: [Point]

    init(_ line: ContactLine, offset: Point = Point(x: 0, y: 0)) {
      func moved(_ point: Point) -> Point { Point(x: point.x + offset.x, y: point.y + offset.y) }
      left = moved(line.left)
      right = moved(line.right)
      polyline = line.polyline().map(moved)
    }
  }

  /// How far around the plain contact line the smoothed labels are looked at, in millimetres.
  private static let refinementMargin = 15.0
  /// A refined end farther than this from the plain one, in millimetres, has found something else.
  private static let largestRefinement = 6.0

  /// The ends by the smoothed method, `nil` where it is not asked for or does not confirm the plain line.
  private func refined(_ plain: ContactLine, _ probabilities: ClassProbabilities) -> Ends? {
    guard case .smoothed(let sigma, let chamberLogOdds) = options.method else { return nil }
    let box = plain.box(
      margin: Self.refinementMargin, width: probabilities.width, height: probabilities.height)
    let labels = probabilities.cropped(to: box).smoothed(sigma: sigma).labels(chamberLogOdds: chamberLogOdds)
    guard let line = ContactLine(Chambers(labels, leakRadius: options.leakRadius), plain.spacing) else {
      return nil
    }
    let ends = Ends(line, offset: Point(x: Double(box.minX), y: Double(box.minY)))
    let shift = max(
      plain.spacing.distance(ends.left, plain.left), plain.spacing.distance(ends.right, plain.right))
    return shift <= Self.largestRefinement ? ends : nil
  }

  private func quality(
    _ plain: ContactLine, _ ends: Ends, _ chambers: Chambers, _ spacing: PixelSpacing,
    _ probabilities: ClassProbabilities?, _ edge: Double?
  ) -> HingeQuality {
    let pixelArea = spacing.x * spacing.y
    let certainty = { (point: Point) in
      probabilities?.certainty(around: point, radius: options.certaintyRadius)
    }
    return HingeQuality(
      contactRadius: plain.radius, contactLengthMillimetres: plain.length,
      contactSpreadMillimetres: plain.spread, tiltDegrees: atan2(plain.axis.y, plain.axis.x) * 180 / .pi,
      ventricleSquareMillimetres: Double(chambers.ventricle.count) * pixelArea,
      atriumSquareMillimetres: Double(chambers.atrium.count) * pixelArea,
      ventricleUnity: chambers.ventricleUnity, atriumUnity: chambers.atriumUnity,
      ventricleSolidity: chambers.ventricle.solidity, atriumSolidity: chambers.atrium.solidity,
      leakShare: chambers.leakShare, leftCertainty: certainty(ends.left),
      rightCertainty: certainty(ends.right), edgeDistance: edge)
  }

  private func reviewReasons(
    _ quality: HingeQuality, _ chambers: Chambers, _ sector: SectorMask?
  ) -> [ReviewReason] {
    let certainty = min(quality.leftCertainty ?? 1, quality.rightCertainty ?? 1)
    let found: [ReviewReason: Bool] = [
      .fragmentedVentricle: quality.ventricleUnity < 1 - options.largestFragmentShare,
      .fragmentedAtrium: quality.atriumUnity < 1 - options.largestFragmentShare,
      .leak: quality.leakShare > options.largestLeakShare,
      .wideGap: quality.contactRadius > options.widestContactRadius,
      .longContact: quality.contactLengthMillimetres > options.longestContact,
      .shortContact: quality.contactLengthMillimetres < options.shortestContact,
      .atriumNotBelow: !chambers.atriumLiesBelow,
      .steepContact: abs(quality.tiltDegrees) > options.steepestContact,
      .chamberAtEdge: sector.map { chambers.touchEdge(of: $0, margin: options.edgeMargin) } ?? false,
      .uncertainLabels: certainty < options.smallestCertainty,
    ]
    return ReviewReason.allCases.filter { found[$0] == true }
  }
}

extension ContactLine {
  init?(_ chambers: Chambers, _ spacing: PixelSpacing) {
    self.init(ventricle: chambers.ventricle, atrium: chambers.atrium, spacing: spacing)
  }

  /// The contact set's bounds and `margin` millimetres around them, within a grid.
  func box(margin: Double, width: Int, height: Int) -> GridBox {
    let acrossMargin = Int(margin / spacing.x) + 1
    let downMargin = Int(margin / spacing.y) + 1
    let xs = pixels.map { Int($0.x) }
    let ys = pixels.map { Int($0.y) }
    return GridBox(
      minX: max(0, (xs.min() ?? 0) - acrossMargin), minY: max(0, (ys.min() ?? 0) - downMargin),
      maxX: min(width - 1, (xs.max() ?? 0) + acrossMargin),
      maxY: min(height - 1, (ys.max() ?? 0) + downMargin))
  }

  /// Root mean square distance of the contact set from its axis, in millimetres.
  var spread: Double {
    let squares = pixels.map { pixel in
      let across = (pixel.x - centre.x) * spacing.x * -axis.y + (pixel.y - centre.y) * spacing.y * axis.x
      return across * across
    }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }
}

extension Chambers {
  /// Whether the atrium's centroid lies below the ventricle's, the apex being up.
  var atriumLiesBelow: Bool {
    guard let above = ventricle.centroid, let below = atrium.centroid else { return false }
    return below.y > above.y
  }

  /// Whether a chamber reaches to within `margin` millimetres of the sector's edge.
  func touchEdge(of sector: SectorMask, margin: Double) -> Bool {
    ventricle.share { sector.distanceToEdge($0) < margin } > 0
      || atrium.share { sector.distanceToEdge($0) < margin } > 0
  }
}
