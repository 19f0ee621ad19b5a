import Clips
import Hinge

/// What was found on a frame, drawn over it.
extension Canvas {
  /// Thin lines, so that the picture below can be judged.
  mutating func drawOutlines(_ outlines: FrameOutlines, _ placement: Placement) {
    let width = max(1.5, 2 * placement.unit)
    draw(outlines.heart, Palette.myocardium, width * 0.8, placement)
    draw(outlines.atrium, Palette.atrium, width, placement)
    draw(outlines.ventricle, Palette.ventricle, width, placement)
  }

  private mutating func draw(
    _ outline: Outline, _ colour: Colour, _ width: Double, _ placement: Placement
  ) {
    let closed = outline.loops.map { loop in (loop + loop.prefix(1)).map(placement.place) }
    stroke(closed, width: width, colour: colour, opacity: 0.9)
  }

  /// A breath of colour over the chambers.
  mutating func tintChambers(_ outlines: FrameOutlines, _ placement: Placement) {
    // Inside the heart and not inside the ventricle: what lies in both counts twice, and so not at all.
    let wall = Outline(loops: outlines.heart.loops + outlines.ventricle.loops)
    tint(wall, Palette.myocardium, 0.10, placement)
    tint(outlines.ventricle, Palette.ventricle, 0.10, placement)
    tint(outlines.atrium, Palette.atrium, 0.12, placement)
  }

  private mutating func tint(
    _ outline: Outline, _ colour: Colour, _ opacity: Float, _ placement: Placement
  ) {
    for run in outline.mapped(by: placement.place).pixels(width: width, height: height) {
      for x in run.columns { blend(colour, opacity, x: x, y: run.row) }
    }
  }

  mutating func drawMark(at point: Point, _ unit: Double) {
    let radius = 8 * unit
    ring(at: point, radius: radius, width: 5 * unit, colour: Palette.black, opacity: 0.65)
    ring(at: point, radius: radius, width: 2.2 * unit, colour: Palette.point)
    stroke([[point, point]], width: 3.4 * unit, colour: Palette.point)
  }

  /// Where the program found a point that a reader set elsewhere: a faint ring.
  mutating func drawMachineMark(at point: Point, _ unit: Double) {
    ring(at: point, radius: 6 * unit, width: 2.6 * unit, colour: Palette.black, opacity: 0.4)
    ring(at: point, radius: 6 * unit, width: 1.4 * unit, colour: Palette.contact, opacity: 0.8)
  }

  /// Labels are outside of the annulus, the left one before its point, unless the edge is too near.
  mutating func drawLabel(_ label: String, at point: Point, isLeft: Bool, _ placement: Placement) {
    let size = placement.textSize * 0.9
    let gap = 15 * placement.unit
    let reach = gap + Canvas.width(of: label, size: size) + 4
    let before = isLeft ? point.x - reach >= 0 : point.x + reach > Double(width)
    text(
      label, at: Point(x: point.x + (before ? -gap : gap), y: point.y + 7 * placement.unit), size: size,
      colour: Palette.point, alignment: before ? .right : .left)
  }

  /// The line between two points of the canvas, dashed, with its length below it.
  mutating func drawDiameter(
    _ diameter: OverlayScene.Diameter, from: Point, to: Point, _ placement: Placement
  ) {
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    let length = (dx * dx + dy * dy).squareRoot()
    let gap = 10 * placement.unit
    guard length > 3 * gap, length < Double(2 * (width + height)) else { return }
    func along(_ distance: Double) -> Point {
      Point(x: from.x + dx * distance / length, y: from.y + dy * distance / length)
    }
    let dash = 9 * placement.unit
    let dashes = stride(from: gap, to: length - gap, by: 1.6 * dash).map {
      [along($0), along(min(length - gap, $0 + dash))]
    }
    stroke(dashes, width: 3.6 * placement.unit, colour: Palette.black, opacity: 0.5)
    stroke(dashes, width: max(1, 1.8 * placement.unit), colour: Palette.line)
    let middle = Point(x: (from.x + to.x) / 2, y: max(from.y, to.y) + 26 * placement.unit)
    text(
      diameter.text, at: middle, size: placement.textSize * 1.25, colour: Palette.line, alignment: .centre)
  }
}
