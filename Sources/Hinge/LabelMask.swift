/// A point in pixel-index coordinates of the grid that it belongs to: x is the column and y the row, and the
/// centre of the top left pixel is (0, 0).
public struct Point: Equatable, Hashable, Sendable, Codable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }

  /// The point on the way to `other`, across and down: this one at 0, the other at 1.
  func interpolated(to other: Point, by weight: LandmarkWeight) -> Point {
    Point(x: x + weight.x * (other.x - x), y: y + weight.y * (other.y - y))
  }
}

/// Millimetres a pixel, across (x) and down (y). Always positive.
public struct PixelSpacing: Equatable, Sendable, Codable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    precondition(x > 0 && y > 0, "pixel spacing is positive")
    self.x = x
    self.y = y
  }

  /// Distance in millimetres between two points of the grid.
  public func distance(_ a: Point, _ b: Point) -> Double {
    let dx = (a.x - b.x) * x
    let dy = (a.y - b.y) * y
    return (dx * dx + dy * dy).squareRoot()
  }
}

/// What a pixel of an apical view shows. The raw values are CAMUS's, and the channels of the shipped model.
public enum ChamberLabel: UInt8, Sendable, CaseIterable, Codable {
  case background = 0
  case leftVentricle = 1
  case myocardium = 2
  case leftAtrium = 3
}

/// A label a pixel, row by row from the top, on a grid that may be anisotropic.
public struct LabelMask: Equatable, Sendable {
  public let width: Int
  public let height: Int
  public let spacing: PixelSpacing
  /// `ChamberLabel.rawValue` a pixel, H x W.
  public var labels: [UInt8]

  public init(width: Int, height: Int, spacing: PixelSpacing, labels: [UInt8]) {
    precondition(labels.count == width * height, "one label a pixel")
    self.width = width
    self.height = height
    self.spacing = spacing
    self.labels = labels
  }
}

/// The two chambers of a label image, solid and rid of what does not belong to them.
struct Chambers {
  var ventricle: BinaryMask
  var atrium: BinaryMask
  var ventricleUnity: Double
  var atriumUnity: Double
  var leakShare: Double

  init(_ mask: LabelMask, leakRadius: Double) {
    let wholeVentricle = BinaryMask(mask, .leftVentricle)
    let wholeAtrium = BinaryMask(mask, .leftAtrium)
    let mainVentricle = wholeVentricle.largestComponent
    let mainAtrium = wholeAtrium.largestComponent
    ventricleUnity = Self.share(mainVentricle.count, of: wholeVentricle.count)
    atriumUnity = Self.share(mainAtrium.count, of: wholeAtrium.count)
    atrium = mainAtrium.holesFilled
    let solid = mainVentricle.holesFilled
    ventricle = solid.withoutThinParts(radius: leakRadius, spacing: mask.spacing)
    leakShare = 1 - Self.share(ventricle.count, of: solid.count)
  }

  private static func share(_ part: Int, of whole: Int) -> Double {
    whole == 0 ? 1 : Double(part) / Double(whole)
  }
}

extension BinaryMask {
  /// The set without what hangs on it by less than two radii. What is left keeps its corners, which an opening
  /// would round off: all that lies within two radii of the eroded core stays, and the tip of a corner of 60
  /// degrees is just that far from it.
  func withoutThinParts(radius: Double, spacing: PixelSpacing) -> BinaryMask {
    // The nearest pixel outside of the set lies in its bounds or one pixel around them.
    guard let box = boundingBox?.grown(by: 1, width: width, height: height) else { return self }
    return cropped(to: box).withoutThinPartsInWhole(radius: radius, spacing: spacing)
      .placed(width: width, height: height, at: box)
  }

  private func withoutThinPartsInWhole(radius: Double, spacing: PixelSpacing) -> BinaryMask {
    let core = eroded(radius: radius, spacing: spacing).largestComponent
    guard !core.isEmpty else { return self }
    return core.dilated(radius: 2 * radius, spacing: spacing).intersection(self).largestComponent
  }

  /// The set's area over that of its convex hull, 0 to 1.
  var solidity: Double {
    let hull = convexHull.count
    return hull == 0 ? 0 : Double(count) / Double(hull)
  }
}

extension Chambers {
  /// The chambers on the grid of `mask`, of which their own is the part `box`; the ventricle has what both claim.
  func labels(on mask: LabelMask, at box: GridBox) -> LabelMask {
    var labels = [UInt8](repeating: ChamberLabel.background.rawValue, count: mask.labels.count)
    for (chamber, label) in [(atrium, ChamberLabel.leftAtrium), (ventricle, .leftVentricle)] {
      for y in 0..<chamber.height {
        let row = (box.minY + y) * mask.width + box.minX
        for x in 0..<chamber.width where chamber.bits[y * chamber.width + x] {
          labels[row + x] = label.rawValue
        }
      }
    }
    return LabelMask(width: mask.width, height: mask.height, spacing: mask.spacing, labels: labels)
  }

  /// Whether the atrium's centroid lies below the ventricle's, the apex being up.
  var atriumLiesBelow: Bool {
    guard let above = ventricle.centroid, let below = atrium.centroid else { return false }
    return below.y > above.y
  }

  /// Whether a chamber reaches to within `margin` millimetres of the sector's edge; `origin` is the part of the
  /// picture that the chambers' grid is.
  func touchEdge(of sector: SectorMask, origin: GridBox, margin: Double) -> Bool {
    func isNear(_ point: Point) -> Bool {
      sector.distanceToEdge(Point(x: point.x + Double(origin.minX), y: point.y + Double(origin.minY)))
        < margin
    }
    return ventricle.boundary.share(where: isNear) > 0 || atrium.boundary.share(where: isNear) > 0
  }
}
