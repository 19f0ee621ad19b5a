#if canImport(Glibc)
  import Glibc
#endif

/// Where the left ventricle and the left atrium meet: the mitral annulus seen edge on. The same definition gives
/// the truth points of an evaluation and the plain extraction, so that nothing differs but the labels.
///
/// In the label image, of LV and LA the largest 8-connected component with holes filled. The contact set is every
/// LV pixel within a radius of an LA pixel and the reverse; the radius grows until there are enough. Its principal
/// axis in millimetres, oriented to the right, orders the pixels; an end point is the mean of the pixels whose
/// projection lies close to the extreme.
public struct ContactLine: Equatable, Sendable {
  /// Tried in turn, in pixels between pixel centres. The first takes the 8 neighbours; the last still bridges a
  /// gap of the label image of some 3 mm on CAMUS's grid.
  public static let radii = [1.5, 2.5, 4, 6, 9]
  /// Fewer pixels do not make a line whose direction means anything.
  public static let fewestPixels = 8
  /// Millimetres: one pixel of CAMUS's isotropic grid.
  public static let endDepth = 0.308

  /// The contact set, in raster order.
  public let pixels: [Point]
  /// The radius that gave it, in pixels.
  public let radius: Double
  /// The contact set's mean.
  public let centre: Point
  /// The principal axis as a unit vector in millimetres, x >= 0.
  public let axis: Point
  /// The ends, in pixels: `left` has the smallest projection on the axis.
  public let left: Point
  public let right: Point
  public let spacing: PixelSpacing

  /// - Parameters:
  ///   - ventricle, atrium: solid chambers, H x W of one grid.
  ///   - spacing: millimetres a pixel of that grid.
  /// - Returns: `nil` where even the largest radius gives too few pixels.
  public init?(ventricle: BinaryMask, atrium: BinaryMask, spacing: PixelSpacing) {
    for radius in Self.radii {
      let pixels = Self.contact(ventricle, atrium, radius: radius)
      guard pixels.count >= Self.fewestPixels else { continue }
      self.init(pixels: pixels, radius: radius, spacing: spacing)
      return
    }
    return nil
  }

  /// The contact line of the largest components of a label image, as the truth points are defined.
  public init?(of mask: LabelMask) {
    self.init(
      ventricle: BinaryMask(mask, .leftVentricle).largestComponent.holesFilled,
      atrium: BinaryMask(mask, .leftAtrium).largestComponent.holesFilled, spacing: mask.spacing)
  }

  private init(pixels: [Point], radius: Double, spacing: PixelSpacing) {
    let centre = Self.mean(pixels)
    let axis = Self.principalAxis(pixels, centre, spacing)
    let along = pixels.map { Self.projection($0, centre, axis, spacing) }
    let first = along.min() ?? 0
    let last = along.max() ?? 0
    self.pixels = pixels
    self.radius = radius
    self.centre = centre
    self.axis = axis
    self.spacing = spacing
    left = Self.mean(zip(pixels, along).filter { $0.1 <= first + Self.endDepth }.map(\.0))
    right = Self.mean(zip(pixels, along).filter { $0.1 >= last - Self.endDepth }.map(\.0))
  }

  /// Millimetres from `centre` along the axis.
  public func projection(_ point: Point) -> Double {
    Self.projection(point, centre, axis, spacing)
  }

  /// Distance of the ends in millimetres.
  public var length: Double { spacing.distance(left, right) }

  /// The contact set as a line to draw, in pixels from left end to right end: the mean pixel of each slice of
  /// `step` millimetres along the axis.
  public func polyline(step: Double = 1.5) -> [Point] {
    let start = projection(left)
    let end = projection(right)
    let slices = max(1, Int(((end - start) / step).rounded()))
    var members = [[Point]](repeating: [], count: slices)
    for pixel in pixels {
      // Not a number, or beyond every slice, where all pixels lie within the ends' depth of each other.
      let slice = ((projection(pixel) - start) / (end - start) * Double(slices)).rounded(.towardZero)
      if slice >= 0, slice < Double(slices) { members[Int(slice)].append(pixel) }
    }
    return [left] + members.filter { !$0.isEmpty }.map(Self.mean) + [right]
  }
}

