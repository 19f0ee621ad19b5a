#if canImport(Glibc)
  import Glibc
#endif

/// How the chambers of one labelled frame lie to each other. Shares and angles only, so that no calibration is
/// needed beyond the pixels' aspect.
public struct ChamberArrangement: Equatable, Sendable {
  public var hasVentricle: Bool
  public var hasAtrium: Bool
  /// A chamber's area over its convex hull's.
  public var ventricleSolidity: Double
  public var atriumSolidity: Double
  /// Share of the ventricle's boundary that lies on myocardium.
  public var boundaryOnMyocardium: Double
  /// What needs a contact line; `nil` without one.
  public var contact: Contact?

  public struct Contact: Equatable, Sendable {
    /// The contact line over the ventricle's mean width, its area over its length. The length runs from the contact
    /// line's centre to the farthest pixel.
    public var widthToMeanWidth: Double
    /// Degrees of the contact line against the horizontal.
    public var tiltDegrees: Double
    /// Share of the atrium beyond the contact line, as seen from the ventricle.
    public var atriumBeyond: Double
    /// Share of the ventricle on the near side.
    public var ventricleBefore: Double
    /// From the contact line's ends to the nearest pixel of myocardium, over the line's length. An annulus ends at the
    /// wall; where an outflow tract lies between them, as in five- and three-chamber views, there is a gap.
    public var leftGap: Double
    public var rightGap: Double
  }

  public init(_ mask: LabelMask) {
    // What is labelled fills a part of the picture; the rest need not be looked at.
    let box = mask.boundingBox(of: [.leftVentricle, .myocardium, .leftAtrium], margin: 1)
    let part = box.map(mask.cropped) ?? mask
    let ventricle = BinaryMask(part, .leftVentricle).largestComponent.holesFilled
    let atrium = BinaryMask(part, .leftAtrium).largestComponent.holesFilled
    hasVentricle = !ventricle.isEmpty
    hasAtrium = !atrium.isEmpty
    ventricleSolidity = ventricle.solidity
    atriumSolidity = atrium.solidity
    let myocardium = BinaryMask(part, .myocardium)
    boundaryOnMyocardium = Self.boundaryShare(of: ventricle, on: myocardium)
    contact = ContactLine(ventricle: ventricle, atrium: atrium, spacing: mask.spacing)
      .flatMap { Contact($0, ventricle, atrium, wall: myocardium) }
  }

  /// The share of the pixels of `chamber` with a 4-neighbour outside of it that have one in `wall`.
  private static func boundaryShare(of chamber: BinaryMask, on wall: BinaryMask) -> Double {
    chamber.boundary.share { point in
      let x = Int(point.x)
      let y = Int(point.y)
      return wall.contains(x: x - 1, y: y) || wall.contains(x: x + 1, y: y)
        || wall.contains(x: x, y: y - 1) || wall.contains(x: x, y: y + 1)
    }
  }
}

extension ChamberArrangement.Contact {
  init?(_ line: ContactLine, _ ventricle: BinaryMask, _ atrium: BinaryMask, wall: BinaryMask) {
    let spacing = line.spacing
    guard let centroid = ventricle.centroid else { return nil }
    // Millimetres from the contact line's centre, x to the right and y down.
    func offset(_ point: Point) -> Point {
      Point(x: (point.x - line.centre.x) * spacing.x, y: (point.y - line.centre.y) * spacing.y)
    }
    let towards = offset(centroid)
    let side = towards.x * line.axis.y - towards.y * line.axis.x >= 0 ? 1.0 : -1.0
    func isOnVentricleSide(_ point: Point) -> Bool {
      let v = offset(point)
      return (v.x * line.axis.y - v.y * line.axis.x) * side > 0
    }
    var apex = towards
    ventricle.forEachPixel { point in
      let v = offset(point)
      if isOnVentricleSide(point), hypot(v.x, v.y) > hypot(apex.x, apex.y) { apex = v }
    }
    let length = hypot(apex.x, apex.y)
    guard length > 0, line.length > 0 else { return nil }
    widthToMeanWidth = line.length * length / (Double(ventricle.count) * spacing.x * spacing.y)
    tiltDegrees = atan2(line.axis.y, line.axis.x) * 180 / .pi
    atriumBeyond = 1 - atrium.share(where: isOnVentricleSide)
    ventricleBefore = ventricle.share(where: isOnVentricleSide)
    var (left, right) = (Double.infinity, Double.infinity)
    wall.forEachPixel { pixel in
      left = min(left, spacing.distance(pixel, line.left))
      right = min(right, spacing.distance(pixel, line.right))
    }
    leftGap = left / line.length
    rightGap = right / line.length
  }
}

extension BinaryMask {
  func forEachPixel(_ body: (Point) -> Void) {
    for y in 0..<height {
      for x in 0..<width where bits[y * width + x] { body(Point(x: Double(x), y: Double(y))) }
    }
  }

  /// The share of the set's pixels that satisfy `condition`, 0 for an empty set.
  func share(where condition: (Point) -> Bool) -> Double {
    var all = 0
    var some = 0
    forEachPixel {
      all += 1
      if condition($0) { some += 1 }
    }
    return all == 0 ? 0 : Double(some) / Double(all)
  }
}
