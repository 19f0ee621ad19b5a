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
