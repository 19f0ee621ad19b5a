import Glibc
import Hinge

/// Where things are: a header strip, the enlarged region and a footer strip.
struct OverlayLayout {
  /// Pixels of the picture a pixel of the stored frame, across and down; square in millimetres.
  let scale: (x: Double, y: Double)
  let pictureWidth: Int
  let pictureHeight: Int
  let width: Int
  let height: Int
  let header: Int
  let footer: Int
  /// The height of a capital of running text.
  let textSize: Double
  /// Everything drawn grows with the picture: 1 for one that is 1000 wide.
  let unit: Double
  /// Where the stored frame lies on the picture.
  let placement: Placement

  /// The larger side of an enlarged picture, so that outlines and text are legible.
  private static let comfortableSide = 1000.0
  private static let largestEnlargement = 5.0
  /// No side of the picture is longer, whatever the shape of its pixels: it is drawn in memory.
  private static let largestSide = 4096.0
  /// Header and footer need this much for their text.
  private static let narrowest = 720

  init(_ scene: OverlayScene) {
    let spacing = scene.spacing ?? PixelSpacing(x: 1, y: 1)
    let finest = min(spacing.x, spacing.y)
    let stretch = (x: spacing.x / finest, y: spacing.y / finest)
    let size = (x: Double(scene.box.width) * stretch.x, y: Double(scene.box.height) * stretch.y)
    let wanted = Self.comfortableSide / max(size.x, size.y)
    let enlargement = min(
      max(1, min(Self.largestEnlargement, wanted)), Self.largestSide / max(size.x, size.y))
    scale = (x: stretch.x * enlargement, y: stretch.y * enlargement)
    pictureWidth = max(1, Int((Double(scene.box.width) * scale.x).rounded()))
    pictureHeight = max(1, Int((Double(scene.box.height) * scale.y).rounded()))
    width = max(Self.narrowest, pictureWidth)
    unit = max(0.8, min(1.6, Double(width) / 1000))
    textSize = (18 * unit).rounded()
    header = Int(52 * unit)
    footer = Int(52 * unit)
    height = header + pictureHeight + footer
    left = (width - pictureWidth) / 2
    placement = Placement(
      origin: Point(x: Double(scene.box.x), y: Double(scene.box.y)), scale: scale, left: left, top: header,
      unit: unit, textSize: textSize)
  }

  /// The picture's left edge.
  let left: Int

  func place(_ point: Point) -> Point { placement.place(point) }
}

/// Where the stored frame lies on a canvas, and how large things are drawn on it.
struct Placement: Sendable {
  /// The pixel of the stored frame whose outer corner lies at `left`, `top` of the canvas.
  var origin: Point
  /// Pixels of the canvas a pixel of the stored frame, across and down.
  var scale: (x: Double, y: Double)
  var left: Int
  var top: Int
  /// Lines grow with it: 1 on a canvas that is 1000 wide.
  var unit: Double
  /// The height of a capital of running text.
  var textSize: Double

  /// From the stored frame to the canvas; pixel areas stay aligned.
  func place(_ point: Point) -> Point {
    Point(
      x: (point.x - origin.x + 0.5) * scale.x - 0.5 + Double(left),
      y: (point.y - origin.y + 0.5) * scale.y - 0.5 + Double(top))
  }
}

/// Colours that stay apart for the colour-blind (Okabe and Ito, Color Universal Design, 2008).
enum Palette {
  static let paper = Colour(0x12_1519)
  static let text = Colour(0xE8_ECEF)
  static let muted = Colour(0x9A_A4AD)
  static let ventricle = Colour(0x56_B4E9)
  static let myocardium = Colour(0x2F_C193)
  static let atrium = Colour(0xE0_8BBE)
  static let contact = Colour(0xE6_9F00)
  static let point = Colour(0xF7_E84B)
  package static let line = Colour(0xFF_FFFF)
  static let black = Colour(0)
}

extension Colour {
  package init(gray: UInt8) {
    self.init(UInt32(gray) << 16 | UInt32(gray) << 8 | UInt32(gray))
  }
}

/// Points of a circle of radius 1 around the origin.
enum UnitCircle {
  /// The point after so many turns, clockwise on a picture whose y points down.
  static func point(_ turns: Double) -> Point {
    Point(x: cos(2 * .pi * turns), y: sin(2 * .pi * turns))
  }
}
