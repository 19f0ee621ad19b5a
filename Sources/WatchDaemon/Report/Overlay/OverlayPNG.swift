import Hinge

/// `<clip>.ED.png` and `<clip>.ES.png`: a frame with its outlines, hinge points and diameter, for a person.
enum OverlayPNG {
  enum Failure: Error, Equatable {
    /// The region does not lie inside the frame, or the mask is not on its grid.
    case mismatchedGrids
    case encoding(String)
  }

  static func render(_ scene: OverlayScene) throws(Failure) -> [UInt8] {
    let canvas = try draw(scene)
    do {
      return try PNGEncoder.encode(canvas)
    } catch {
      throw .encoding(error.message)
    }
  }

  /// The picture as pixels.
  static func draw(_ scene: OverlayScene) throws(Failure) -> Canvas {
    let box = scene.box
    guard box.width > 0, box.height > 0, box.x >= 0, box.y >= 0, box.x + box.width <= scene.frame.columns,
      box.y + box.height <= scene.frame.rows, scene.mask.width == box.width,
      scene.mask.height == box.height, scene.sector.map({ $0.count == box.width * box.height }) ?? true,
      scene.frame.pixels.count == scene.frame.columns * scene.frame.rows
    else { throw .mismatchedGrids }
    let layout = OverlayLayout(scene)
    var canvas = Canvas(width: layout.width, height: layout.height, colour: Palette.paper)
    canvas.drawPicture(scene, layout)
    canvas.drawChambers(scene, layout)
    canvas.drawMeasurement(scene, layout)
    canvas.drawHeader(scene, layout)
    canvas.drawFooter(scene, layout)
    return canvas
  }
}

/// Colours that stay apart for the colour-blind (Okabe and Ito, Color Universal Design, 2008).
private enum Palette {
  static let paper = Colour(0x12_1519)
  static let text = Colour(0xE8_ECEF)
  static let muted = Colour(0x9A_A4AD)
  static let ventricle = Colour(0x56_B4E9)
  static let myocardium = Colour(0x2F_C193)
  static let atrium = Colour(0xE0_8BBE)
  static let contact = Colour(0xE6_9F00)
  static let point = Colour(0xF7_E84B)
  static let line = Colour(0xFF_FFFF)
}

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
  private let origin: Point

  /// The larger side of the enlarged picture is at least this, so that outlines and text are legible.
  private static let comfortableSide = 880.0
  private static let largestEnlargement = 5.0
  /// Header and footer need this much for their text.
  private static let narrowest = 720

  init(_ scene: OverlayScene) {
    let spacing = scene.spacing ?? PixelSpacing(x: 1, y: 1)
    let finest = min(spacing.x, spacing.y)
    let stretch = (x: spacing.x / finest, y: spacing.y / finest)
    let size = (x: Double(scene.box.width) * stretch.x, y: Double(scene.box.height) * stretch.y)
    let wanted = (Self.comfortableSide / max(size.x, size.y)).rounded(.up)
    let enlargement = max(1, min(Self.largestEnlargement, wanted))
    scale = (x: stretch.x * enlargement, y: stretch.y * enlargement)
    pictureWidth = max(1, Int((Double(scene.box.width) * scale.x).rounded()))
    pictureHeight = max(1, Int((Double(scene.box.height) * scale.y).rounded()))
    width = max(Self.narrowest, pictureWidth)
    unit = max(0.8, min(1.6, Double(width) / 1000))
    textSize = (18 * unit).rounded()
    header = Int(52 * unit)
    footer = Int(52 * unit)
    height = header + pictureHeight + footer
    origin = Point(x: Double(scene.box.x), y: Double(scene.box.y))
  }

  var left: Int { (width - pictureWidth) / 2 }

  /// From the stored frame to the canvas; pixel areas stay aligned.
  func place(_ point: Point) -> Point {
    Point(
      x: (point.x - origin.x + 0.5) * scale.x - 0.5 + Double(left),
      y: (point.y - origin.y + 0.5) * scale.y - 0.5 + Double(header))
  }
}

extension Canvas {
  fileprivate mutating func drawPicture(_ scene: OverlayScene, _ layout: OverlayLayout) {
    let (frame, box) = (scene.shownFrame, scene.box)
    let across = (0..<layout.pictureWidth).map {
      Interpolation(at: $0, scale: layout.scale.x, count: box.width)
    }
    for y in 0..<layout.pictureHeight {
      let down = Interpolation(at: y, scale: layout.scale.y, count: box.height)
      let upper = (box.y + down.first) * frame.columns + box.x
      let lower = (box.y + down.second) * frame.columns + box.x
      for (x, part) in across.enumerated() {
        let top = Self.mix(frame.pixels, upper + part.first, upper + part.second, part.part)
        let bottom = Self.mix(frame.pixels, lower + part.first, lower + part.second, part.part)
        let luma = UInt8((top + (bottom - top) * down.part).rounded())
        blend(Colour(gray: luma), 1, x: layout.left + x, y: layout.header + y)
      }
    }
  }

