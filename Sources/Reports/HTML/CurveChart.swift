import Platform
import Study

/// Curves over the cine as inline SVG: one panel a curve above a shared time axis, ED and ES marked.
struct CurveChart {
  struct Panel {
    var title: String
    var unit: String
    /// One entry a frame of `CurveChart.frames`; `nil` where there is none, which interrupts the line.
    var values: [Double?]
    /// A second curve on the same axis.
    var dashed: [Double?]?

    fileprivate var all: [Double?] { values + (dashed ?? []) }
  }

  var frames: [Int]
  var panels: [Panel]
  var beats: [ClipReport.Beat]
  /// `nil` puts frame numbers on the axis.
  var frameTimeMilliseconds: Double?

  private static let width = 1000.0
  private static let left = 64.0
  private static let right = 16.0
  private static let top = 44.0
  private static let panelHeight = 150.0
  private static let panelGap = 40.0
  private static let bottom = 40.0

  /// `nil` where there are no two points to join.
  func svg() -> HTML? {
    let drawn = panels.filter { $0.values.count == frames.count && !runs(of: $0.values).isEmpty }
    guard let first = frames.first, let last = frames.last, last > first, !drawn.isEmpty else { return nil }
    let height =
      Self.top + Double(drawn.count) * (Self.panelHeight + Self.panelGap) - Self.panelGap + Self.bottom
    let titles = drawn.map(\.title).joined(separator: " and ")
    return """
      <svg viewBox="0 0 \(number: Self.width) \(number: height)" role="img" aria-label="\(titles) over the cine, \
      end diastole and end systole marked">
      \(beatShading(to: height - Self.bottom))\(drawn.enumerated().map { panel($1, row: $0) })\
      \(timeAxis(at: height - Self.bottom))\(marks(to: height - Self.bottom))\(cursor(to: height - Self.bottom))</svg>
      """
  }

  /// Beats whose frames the curves hold.
  private var shownBeats: [ClipReport.Beat] {
    guard let first = frames.first, let last = frames.last, first <= last else { return [] }
    return beats.filter { (first...last).contains($0.edFrame) && (first...last).contains($0.esFrame) }
  }

  private func x(_ frame: Double) -> Double {
    let span = Double(frames[frames.count - 1] - frames[0])
    return Self.left + (frame - Double(frames[0])) / span * (Self.width - Self.left - Self.right)
  }

  private func panel(_ panel: Panel, row: Int) -> HTML {
    let known = panel.all.compactMap { $0 }
    let axis = NiceAxis(from: known.min() ?? 0, to: known.max() ?? 1)
    let top = Self.top + Double(row) * (Self.panelHeight + Self.panelGap)
    func y(_ value: Double) -> Double {
      top + (axis.high - value) / (axis.high - axis.low) * Self.panelHeight
    }
    let ticks: [HTML] = axis.ticks.map { tick in
      """
      <line class="axis" x1="\(number: Self.left)" x2="\(number: Self.width - Self.right)" y1="\(number: y(tick))" \
      y2="\(number: y(tick))"/><text x="\(number: Self.left - 8)" y="\(number: y(tick) + 4)" text-anchor="end">\
      \(Decimal.text(tick, axis.decimals))</text>
      """
    }
    func curve(_ values: [Double?], _ style: HTML) -> [HTML] {
      runs(of: values).map { run in
        let points = run.map { "\(Decimal.text(x(Double($0.frame)), 1)),\(Decimal.text(y($0.value), 1))" }
        return "<polyline class=\"\(style)\" points=\"\(points.joined(separator: " "))\"/>"
      }
    }
    let lines =
      curve(panel.values, row.isMultiple(of: 2) ? "curve" : "curve second")
      + curve(panel.dashed ?? [], "curve second dashed")
    return """
      \(ticks)\(lines)<text x="\(number: Self.left)" y="\(number: top - 8)">\(panel.title) (\(panel.unit))</text>
      """
  }

