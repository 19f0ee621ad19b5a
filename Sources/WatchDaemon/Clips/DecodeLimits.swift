/// What reading one file may cost. The defaults let every echo loop pass that a scanner is known to write.
struct DecodeLimits: Sendable, Equatable {
  /// Rows x Columns.
  var maxPixels = 4096 * 4096
  /// NumberOfFrames.
  var maxFrames = 10_000
  /// Rows x Columns x NumberOfFrames.
  var maxTotalPixels = 4_000_000_000
  /// Of the process that decodes: its heap and private mappings. No more than half of what the control group has, so
  /// that a hostile file is refused and not the whole job killed.
  var memoryMegabytes = min(512, max(64, MachineShare.memoryBytes >> 21))
  /// Of the process that decodes: computing time.
  var cpuSeconds = 60
  /// How long the reader waits for the process that decodes, over all its answers. Time that the reader itself
  /// takes between frames does not count.
  var deadlineSeconds = 90.0
}

/// Why a file or its frames cannot be had. `detail` is a sentence without path and patient data.
struct ClipReadError: Error, Equatable {
  var reason: ReasonCode
  var detail: String
  /// The StudyInstanceUID that the file states all the same.
  var study: String?
}

/// One decoded frame.
struct DecodedFrame: Sendable, Equatable {
  /// 0-based.
  var index: Int
  var gray: GrayFrame
  /// Where it was asked for.
  var chroma: ChromaPlanes?
  /// Why the frame could not be decoded; the picture is black then.
  var missing: ClipReadError?
}
