import Clips
import Hinge
import Study

/// What is written on the frames of one clip's overlay cine, in the corners of the region, beside the sector as a rule.
struct CaptionDrawing: Sendable {
  private let corners: Corners
  private let frames: Int
  /// What every frame has: the disclaimer, and the clip as a line with its beats.
  private let shared: LineDrawing

  /// - Parameter frames: of the whole clip.
  init(frames: Int, beats: [ClipReport.Beat], within region: PixelBox) {
    corners = Corners(region)
    self.frames = frames
    var shared = LineDrawing(width: region.x + region.width, height: region.y + region.height)
    shared.addDisclaimer(corners)
    if frames > 1, corners.right > corners.left { shared.addTimeline(beats, of: frames, corners) }
    self.shared = shared
  }

  /// The height of a capital.
  var textSize: Double { corners.textSize }

  func draw(_ caption: CineCaption, on canvas: inout Canvas) {
    canvas.draw(shared)
    canvas.text(
      caption.position, at: Point(x: corners.left, y: corners.top), size: textSize, colour: Palette.text)
    if let phase = caption.phase {
      canvas.text(
        "\(phase.rawValue)  \(phase.words)", at: Point(x: corners.left, y: corners.top + corners.line),
        size: 1.25 * textSize, colour: phase.colour)
    }
    guard frames > 1, corners.right > corners.left else { return }
    let here = corners.place(caption.index, of: frames)
    canvas.stroke([[here, here]], width: 0.7 * textSize, colour: Palette.line)
  }
}

/// Where the captions of a region begin and end.
private struct Corners {
  /// The height of a capital.
  let textSize: Double
  let left: Double
  let right: Double
  let top: Double
  /// Of the line below.
  let base: Double
  /// From one line of text to the next.
  var line: Double { 1.8 * textSize }

  init(_ region: PixelBox) {
    textSize = max(7, min(14, Double(region.width) / 72))
    left = Double(region.x) + textSize
    right = Double(region.x + region.width) - textSize
    top = Double(region.y) + textSize
    base = Double(region.y + region.height) - 0.7 * textSize
  }

  /// On the line that stands for the clip.
  func place(_ frame: Int, of frames: Int) -> Point {
    Point(x: left + (right - left) * Double(frame) / Double(frames - 1), y: base)
  }
}

extension LineDrawing {
  fileprivate mutating func addDisclaimer(_ corners: Corners) {
    for (index, words) in ["Research use only.", "Not for diagnosis."].enumerated() {
      text(
        words, at: Point(x: corners.right, y: corners.top + Double(index) * corners.line),
        size: corners.textSize, colour: Palette.text, alignment: .right)
    }
  }

  fileprivate mutating func addTimeline(_ beats: [ClipReport.Beat], of frames: Int, _ corners: Corners) {
    let size = corners.textSize
    stroke(
      [[Point(x: corners.left, y: corners.base), Point(x: corners.right, y: corners.base)]], width: 1.2,
      colour: Palette.muted)
    for (frame, phase) in beats.flatMap({ [($0.edFrame, CyclePhase.endDiastole), ($0.esFrame, .endSystole)] })
    {
      let mark = corners.place(frame, of: frames)
      stroke([[Point(x: mark.x, y: mark.y - 0.5 * size), mark]], width: 1.8, colour: phase.colour)
      text(
        phase.rawValue, at: Point(x: mark.x, y: mark.y - 1.6 * size), size: 0.8 * size, colour: phase.colour,
        alignment: .centre)
    }
  }
}

extension CyclePhase {
  fileprivate var colour: Colour { self == .endDiastole ? Palette.point : Palette.contact }
}
