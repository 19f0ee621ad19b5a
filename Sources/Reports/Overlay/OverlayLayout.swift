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

  /// The larger side of the enlarged picture is at least this, so that outlines and text are legible.
  private static let comfortableSide = 880.0
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
    let wanted = (Self.comfortableSide / max(size.x, size.y)).rounded(.up)
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
