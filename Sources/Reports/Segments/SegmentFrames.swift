import Study

/// The frames of a clip that its segmentation object has, and where each is in it.
package struct SegmentFrames: Sendable, Equatable {
  /// 0-based frames of the clip, ascending.
  package let frames: [Int]

  /// A clip without a beat has all its frames, whatever is chosen.
  package init(_ choice: Configuration.SegmentFrameChoice, of clip: ClipReport) {
    let all = 0..<max(0, clip.frames)
    let chosen = Self.chosen(choice, of: clip).filter(all.contains)
    frames = chosen.isEmpty ? Array(all) : Set(chosen).sorted()
  }

  private static func chosen(_ choice: Configuration.SegmentFrameChoice, of clip: ClipReport) -> [Int] {
    let measured = clip.measurements.map(\.frame)
    let beats = clip.beats.filter(\.reference)
    switch choice {
    case .all: return []
    case .beat:
      return measured
        + beats.flatMap { beat in
          let end = beat.nextEDFrame ?? beat.esFrame
          return beat.edFrame <= end ? Array(beat.edFrame...end) : []
        }
    case .edES: return measured.isEmpty ? beats.flatMap { [$0.edFrame, $0.esFrame] } : measured
    }
  }

  /// The object's frame, 0-based, of a segment in a frame of the clip: frames are sorted by segment, then by time.
  package func index(of frame: Int, in segment: ChamberSegment) -> Int? {
    guard let position = frames.firstIndex(of: frame),
      let order = ChamberSegment.allCases.firstIndex(of: segment)
    else { return nil }
    return order * frames.count + position
  }
}
