import Clips
import Hinge
import Study

/// What is written on a frame of the overlay cine: which frame it is, and where in the beat.
struct CineCaptions {
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

  var marks: [(frame: Int, phase: CyclePhase)] {
    beats.flatMap { [($0.edFrame, .endDiastole), ($0.esFrame, .endSystole)] }
  }
}

extension CyclePhase {
  fileprivate var colour: Colour { self == .endDiastole ? Palette.point : Palette.contact }
}

extension Canvas {
  /// In the corners of the region, beside the sector as a rule.
  mutating func drawCaptions(_ captions: CineCaptions, within region: PixelBox, textSize: Double) {
    let left = Double(region.x) + textSize
    let right = Double(region.x + region.width) - textSize
    let top = Double(region.y) + textSize
    let line = 1.8 * textSize
    text(captions.position, at: Point(x: left, y: top), size: textSize, colour: Palette.text)
    if let phase = captions.phase {
      text(
        "\(phase.rawValue)  \(phase.words)", at: Point(x: left, y: top + line), size: 1.25 * textSize,
        colour: phase.colour)
    }
    for (index, words) in ["Research use only.", "Not for diagnosis."].enumerated() {
      text(
        words, at: Point(x: right, y: top + Double(index) * line), size: textSize, colour: Palette.text,
        alignment: .right)
    }
    let base = Double(region.y + region.height) - 0.7 * textSize
    drawTimeline(captions, from: Point(x: left, y: base), to: Point(x: right, y: base), textSize)
  }

  /// The clip as a line with its beats and the place of this frame.
  private mutating func drawTimeline(
    _ captions: CineCaptions, from start: Point, to end: Point, _ textSize: Double
  ) {
    guard captions.count > 1, end.x > start.x else { return }
    func place(_ frame: Int) -> Double {
      start.x + (end.x - start.x) * Double(frame) / Double(captions.count - 1)
    }
    stroke([[start, end]], width: 1.2, colour: Palette.muted)
    for (frame, phase) in captions.marks {
      let x = place(frame)
      let tick = [Point(x: x, y: start.y - 0.5 * textSize), Point(x: x, y: start.y)]
      stroke([tick], width: 1.8, colour: phase.colour)
      text(
        phase.rawValue, at: Point(x: x, y: start.y - 1.6 * textSize), size: 0.8 * textSize,
        colour: phase.colour, alignment: .centre)
    }
    let here = Point(x: place(captions.index), y: start.y)
    stroke([[here, here]], width: 0.7 * textSize, colour: Palette.line)
  }
}
