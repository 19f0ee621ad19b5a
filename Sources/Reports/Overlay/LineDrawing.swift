import Hinge

/// Lines and letters whose coverage is worked out already, so that what many pictures share is worked out once.
struct LineDrawing: Sendable {
  /// What lies beyond is clipped.
  let width: Int
  let height: Int
  private(set) var strokes: [Stroke] = []

  struct Stroke: Sendable {
    let coverage: StrokeCoverage
    let colour: Colour
    let opacity: Float
  }

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Adds lines with round ends, anti-aliased; where they overlap they count once.
  mutating func stroke(_ paths: [[Point]], width lineWidth: Double, colour: Colour, opacity: Float = 1) {
    let coverage = StrokeCoverage(of: paths, width: lineWidth, canvasWidth: width, canvasHeight: height)
    strokes.append(Stroke(coverage: coverage, colour: colour, opacity: opacity))
  }

  enum Alignment { case left, centre, right }

  /// Adds a line of text whose capitals are `size` high with their top at `at.y`, dark outline below the letters.
  mutating func text(
    _ text: String, at: Point, size: Double, colour: Colour, alignment: Alignment = .left, halo: Float = 0.75
  ) {
    let step = size / StrokeFont.capitalHeight
    let (strokes, width) = StrokeFont.layout(text)
    let shift: Double =
      switch alignment {
      case .left: 0
      case .centre: width * step / 2
      case .right: width * step
      }
    let placed = strokes.map { $0.map { Point(x: at.x - shift + $0.x * step, y: at.y + $0.y * step) } }
    let line = max(1.2, size / 7.5)
    if halo > 0 { stroke(placed, width: line + max(3, size / 4), colour: Colour(0), opacity: halo) }
    stroke(placed, width: line, colour: colour)
  }
}
