/// What decoding a clip will hold in memory, told from its header before any of it is decoded.
package enum MemoryEstimate {
  /// The worker process, the codec's tables, the results of a clip that is being processed, and the frames of the
  /// study's other clips that wait to be drawn.
  private static let fixedBytes = 64 << 20 + roomForFrames
  /// Bytes of one study's frames that may be kept between their analysis and their drawing. What is more is decoded
  /// once more, which takes time but no room.
  package static let roomForFrames = 96 << 20
  /// Colour frames at once: one in the codec, one converted, one in the pipe.
  private static let framesInFlight = 3

  /// The decoder hands frames over one at a time; the luma of all of them may be kept for choosing frames.
  package static func bytes(for header: ClipHeader) -> Int {
    guard header.hasPixelData else { return 0 }
    let pixels = product(header.rows, header.columns)
    let stored = product(pixels, max(1, header.samplesPerPixel), max(1, (header.bitsAllocated + 7) / 8))
    return sum(fixedBytes, product(stored, framesInFlight), luma(of: header))
  }

  /// Bytes of the luma of all of a clip's frames.
  static func luma(of header: ClipHeader) -> Int {
    product(header.rows, header.columns, max(1, header.frames))
  }

  /// Headers may claim anything: what does not fit is as large as can be.
  private static func product(_ factors: Int...) -> Int {
    factors.reduce(1) { result, factor in
      let (value, overflow) = result.multipliedReportingOverflow(by: max(0, factor))
      return overflow ? Int.max : value
    }
  }

  private static func sum(_ terms: Int...) -> Int {
    terms.reduce(0) { result, term in
      let (value, overflow) = result.addingReportingOverflow(term)
      return overflow ? Int.max : value
    }
  }
}