extension ContactLine {
  /// Pixels of each chamber within `radius` pixels of the other, in raster order.
  private static func contact(_ a: BinaryMask, _ b: BinaryMask, radius: Double) -> [Point] {
    guard let boxA = a.boundingBox, let boxB = b.boundingBox else { return [] }
    let reach = Int(radius)
    let offsets = disc(radius: radius, reach: reach)
    var pixels: [Point] = []
    // A pixel of the contact set lies in one box and within reach of the other.
    let minY = max(boxA.minY, boxB.minY) - reach
    let maxY = min(boxA.maxY, boxB.maxY) + reach
    let minX = max(boxA.minX, boxB.minX) - reach
    let maxX = min(boxA.maxX, boxB.maxX) + reach
    guard minX <= maxX, minY <= maxY else { return [] }
    for y in max(minY, 0)...min(maxY, a.height - 1) {
      for x in max(minX, 0)...min(maxX, a.width - 1) {
        let inA = a.bits[y * a.width + x]
        let inB = b.bits[y * b.width + x]
        guard inA || inB else { continue }
        let touches = offsets.contains {
          (inA && b.contains(x: x + $0.dx, y: y + $0.dy)) || (inB && a.contains(x: x + $0.dx, y: y + $0.dy))
        }
        if touches { pixels.append(Point(x: Double(x), y: Double(y))) }
      }
    }
    return pixels
  }

  private static func disc(radius: Double, reach: Int) -> [(dx: Int, dy: Int)] {
    var offsets: [(dx: Int, dy: Int)] = []
    for dy in -reach...reach {
      for dx in -reach...reach where Double(dx * dx + dy * dy) <= radius * radius { offsets.append((dx, dy)) }
    }
    return offsets
  }

  private static func mean(_ points: [Point]) -> Point {
    let sum = points.reduce(Point(x: 0, y: 0)) { Point(x: $0.x + $1.x, y: $0.y + $1.y) }
    return Point(x: sum.x / Double(points.count), y: sum.y / Double(points.count))
  }

  /// The eigenvector of the larger eigenvalue of the pixels' covariance in millimetres, to the right.
  private static func principalAxis(_ pixels: [Point], _ centre: Point, _ spacing: PixelSpacing) -> Point {
    var xx = 0.0
    var xy = 0.0
    var yy = 0.0
    for pixel in pixels {
      let x = (pixel.x - centre.x) * spacing.x
      let y = (pixel.y - centre.y) * spacing.y
      xx += x * x
      xy += x * y
      yy += y * y
    }
    let angle = atan2(2 * xy, xx - yy) / 2
    return Point(x: cos(angle), y: sin(angle))
  }

  private static func projection(
    _ point: Point, _ centre: Point, _ axis: Point, _ spacing: PixelSpacing
  ) -> Double {
    (point.x - centre.x) * spacing.x * axis.x + (point.y - centre.y) * spacing.y * axis.y
  }
}

extension ContactLine {
  init?(_ chambers: Chambers, _ spacing: PixelSpacing) {
    self.init(ventricle: chambers.ventricle, atrium: chambers.atrium, spacing: spacing)
  }

  /// The contact set's bounds and `margin` millimetres around them, as a box of the picture of which the line's
  /// grid is the part `origin`.
  func box(margin: Double, origin: GridBox, width: Int, height: Int) -> GridBox {
    let acrossMargin = Int(margin / spacing.x) + 1
    let downMargin = Int(margin / spacing.y) + 1
    let xs = pixels.map { Int($0.x) + origin.minX }
    let ys = pixels.map { Int($0.y) + origin.minY }
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
