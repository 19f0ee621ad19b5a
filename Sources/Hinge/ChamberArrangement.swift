#if canImport(Glibc)
  import Glibc
#endif

/// How the chambers of one labelled frame lie to each other. Shares and angles only, so that no calibration is
/// needed beyond the pixels' aspect.
public struct ChamberArrangement: Equatable, Sendable {
  /// Areas over the ventricle's; 0 without one.
  public var atriumToVentricle: Double
  public var myocardiumToVentricle: Double
  /// The ventricle's share of the picture.
  public var ventricleShare: Double
  /// The share of a label's pixels in its largest component, the least of the three labels.
  public var unity: Double
  /// A chamber's area over its convex hull's.
  public var ventricleSolidity: Double
  public var atriumSolidity: Double
  /// Share of the ventricle's boundary that lies on myocardium.
  public var boundaryOnMyocardium: Double
  /// What needs a contact line; `nil` without one.
  public var contact: Contact?

  public struct Contact: Equatable, Sendable {
    /// The contact line over the ventricle's length, which runs from its centre to the farthest pixel.
    public var widthToLength: Double
    /// The contact line over the ventricle's mean width, its area over its length.
    public var widthToMeanWidth: Double
    /// Degrees of the contact line against the horizontal.
    public var tiltDegrees: Double
    /// Degrees between the ventricle's long axis, from the contact line's centre to the farthest pixel, and up.
    public var axisDegrees: Double
    /// Degrees between the long axis and the contact line's normal.
    public var skewDegrees: Double
    /// Share of the atrium beyond the contact line, as seen from the ventricle.
    public var atriumBeyond: Double
    /// Share of the ventricle on the near side.
    public var ventricleBefore: Double
    /// How deep the contact line's centre lies in the picture, 0 at the top to 1.
    public var depth: Double
  }

  public init(_ mask: LabelMask) {
    // What is labelled fills a part of the picture; the rest need not be looked at.
    let box = mask.boundingBox(of: [.leftVentricle, .myocardium, .leftAtrium], margin: 1)
    let part = box.map(mask.cropped) ?? mask
    let labels = [ChamberLabel.leftVentricle, .myocardium, .leftAtrium].map { BinaryMask(part, $0) }
    let parts = labels.map(\.largestComponent)
    let shares = zip(parts, labels).map { $1.isEmpty ? 0 : Double($0.count) / Double($1.count) }
    let ventricle = parts[0].holesFilled
    let atrium = parts[2].holesFilled
    let area = Double(max(ventricle.count, 1))
    atriumToVentricle = Double(atrium.count) / area
    myocardiumToVentricle = Double(labels[1].count) / area
    ventricleShare = Double(ventricle.count) / Double(mask.labels.count)
    unity = shares.min() ?? 0
    ventricleSolidity = ventricle.solidity
    atriumSolidity = atrium.solidity
    boundaryOnMyocardium = Self.boundaryShare(of: ventricle, on: labels[1])
    contact = ContactLine(ventricle: ventricle, atrium: atrium, spacing: mask.spacing)
      .flatMap { Contact($0, ventricle, atrium) }
    // The depth is that in the whole picture.
    if let box, let line = contact?.depth {
      let row = line * Double(max(part.height - 1, 1)) + Double(box.minY)
      contact?.depth = row / Double(max(mask.height - 1, 1))
    }
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
  init?(_ line: ContactLine, _ ventricle: BinaryMask, _ atrium: BinaryMask) {
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
    guard length > 0 else { return nil }
    widthToLength = line.length / length
    widthToMeanWidth = line.length * length / (Double(ventricle.count) * spacing.x * spacing.y)
    tiltDegrees = atan2(line.axis.y, line.axis.x) * 180 / .pi
    axisDegrees = atan2(apex.x, -apex.y) * 180 / .pi
    let across = abs(apex.x * line.axis.x + apex.y * line.axis.y) / length
    skewDegrees = asin(min(across, 1)) * 180 / .pi
    atriumBeyond = 1 - atrium.share(where: isOnVentricleSide)
    ventricleBefore = ventricle.share(where: isOnVentricleSide)
    depth = line.centre.y / Double(max(ventricle.height - 1, 1))
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
