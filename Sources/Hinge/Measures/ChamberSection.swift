/// A chamber as one picture shows it, cut into discs perpendicular to its long axis. Lengths are millimetres.
public struct ChamberSection: Equatable, Sendable {
  /// Discs of the method of discs: Lang et al., J Am Soc Echocardiogr 28, 2015, 1-39, section 2.1.
  public static let discs = 20

  /// From the base, the middle between the hinge points, to where the axis leaves the chamber.
  public var length: Double
  /// The chamber's area in square millimetres, that beyond the base line included.
  public var area: Double
  /// Mean diameter of each disc, from the base to the tip.
  public var diameters: [Double]

  /// How round the chamber is, as a share of its length: its diameter half way along the axis, which is the mean of
  /// the two discs that meet there (Di Donato et al., Eur J Cardiothorac Surg 29 Suppl 1, 2006, S225-S230).
  public var sphericity: Double { (diameters[Self.discs / 2 - 1] + diameters[Self.discs / 2]) / 2 / length }

  /// - Precondition: as many diameters as there are discs.
  public init(length: Double, area: Double, diameters: [Double]) {
    self.length = length
    self.area = area
    self.diameters = diameters
  }

  /// - Parameters:
  ///   - chamber: a solid chamber, H x W.
  ///   - base: where the axis begins, in pixels of the chamber's grid.
  ///   - target: a point of the chamber that the axis leads to, in the same pixels.
  /// - Returns: `nil` where the axis has no length.
  public init?(_ chamber: BinaryMask, spacing: PixelSpacing, from base: Point, towards target: Point) {
    guard let axis = AxisFrame(from: base, towards: target, spacing: spacing) else { return nil }
    let length = Self.extent(of: chamber, along: axis)
    guard length > 0 else { return nil }
    let cell = spacing.x * spacing.y / Double(Self.finer * Self.finer)
    let scale = Double(Self.discs) / length
    var areas = [Double](repeating: 0, count: Self.discs)
    Self.forEachHeight(of: chamber, along: axis) { height in
      if height >= 0 { areas[min(Int(height * scale), Self.discs - 1)] += cell }
    }
    self.length = length
    area = Double(chamber.count) * spacing.x * spacing.y
    diameters = areas.map { $0 * scale }
  }

  /// A disc is some 4 mm high and holds few rows of pixels; each pixel counts as 4 x 4 cells, so that a row on the
  /// border of two discs belongs to both.
  private static let finer = 4

  private static func extent(of chamber: BinaryMask, along axis: AxisFrame) -> Double {
    var extent = 0.0
    forEachHeight(of: chamber, along: axis) { extent = max(extent, $0) }
    return extent
  }

  /// Millimetres along the axis of every cell of the chamber.
  private static func forEachHeight(
    of chamber: BinaryMask, along axis: AxisFrame, _ body: (Double) -> Void
  ) {
    let steps = (0..<finer).map { (Double($0) + 0.5) / Double(finer) - 0.5 }
    let across = axis.spacing.x * axis.direction.x
    let down = axis.spacing.y * axis.direction.y
    let cells = steps.flatMap { dy in steps.map { dx in dx * across + dy * down } }
    chamber.forEachPixel { pixel in
      let height = axis.height(of: pixel)
      for cell in cells { body(height + cell) }
    }
  }
}

/// A direction in a picture from a point of it, in millimetres.
public struct AxisFrame: Equatable, Sendable {
  /// In pixels.
  public var base: Point
  /// A unit vector in millimetres, x to the right and y down.
  public var direction: Point
  public var spacing: PixelSpacing

  /// `nil` where the two points are one.
  public init?(from base: Point, towards target: Point, spacing: PixelSpacing) {
    let length = spacing.distance(base, target)
    guard length > 0 else { return nil }
    self.base = base
    self.spacing = spacing
    direction = Point(
      x: (target.x - base.x) * spacing.x / length, y: (target.y - base.y) * spacing.y / length)
  }

  /// Millimetres of a point of the picture along the direction.
  public func height(of point: Point) -> Double {
    (point.x - base.x) * spacing.x * direction.x + (point.y - base.y) * spacing.y * direction.y
  }

  /// The same axis in the picture of which its grid is the part `box`.
  func moved(to box: GridBox) -> AxisFrame {
    var axis = self
    axis.base = Point(x: base.x + Double(box.minX), y: base.y + Double(box.minY))
    return axis
  }
}

/// Volumes from one or two sections of a chamber by the summation of discs (modified Simpson's rule): Lang et al.,
/// J Am Soc Echocardiogr 28, 2015, 1-39, section 2.1; Schiller et al., J Am Soc Echocardiogr 2, 1989, 358-367.
public enum MethodOfDiscs {
  /// The two lengths of a chamber differ by more in sections that were not cut through the same apex: 10 % is what
  /// Schiller et al. allow. A share of the longer one.
  public static let largestLengthDifference = 0.1

  /// Millilitres: pi/4 · L/20 · sum(a²).
  public static func volume(_ section: ChamberSection) -> Double {
    volume(section.diameters, section.diameters, length: section.length)
  }

  /// Millilitres: pi/4 · L/20 · sum(a·b), L the longer length; `nil` where the lengths do not go together.
  /// - Parameter largestLengthDifference: a share of the longer one.
  public static func biplaneVolume(
    _ a: ChamberSection, _ b: ChamberSection, largestLengthDifference: Double = Self.largestLengthDifference
  ) -> Double? {
    guard lengthDifference(a, b) <= largestLengthDifference else { return nil }
    return volume(a.diameters, b.diameters, length: max(a.length, b.length))
  }

  /// The difference of two lengths as a share of the longer one.
  public static func lengthDifference(_ a: ChamberSection, _ b: ChamberSection) -> Double {
    abs(a.length - b.length) / max(a.length, b.length)
  }

  /// Per cent of the end-diastolic volume.
  public static func ejectionFraction(endDiastole: Double, endSystole: Double) -> Double {
    (endDiastole - endSystole) / endDiastole * 100
  }

  private static func volume(_ a: [Double], _ b: [Double], length: Double) -> Double {
    let squares = zip(a, b).map { $0 * $1 }.reduce(0, +)
    return Double.pi / 4 * length / Double(a.count) * squares / 1000
  }
}

/// The mitral annulus as an ellipse whose axes are its diameters in two views at right angles.
public enum AnnulusEllipse {
  /// Square centimetres: pi/4 · a · b, of diameters in millimetres.
  public static func area(_ a: Double, _ b: Double) -> Double { Double.pi / 4 * a * b / 100 }
}
