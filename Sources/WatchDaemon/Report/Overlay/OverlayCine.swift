import Hinge

/// A clip's frames with outlines, hinge points and diameter drawn over them, as JPEG pictures.
struct OverlayCine: Sendable {
  let clip: ClipReport
  let segmented: SegmentedClip

  /// How a frame is drawn.
  enum Form: Sendable, Equatable {
    /// Rows x columns of the stored frame, black outside of the sector, with captions.
    case stored
    /// The sector alone with square millimetres, its larger side so many pixels long, without captions.
    case page(side: Int, quality: Int)
  }

  /// Draws each frame in every form.
  ///
  /// - Parameters:
  ///   - path: the clip's file.
  ///   - outlines: of each frame (`SegmentedClip.outlines`).
  ///   - threads: frames in work at once; the pictures do not depend on it.
  ///   - also: is given each frame as well, by several threads at once, so that nobody needs to decode it again.
  /// - Returns: for each form the frames in order, each a JPEG file.
  /// - Throws: `ClipReadError` where a frame cannot be decoded any more, `JPEGEncoder.Failure`, what `also` throws.
  func jpegFrames(
    of path: String, _ forms: [Form], outlines: [FrameOutlines], threads: Int,
    also: @escaping @Sendable (DecodedFrame) throws -> Void = { _ in }
  ) throws -> [[[UInt8]]] {
    let source = try segmented.source(path: path)
    let draw: @Sendable (DecodedFrame) throws -> [[UInt8]] = { frame in
      try also(frame)
      return try forms.map { try jpeg(frame, outlines[frame.index], $0) }
    }
    let drawn = try ConcurrentFrames(threads: threads).map(draw, over: source)
    return forms.indices.map { form in drawn.map { $0[form] } }
  }

  private func jpeg(_ frame: DecodedFrame, _ outlines: FrameOutlines, _ form: Form) throws -> [UInt8] {
    let cine = CineFrame(
      clip: clip, target: segmented.target, finding: segmented.findings[frame.index], outlines: outlines,
      frame: frame)
    switch form {
    case .stored: return try JPEGEncoder.encode(cine.stored())
    case .page(let side, let quality): return try JPEGEncoder.encode(cine.page(side: side), quality: quality)
    }
  }
}
