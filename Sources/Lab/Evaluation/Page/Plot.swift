import Clips
import Platform
import Reports

/// A square plot as inline SVG: two axes with round ticks, and marks in the axes' units.
struct Plot {
  struct Dot {
    var x: Double
    var y: Double
    /// Classes of the page's style: `a` or `b`, with `withheld`, with `cut` for pictures that cut the atrium.
    var style: String
    /// Shown by the browser when pointed at.
    var title: String
  }

  struct Line {
    var points: [(x: Double, y: Double)]
    var style: String
  }

  var title: String
  var xTitle: String
  var yTitle: String
  var x: NiceAxis
  var y: NiceAxis
  var dots: [Dot] = []
  var lines: [Line] = []

  private static let side = 300.0
  private static let left = 52.0
  /// Half of the last tick's text reaches beyond the axis.
  private static let right = 26.0
  private static let top = 30.0
  private static let bottom = 44.0

  func svg() -> HTML {
    let width = Self.left + Self.side + Self.right
    let height = Self.top + Self.side + Self.bottom
    return """
      <svg class="plot" viewBox="0 0 \(number: width) \(number: height)" role="img" aria-label="\(title)">\
      <text x="\(number: Self.left)" y="18" class="title">\(title)</text>\(grid)\(lines.map(draw))\
      \(dots.map(draw))<text x="\(number: Self.left + Self.side / 2)" y="\(number: height - 8)" \
      text-anchor="middle">\(xTitle)</text><text transform="translate(13 \(number: Self.top + Self.side / 2)) \
      rotate(-90)" text-anchor="middle">\(yTitle)</text></svg>
      """
  }

  private func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (
      Self.left + (x - self.x.low) / (self.x.high - self.x.low) * Self.side,
      Self.top + (self.y.high - y) / (self.y.high - self.y.low) * Self.side
    )
  }

  private var grid: [HTML] {
    let across: [HTML] = x.ticks.map { tick in
      let at = place(tick, y.low)
      return """
        <line class="axis" x1="\(number: at.x)" x2="\(number: at.x)" y1="\(number: Self.top)" y2="\(number: at.y)"/>\
        <text x="\(number: at.x)" y="\(number: at.y + 15)" text-anchor="middle">\(Decimal.text(tick, x.decimals))</text>
        """
    }
    let down: [HTML] = y.ticks.map { tick in
      let at = place(x.low, tick)
      return """
        <line class="axis" x1="\(number: at.x)" x2="\(number: at.x + Self.side)" y1="\(number: at.y)" \
        y2="\(number: at.y)"/><text x="\(number: at.x - 5)" y="\(number: at.y + 4)" text-anchor="end">\
        \(Decimal.text(tick, y.decimals))</text>
        """
    }
    return across + down
  }

  private func draw(_ dot: Dot) -> HTML {
    let at = place(min(max(dot.x, x.low), x.high), min(max(dot.y, y.low), y.high))
    return """
      <circle class="\(dot.style)" cx="\(number: at.x)" cy="\(number: at.y)" r="3.2"><title>\(dot.title)</title></circle>
      """
  }

  private func draw(_ line: Line) -> HTML {
    let points = line.points.map { point -> String in
      let at = place(point.x, point.y)
      return "\(Decimal.text(at.x, 1)),\(Decimal.text(at.y, 1))"
    }
    return "<polyline class=\"\(line.style)\" points=\"\(points.joined(separator: " "))\"/>"
  }
}

extension Plot.Line {
  /// The outline of a box, as of the 15 to 85 percentile ranges of two axes.
  init(box x: PercentileRange, _ y: PercentileRange, style: String) {
    points = [(x.p15, y.p15), (x.p85, y.p15), (x.p85, y.p85), (x.p15, y.p85), (x.p15, y.p15)]
    self.style = style
  }
}

/// Dice over the training, as the model's card tells it.
enum TrainingPlot {
  static func svg(_ points: [ModelCard.TrainingPoint]) -> [HTML] {
    guard points.count > 1, let last = points.last else { return [] }
    var plot = Plot(
      title: "A4C, validation list: ventricle blue, atrium orange", xTitle: "steps", yTitle: "mean Dice",
      x: NiceAxis(from: 0, to: Double(last.step)),
      y: NiceAxis(from: points.map { min($0.ventricle, $0.atrium) }.min() ?? 0, to: 1))
    plot.lines = [
      Plot.Line(points: points.map { (Double($0.step), $0.ventricle) }, style: "a"),
      Plot.Line(points: points.map { (Double($0.step), $0.atrium) }, style: "b"),
    ]
    return [plot.svg()]
  }
}
