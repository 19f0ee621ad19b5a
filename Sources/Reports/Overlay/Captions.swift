import Clips
import Hinge
import Platform
import Study

/// The strips above and below the picture of an overlay.
extension Canvas {
  mutating func drawHeader(_ scene: OverlayScene, _ layout: OverlayLayout) {
    let margin = 16 * layout.unit
    let gap = 18 * layout.unit
    let room = drawLegend(scene.outlines, layout, margin: margin) - 2 * margin
    // A long title on a narrow picture is written smaller rather than over the legend.
    let words = scene.title
    let full = layout.textSize * 1.1
    let gaps = gap * Double(words.count - 1)
    let width = words.reduce(0) { $0 + Canvas.width(of: $1.0, size: full) }
    let size = full * min(1, max(room - gaps, 0) / width)
    let top = (Double(layout.header) - size) / 2
    var x = margin
    for (word, colour) in words {
      text(word, at: Point(x: x, y: top), size: size, colour: colour, halo: 0)
      x += Canvas.width(of: word, size: size) + gap
    }
  }

  /// Of what is drawn: the record of a frame keeps no myocardium.
  /// - Returns: where it begins.
  private mutating func drawLegend(
    _ outlines: FrameOutlines, _ layout: OverlayLayout, margin: Double
  ) -> Double {
    var right = Double(layout.width) - margin
    let hasWall = !outlines.heart.loops.isEmpty || outlines.ventricle.loops.isEmpty
    let legend = [
      ("LA", Palette.atrium), ("Myocardium", Palette.myocardium), ("LV", Palette.ventricle),
    ].filter { $0.0 != "Myocardium" || hasWall }
    let middle = Double(layout.header) / 2
    var start = right
    for (word, colour) in legend {
      let size = layout.textSize * 0.85
      text(
        word, at: Point(x: right, y: middle - size / 2), size: size, colour: Palette.text, alignment: .right,
        halo: 0)
      right -= Canvas.width(of: word, size: size) + 9 * layout.unit
      start = right - 16 * layout.unit
      stroke(
        [[Point(x: start, y: middle), Point(x: right, y: middle)]], width: 3.5 * layout.unit, colour: colour)
      right -= 34 * layout.unit
    }
    return start
  }

  mutating func drawFooter(_ scene: OverlayScene, _ layout: OverlayLayout) {
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

extension OverlayScene {
  fileprivate var title: [(String, Colour)] {
    let position = "frame \(frameIndex + 1) of \(frameCount)"
    let name = phase == .endDiastole ? "end diastole" : "end systole"
    let caption = view.caption(isFromPicture: isViewFromPicture)
    let view = caption.map { [($0, Palette.text)] } ?? []
    let whose = isRead ? [("reader's points", Palette.point)] : []
    return view + [(phase.rawValue, Palette.point), (name, Palette.muted), (position, Palette.text)] + whose
  }
}

extension OverlayScene.Diameter {
  package var text: String {
    switch self {
    case .millimetres(let value): "\(Decimal.text(value, 1)) mm"
    case .pixels(let value): "\(Decimal.text(value, 1)) px"
    case .withheld: "withheld"
    }
  }
}

/// What is written on a frame of the overlay cine: which frame it is, and where in the beat.
struct CineCaption {
  /// `nil` where no view is established.
  var view: String?
  /// 0-based.
  var index: Int
  var count: Int
  var beats: [ClipReport.Beat]

  var position: String {
    let frame = "frame \(index + 1) of \(count)"
    return view.map { "\($0)  \(frame)" } ?? frame
  }

  /// End diastole or end systole, where this frame is one.
  var phase: CyclePhase? {
    if beats.contains(where: { $0.edFrame == index }) { return .endDiastole }
    return beats.contains { $0.esFrame == index } ? .endSystole : nil
  }
}