  private static func mix(_ pixels: [UInt8], _ first: Int, _ second: Int, _ part: Float) -> Float {
    Float(pixels[first]) + (Float(pixels[second]) - Float(pixels[first])) * part
  }

  fileprivate mutating func drawChambers(_ scene: OverlayScene, _ layout: OverlayLayout) {
    let line = Float(2 * layout.unit)
    let heart = SmoothRegion(scene.mask, [.leftVentricle, .myocardium], scale: layout.scale)
    let wall = SmoothRegion(scene.mask, [.myocardium], scale: layout.scale)
    let ventricle = SmoothRegion(scene.mask, [.leftVentricle], scale: layout.scale)
    let atrium = SmoothRegion(scene.mask, [.leftAtrium], scale: layout.scale)
    tint(wall, Palette.myocardium, 0.10, layout)
    tint(ventricle, Palette.ventricle, 0.12, layout)
    tint(atrium, Palette.atrium, 0.12, layout)
    outline(heart, Palette.myocardium, line * 0.8, layout)
    outline(atrium, Palette.atrium, line, layout)
    outline(ventricle, Palette.ventricle, line, layout)
  }

  private mutating func tint(
    _ region: SmoothRegion, _ colour: Colour, _ opacity: Float, _ layout: OverlayLayout
  ) {
    for y in region.rows {
      for x in region.columns {
        blend(colour, opacity * region.inside(x, y), x: layout.left + x, y: layout.header + y)
      }
    }
  }

  private mutating func outline(
    _ region: SmoothRegion, _ colour: Colour, _ width: Float, _ layout: OverlayLayout
  ) {
    for y in region.rows {
      for x in region.columns {
        let covered = region.outline(x, y, width: width)
        blend(colour, 0.9 * covered, x: layout.left + x, y: layout.header + y)
      }
    }
  }

  fileprivate mutating func drawMeasurement(_ scene: OverlayScene, _ layout: OverlayLayout) {
    let unit = layout.unit
    stroke(
      [scene.contactLine.map(layout.place)], width: 2.2 * unit, colour: Palette.contact, opacity: 0.9)
    let ends = scene.hingePoints.map { layout.place($0.point) }
    if ends.count == 2, let diameter = scene.diameter {
      drawDiameter(diameter, from: ends[0], to: ends[1], layout)
    }
    for (index, end) in ends.enumerated() {
      drawMark(at: end, layout)
      drawLabel(scene.hingePoints[index].label, at: end, isLeft: index == 0, layout)
    }
  }

  /// Labels stand outside of the annulus, the left one before its point, unless the edge is too near.
  private mutating func drawLabel(_ label: String, at point: Point, isLeft: Bool, _ layout: OverlayLayout) {
    let size = layout.textSize * 0.9
    let gap = 15 * layout.unit
    let reach = gap + Canvas.width(of: label, size: size) + 4
    let before = isLeft ? point.x - reach >= 0 : point.x + reach > Double(width)
    text(
      label, at: Point(x: point.x + (before ? -gap : gap), y: point.y + 7 * layout.unit), size: size,
      colour: Palette.point, alignment: before ? .right : .left)
  }

  private mutating func drawMark(at point: Point, _ layout: OverlayLayout) {
    let radius = 8 * layout.unit
    ring(at: point, radius: radius, width: 5 * layout.unit, colour: Colour(0), opacity: 0.65)
    ring(at: point, radius: radius, width: 2.2 * layout.unit, colour: Palette.point)
    stroke([[point, point]], width: 3.4 * layout.unit, colour: Palette.point)
  }

  private mutating func drawDiameter(
    _ diameter: OverlayScene.Diameter, from: Point, to: Point, _ layout: OverlayLayout
  ) {
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    let length = (dx * dx + dy * dy).squareRoot()
    let gap = 10 * layout.unit
    guard length > 3 * gap, length < Double(2 * (width + height)) else { return }
    func along(_ distance: Double) -> Point {
      Point(x: from.x + dx * distance / length, y: from.y + dy * distance / length)
    }
    let dash = 9 * layout.unit
    let dashes = stride(from: gap, to: length - gap, by: 1.6 * dash).map {
      [along($0), along(min(length - gap, $0 + dash))]
    }
    stroke(dashes, width: 3.6 * layout.unit, colour: Colour(0), opacity: 0.5)
    stroke(dashes, width: 1.8 * layout.unit, colour: Palette.line)
    let middle = Point(x: (from.x + to.x) / 2, y: max(from.y, to.y) + 26 * layout.unit)
    text(
      diameter.text, at: middle, size: layout.textSize * 1.25, colour: Palette.line, alignment: .centre)
  }

