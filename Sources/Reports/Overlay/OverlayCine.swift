import Clips
import Hinge
import Study

/// A clip's frames with outlines, hinge points and diameter drawn over them, as JPEG pictures.
package struct OverlayCine: Sendable {
  package let clip: ClipReport
  package let segmented: SegmentedClip

  package init(clip: ClipReport, segmented: SegmentedClip) {
    self.clip = clip
    self.segmented = segmented
  }

  /// How a frame is drawn.
  package enum Form: Sendable, Equatable {
    /// Rows x columns of the stored frame, black outside of the sector, with captions.
    case stored
    /// The sector alone with square millimetres, its larger side so many pixels long, without captions.
    case page(side: Int, quality: Int)
  }

  /// The drawing of each frame in every form, for several threads; the pictures do not depend on how many.
  ///
  /// - Parameters:
  ///   - path: the clip's file.
  ///   - outlines: of each frame (`SegmentedClip.outlines`).
  ///   - also: is given each frame as well, by several threads at once, so that nobody needs to decode it again.
  /// - Returns: work that gives for each frame a JPEG file in each form. It throws `ClipReadError` where a frame
  ///   cannot be decoded any more, `JPEGEncoder.Failure`, what `also` throws.
  package func drawing(
    of path: String, _ forms: [Form], outlines: [FrameOutlines],
    also: @escaping @Sendable (DecodedFrame) throws -> Void = { _ in }
  ) throws -> FrameWork<[[UInt8]]> {
    FrameWork(over: try segmented.source(path: path)) { frame in
      try also(frame)
      let cine = CineFrame(
        clip: clip, target: segmented.target, finding: segmented.findings[frame.index],
        outlines: outlines[frame.index], frame: frame)
      return try forms.map { try cine.jpeg($0) }
    }
  }
}

extension OverlayCine {
  /// One frame so small that outlines and points are all that can be told on it, as a JPEG file.
  package func preview(
    of frame: DecodedFrame, outlines: FrameOutlines
  ) throws -> [UInt8] {
    let cine = CineFrame(
      clip: clip, target: segmented.target, finding: segmented.findings[frame.index], outlines: outlines,
      frame: frame)
    return try JPEGEncoder.encode(cine.preview(side: Self.previewSide), quality: Self.previewQuality)
  }

  private static let previewSide = 160
  private static let previewQuality = 75
}

extension CineFrame {
  fileprivate func jpeg(_ form: OverlayCine.Form) throws(JPEGEncoder.Failure) -> [UInt8] {
    switch form {
    case .stored: try JPEGEncoder.encode(stored())
    case .page(let side, let quality): try JPEGEncoder.encode(page(side: side), quality: quality)
    }
  }
}
