import Platform
import Study

/// What reading one file may cost. The defaults let every echo loop pass that a scanner is known to write.
package struct DecodeLimits: Sendable, Equatable {
  /// Rows x Columns.
  var maxPixels = 4096 * 4096
  /// NumberOfFrames.
  package var maxFrames = 10_000
  /// Rows x Columns x NumberOfFrames.
  var maxTotalPixels = 4_000_000_000
  /// Of the process that decodes: its heap and private mappings. No more than half of what the control group has, so
  /// that a hostile file is refused and not the whole job killed.
  package var memoryMegabytes = min(512, max(64, MachineShare.memoryBytes >> 21))
  /// Of the process that decodes: computing time.
  var cpuSeconds = 60
  /// How long the reader waits for the process that decodes, over all its answers. Time that the reader itself
  /// takes between frames does not count.
  package var deadlineSeconds = 90.0

  package init(
    maxPixels: Int = 4096 * 4096, maxFrames: Int = 10_000, maxTotalPixels: Int = 4_000_000_000,
    memoryMegabytes: Int = min(512, max(64, MachineShare.memoryBytes >> 21)), cpuSeconds: Int = 60,
    deadlineSeconds: Double = 90.0
  ) {
    self.maxPixels = maxPixels
    self.maxFrames = maxFrames
    self.maxTotalPixels = maxTotalPixels
    self.memoryMegabytes = memoryMegabytes
    self.cpuSeconds = cpuSeconds
    self.deadlineSeconds = deadlineSeconds
  }
}

/// Why a file or its frames cannot be had. `detail` is a sentence without path and patient data.
package struct ClipReadError: Error, Equatable {
  package var reason: ReasonCode
  package var detail: String
  /// The StudyInstanceUID that the file states all the same.
  package var study: String?
  /// The system call of this process that failed: no descriptor was left, say, or no process. Where it is of the
  /// environment (`FileError.isOfTheEnvironment`), nothing is known of the file, and the same call may go through later.
  package var failure: FileError?

  package init(reason: ReasonCode, detail: String, study: String? = nil, failure: FileError? = nil) {
    self.reason = reason
    self.detail = detail
    self.study = study
    self.failure = failure
  }

  /// The decoder cannot be had.
  init(_ failure: FileError) {
    self.init(
      reason: .unreadable, detail: "The decoder cannot be started or asked: \(failure.reason).",
      failure: failure)
  }
}

/// One decoded frame.
package struct DecodedFrame: Sendable, Equatable {
  /// 0-based.
  package var index: Int
  package var gray: GrayFrame
  /// Where it was asked for.
  var chroma: ChromaPlanes?
  /// Why the frame could not be decoded; the picture is black then.
  package var missing: ClipReadError?

  package init(index: Int, gray: GrayFrame, chroma: ChromaPlanes? = nil, missing: ClipReadError? = nil) {
    self.index = index
    self.gray = gray
    self.chroma = chroma
    self.missing = missing
  }
}

/// What the work on a clip will hold in memory, estimated from its header before any of it is decoded.
package enum MemoryEstimate {
  /// The network and its sessions, the worker process and the one that it comes from, the codec's tables; and the frames
  /// of a study, its own or its other clips', that wait to be drawn.
  private static let fixedBytes = 64 << 20 + roomForFrames
  /// Bytes of one study's frames that may be kept between their analysis and their drawing. What is more is decoded
  /// once more, which takes time but no room.
  package static let roomForFrames = 96 << 20
  /// Colour frames at once: one in the codec, one converted, one in the pipe.
  private static let framesInFlight = 3
  /// Pixels of drawn frames, as JPEG files for the overlay cine and for the page, that a byte holds. They wait until the
  /// last one is drawn.
  private static let pixelsAByte = 8

  /// A long loop's frames do not add up: they are decoded and drawn one after the other.
  package static func bytes(for header: ClipHeader) -> Int {
    guard header.hasPixelData else { return 0 }
    let pixels = product(header.rows, header.columns)
    let stored = product(pixels, max(1, header.samplesPerPixel), max(1, (header.bitsAllocated + 7) / 8))
    // With chroma, which has half as many values as luma.
    let sampled = product(pixels, min(ClipSampling.frames, max(1, header.frames)), 3) / 2
    return sum(fixedBytes, product(stored, framesInFlight), sampled, luma(of: header) / pixelsAByte)
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