  fileprivate mutating func drawHeader(_ scene: OverlayScene, _ layout: OverlayLayout) {
    let margin = 16 * layout.unit
    let top = (Double(layout.header) - layout.textSize * 1.1) / 2
    var x = margin
    for (word, colour) in scene.title {
      text(word, at: Point(x: x, y: top), size: layout.textSize * 1.1, colour: colour, halo: 0)
      x += Canvas.width(of: word, size: layout.textSize * 1.1) + 18 * layout.unit
    }
    var right = Double(layout.width) - margin
    let legend = [
      ("LA", Palette.atrium), ("Myocardium", Palette.myocardium), ("LV", Palette.ventricle),
    ]
    let middle = Double(layout.header) / 2
    for (word, colour) in legend {
      let size = layout.textSize * 0.85
      text(
        word, at: Point(x: right, y: middle - size / 2), size: size, colour: Palette.text, alignment: .right,
        halo: 0)
      right -= Canvas.width(of: word, size: size) + 9 * layout.unit
      let swatch = [Point(x: right - 16 * layout.unit, y: middle), Point(x: right, y: middle)]
      stroke([swatch], width: 3.5 * layout.unit, colour: colour)
      right -= 34 * layout.unit
    }
  }

  fileprivate mutating func drawFooter(_ scene: OverlayScene, _ layout: OverlayLayout) {
    let top = Double(layout.header + layout.pictureHeight)
    let size = layout.textSize * 0.9
    let margin = 16 * layout.unit
    let y = top + (Double(layout.footer) - size) / 2
    text(
      StructuredReport.disclaimer, at: Point(x: margin, y: y), size: size, colour: Palette.text, halo: 0)
    let right = Double(layout.width) - margin
    guard let spacing = scene.spacing else {
      text(
        "no pixel size", at: Point(x: right, y: y), size: size, colour: Palette.muted, alignment: .right,
        halo: 0)
      return
    }
    drawScaleBar(pixelsPerCentimetre: 10 / spacing.x * layout.scale.x, right: right, y: y, size, layout)
  }

  /// Whole centimetres with a tick at each, at most a third of the picture's width.
  private mutating func drawScaleBar(
    pixelsPerCentimetre: Double, right: Double, y: Double, _ size: Double, _ layout: OverlayLayout
  ) {
    let fitting = Int(Double(layout.width) / 3 / pixelsPerCentimetre)
    guard fitting >= 1 else { return }
    let count = min(5, fitting)
    let label = "\(count) cm"
    text(label, at: Point(x: right, y: y), size: size, colour: Palette.text, alignment: .right, halo: 0)
    let end = right - Canvas.width(of: label, size: size) - 12 * layout.unit
    let start = end - Double(count) * pixelsPerCentimetre
    let base = y + size
    var bar = [[Point(x: start, y: base), Point(x: end, y: base)]]
    for tick in 0...count {
      let x = start + Double(tick) * pixelsPerCentimetre
      let isEnd = tick == 0 || tick == count
      bar.append([Point(x: x, y: base), Point(x: x, y: base - size * (isEnd ? 0.8 : 0.5))])
    }
    stroke(bar, width: 1.8 * layout.unit, colour: Palette.text)
  }
}

extension Colour {
  fileprivate init(gray: UInt8) {
    self.init(UInt32(gray) << 16 | UInt32(gray) << 8 | UInt32(gray))
  }
}

extension OverlayScene {
  /// The frame, black outside of the sector.
  fileprivate var shownFrame: GrayFrame {
    guard let sector else { return frame }
    var shown = frame
    for (index, isInside) in sector.enumerated() where !isInside {
      shown.pixels[(box.y + index / box.width) * frame.columns + box.x + index % box.width] = 0
    }
    return shown
  }

  fileprivate var title: [(String, Colour)] {
    let position = "frame \(frameIndex + 1) of \(frameCount)"
    let name = phase == .endDiastole ? "end diastole" : "end systole"
    let view = view.concept == nil ? [] : [(self.view.rawValue, Palette.text)]
    return view + [(phase.rawValue, Palette.point), (name, Palette.muted), (position, Palette.text)]
  }
}

extension OverlayScene.Diameter {
  var text: String {
    switch self {
    case .millimetres(let value): "\(Decimal.text(value, 1)) mm"
    case .pixels(let value): "\(Decimal.text(value, 1)) px"
    case .withheld: "withheld"
    }
  }
}
