import Hinge

/// What a DICOM file says of itself, without its pixels. Facts only: what they mean is decided elsewhere.
/// Strings are trimmed and empty ones are `nil`.
struct ClipHeader: Codable, Sendable, Equatable {
  /// Sequence of Ultrasound Regions, PS3.3 C.8.5.5. Bounds are 0-based inclusive pixel indices.
  struct Region: Codable, Sendable, Equatable {
    var spatialFormat: Int
    var dataType: Int
    var flags: Int
    var minX: Int
    var minY: Int
    var maxX: Int
    var maxY: Int
    var unitsX: Int
    var unitsY: Int
    /// Physical units a pixel to the right and down; may be negative.
    var deltaX: Double
    var deltaY: Double
  }

  /// Who the study is of. Files of one study must agree on it.
  struct Identity: Codable, Sendable, Equatable {
    var patientID: String?
    var issuerOfPatientID: String?
    var patientName: String?
    var patientBirthDate: String?
  }

  var sopClassUID: String?
  var sopInstanceUID: String?
  var studyInstanceUID: String?
  var seriesInstanceUID: String?
  var modality: String?
  var transferSyntaxUID: String
  var identity: Identity

  var rows: Int
  var columns: Int
  /// How many are stored; NumberOfFrames as a rule.
  var frames: Int
  /// How many NumberOfFrames counts beside those.
  var missingFrames = 0
  var samplesPerPixel: Int
  var bitsAllocated: Int
  var bitsStored: Int
  var photometricInterpretation: String?
  var hasPixelData: Bool

  /// Milliseconds; beyond an hour a time is none of a clip's.
  static let longestTime = 3_600_000.0
  static let frameTimeRange = 0.01...longestTime

  /// What FrameIncrementPointer names; `nil` where it is absent or names something else.
  var frameIncrement: FrameIncrement?
  /// FrameTime, milliseconds.
  var frameTime: Double?
  /// FrameTimeVector, milliseconds from the frame before; the first entry is 0.
  var frameTimeVector: [Double]
  /// CineRate (0018,0040) and RecommendedDisplayFrameRate (0008,2144), frames a second.
  var cineRate: Double?
  var recommendedDisplayFrameRate: Double?
  /// ActualFrameDuration (0018,1242), milliseconds.
  var actualFrameDuration: Double?
  /// EffectiveDuration (0018,0072), seconds over all frames.
  var effectiveDuration: Double?
  /// RWaveTimeVector, milliseconds from the start of the clip.
  var rWaveTimes: [Double]
  /// HeartRate, beats a minute; 0 in the file means absent.
  var heartRate: Double?

  var regions: [Region]
  /// Items of the sequence that do not say what and where they are.
  var unusableRegions = 0
  /// PixelSpacing, millimetres: x is the distance between columns.
  var pixelSpacing: PixelSpacing?
  var colourDataPresent: Bool?
  var lossy: Bool
  /// LossyImageCompressionRatio and LossyImageCompressionMethod, a value a step.
  var lossyRatios: [String] = []
  var lossyMethods: [String] = []

  /// Text tags by DICOM keyword, for view rules: ViewName, StageName, SeriesDescription, StudyDescription,
  /// ImageComments, ProtocolName, ViewCodeSequence (the code value), ImageType and so on.
  var texts: [String: String]
  /// The patient's and the study's attributes that outputs repeat (`SourceClip.copiedKeywords`), untrimmed.
  var attributes: [String: String] = [:]
}

/// One decoded frame: luma, rows x columns, 0 to 255.
struct GrayFrame: Sendable, Equatable {
  var columns: Int
  var rows: Int
  var pixels: [UInt8]
}

extension GrayFrame {
  /// The pixels of a box that lies within the frame, row by row.
  func cropped(to box: PixelBox) -> [UInt8] {
    var part: [UInt8] = []
    part.reserveCapacity(box.width * box.height)
    for row in box.y..<box.y + box.height {
      let start = row * columns + box.x
      part += pixels[start..<start + box.width]
    }
    return part
  }
}
