import Hinge
import Platform
import Reports

/// Box plots beside each other, as inline SVG: the box from the 15 to the 85 percentile with the median, the whiskers to
/// the least and the largest value.
struct BoxChart {
  struct Box {
    var name: String
    var range: PercentileRange
    var least: Double
    var largest: Double
    /// `a` or `b` of the page's style.
    var style: String

    init?(_ name: String, _ values: [Double], style: String) {
      guard let range = PercentileRange(values), let least = values.min(), let largest = values.max() else {
        return nil
      }
      self.name = name
      self.range = range
      self.least = least
      self.largest = largest
      self.style = style
    }
  }

  var yTitle: String
  var boxes: [Box]

  private static let step = 44.0
  private static let left = 52.0
  private static let top = 12.0
  private static let height = 300.0
  /// Names are upright below.
  private static let bottom = 110.0

  func svg() -> HTML {
    let axis = NiceAxis(from: boxes.map(\.least).min() ?? 0, to: boxes.map(\.largest).max() ?? 1)
    let width = Self.left + Self.step * Double(boxes.count) + 12
    let drawn: [HTML] = boxes.enumerated().map { index, box in
      draw(box, at: Self.left + Self.step * (Double(index) + 0.5), axis)
    }
    let lines: [HTML] = axis.ticks.map { tick in
      let y = Self.place(tick, axis)
      return """
        <line class="axis" x1="\(number: Self.left)" x2="\(number: width - 12)" y1="\(number: y)" y2="\(number: y)"/>\
        <text x="\(number: Self.left - 5)" y="\(number: y + 4)" text-anchor="end">\
        \(Decimal.text(tick, axis.decimals))</text>
        """
    }
    return """
      <svg class="boxes" style="width:\(number: width)px" viewBox="0 0 \(number: width) \
      \(number: Self.top + Self.height + Self.bottom)" role="img" aria-label="\(yTitle)">\(lines)\(drawn)\
      <text transform="translate(13 \(number: Self.top + Self.height / 2)) rotate(-90)" text-anchor="middle">\
      \(yTitle)</text></svg>
      """
  }

  private static func place(_ value: Double, _ axis: NiceAxis) -> Double {
    top + (axis.high - value) / (axis.high - axis.low) * height
  }

  private func draw(_ box: Box, at x: Double, _ axis: NiceAxis) -> HTML {
    func line(_ points: [(Double, Double)]) -> HTML {
      let text = points.map { "\(Decimal.text($0.0, 1)),\(Decimal.text(Self.place($0.1, axis), 1))" }
      return "<polyline class=\"\(box.style)\" points=\"\(text.joined(separator: " "))\"/>"
    }
    let half = Self.step / 4
    let range = box.range
    let parts = [
      line([(x, box.least), (x, range.p15)]), line([(x, range.p85), (x, box.largest)]),
      line([
        (x - half, range.p15), (x + half, range.p15), (x + half, range.p85), (x - half, range.p85),
        (x - half, range.p15),
      ]),
      line([(x - half, range.p50), (x + half, range.p50)]),
    ]
    let foot = Self.top + Self.height + 8
    return """
      \(parts)<text transform="translate(\(number: x + 4) \(number: foot)) rotate(-90)" text-anchor="end">\
      \(box.name)</text>
      """
  }
}