  /// Frames that follow one another with a value.
  private func runs(of values: [Double?]) -> [[(frame: Int, value: Double)]] {
    var runs: [[(frame: Int, value: Double)]] = [[]]
    for (frame, value) in zip(frames, values) {
      if let value, value.isFinite {
        runs[runs.count - 1].append((frame, value))
      } else if !runs[runs.count - 1].isEmpty {
        runs.append([])
      }
    }
    return runs.filter { $0.count > 1 }
  }

  private func beatShading(to bottom: Double) -> [HTML] {
    shownBeats.filter(\.reference).map { beat in
      let (start, end) = (
        x(Double(min(beat.edFrame, beat.esFrame))), x(Double(max(beat.edFrame, beat.esFrame)))
      )
      return """
        <rect class="beat" x="\(number: start)" width="\(number: end - start)" y="\(number: Self.top)" \
        height="\(number: bottom - Self.top)"/>
        """
    }
  }

  private func marks(to bottom: Double) -> [HTML] {
    func mark(_ frame: Int, _ name: HTML, _ label: String) -> HTML {
      let place = x(Double(frame))
      return """
        <line class="mark \(name)" x1="\(number: place)" x2="\(number: place)" y1="\(number: Self.top - 22)" \
        y2="\(number: bottom)"/><text class="\(name)" x="\(number: place)" y="\(number: Self.top - 28)" \
        text-anchor="middle">\(label)</text>
        """
    }
    return shownBeats.flatMap { [mark($0.edFrame, "ed", "ED"), mark($0.esFrame, "es", "ES")] }
  }

  /// Where the cine stands; the page's script moves it.
  private func cursor(to bottom: Double) -> HTML {
    """
    <line class="cursor" data-first="\(frames[0])" data-last="\(frames[frames.count - 1])" \
    data-left="\(number: Self.left)" data-right="\(number: Self.width - Self.right)" x1="-9" x2="-9" \
    y1="\(number: Self.top)" y2="\(number: bottom)"/>
    """
  }

  private func timeAxis(at y: Double) -> HTML {
    let scale = frameTimeMilliseconds.map { $0 / 1000 }
    let (first, last) = (Double(frames[0]), Double(frames[frames.count - 1]))
    let axis =
      scale.map { NiceAxis(from: first * $0, to: last * $0) } ?? NiceAxis(from: first + 1, to: last + 1)
    let ticks = axis.ticks.map { tick in (tick, scale.map { tick / $0 } ?? tick - 1) }
      .filter { $0.1 >= first - 1e-6 && $0.1 <= last + 1e-6 }
    let labels: [HTML] = ticks.map { tick, frame in
      """
      <text x="\(number: x(frame))" y="\(number: y + 18)" text-anchor="middle">\
      \(Decimal.text(tick, axis.decimals))</text>
      """
    }
    let title = scale == nil ? "frame" : "time (s)"
    return """
      \(labels)<text x="\(number: (Self.left + Self.width - Self.right) / 2)" y="\(number: y + 35)" \
      text-anchor="middle">\(title)</text>
      """
  }
}

/// An axis over a range: ticks at multiples of 1, 2 or 5 times a power of ten, about four of them.
package struct NiceAxis: Equatable {
  package let low: Double
  package let high: Double
  package let ticks: [Double]
  package let decimals: Int

  package init(from minimum: Double, to maximum: Double) {
    let span = max(maximum - minimum, abs(maximum) * 1e-3, 1e-3)
    var step = 1e-4
    var places = 4
    let factors = [2.0, 2.5, 2.0]
    var turn = 0
    while span / step > 5, turn < 60 {
      step *= factors[turn % 3]
      turn += 1
      if turn % 3 == 0 { places -= 1 }
    }
    let first = (minimum / step).rounded(.down)
    let last = max((maximum / step).rounded(.up), first + 1)
    low = first * step
    high = last * step
    ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
    decimals = max(0, places)
  }
}
