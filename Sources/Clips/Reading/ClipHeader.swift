import Hinge

/// What a DICOM file says of itself, without its pixels. Facts only: what they mean is decided elsewhere.
/// Strings are trimmed and empty ones are `nil`.
package struct ClipHeader: Codable, Sendable, Equatable {
  /// Sequence of Ultrasound Regions, PS3.3 C.8.5.5. Bounds are 0-based inclusive pixel indices.
  package struct Region: Codable, Sendable, Equatable {
    package var spatialFormat: Int
    package var dataType: Int
    package var flags: Int
    package var minX: Int
    package var minY: Int
    package var maxX: Int
    package var maxY: Int
    package var unitsX: Int
    package var unitsY: Int
    /// Physical units a pixel to the right and down; may be negative.
    package var deltaX: Double
    package var deltaY: Double

    package init(
      spatialFormat: Int, dataType: Int, flags: Int, minX: Int, minY: Int, maxX: Int, maxY: Int, unitsX: Int,
      unitsY: Int, deltaX: Double, deltaY: Double
    ) {
      self.spatialFormat = spatialFormat
      self.dataType = dataType
      self.flags = flags
      self.minX = minX
      self.minY = minY
      self.maxX = maxX
      self.maxY = maxY
      self.unitsX = unitsX
      self.unitsY = unitsY
      self.deltaX = deltaX
      self.deltaY = deltaY
    }
  }

  /// Who the study is of. Files of one study must agree on it.
  package struct Identity: Codable, Sendable, Equatable {
    package var patientID: String?
    package var issuerOfPatientID: String?
    package var patientName: String?
    package var patientBirthDate: String?
  }

  package var sopClassUID: String?
  package var sopInstanceUID: String?
  package var studyInstanceUID: String?
  package var seriesInstanceUID: String?
  package var modality: String?
  package var transferSyntaxUID: String
  package var identity: Identity

  package var rows: Int
  package var columns: Int
  /// How many are stored; NumberOfFrames as a rule.
  package var frames: Int
  /// How many NumberOfFrames counts beside those.
  var missingFrames = 0
  package var samplesPerPixel: Int
  package var bitsAllocated: Int
  var bitsStored: Int
  var photometricInterpretation: String?
  package var hasPixelData: Bool

  /// Milliseconds; beyond an hour a time is none of a clip's.
  static let longestTime = 3_600_000.0
  static let frameTimeRange = 0.01...longestTime

  /// What FrameIncrementPointer names; `nil` where it is absent or names something else.
  var frameIncrement: FrameIncrement?
  /// FrameTime, milliseconds.
  package var frameTime: Double?
  /// FrameTimeVector, milliseconds from the frame before; the first entry is 0.
  package var frameTimeVector: [Double]
  /// CineRate (0018,0040) and RecommendedDisplayFrameRate (0008,2144), frames a second.
  var cineRate: Double?
  var recommendedDisplayFrameRate: Double?
  /// ActualFrameDuration (0018,1242), milliseconds.
  var actualFrameDuration: Double?
  /// EffectiveDuration (0018,0072), seconds over all frames.
  var effectiveDuration: Double?
  /// RWaveTimeVector, milliseconds from the start of the clip.
  package var rWaveTimes: [Double]
  /// HeartRate, beats a minute; 0 in the file means absent.
  package var heartRate: Double?

  package var regions: [Region]
  /// Items of the sequence that do not say what and where they are.
  var unusableRegions = 0
  /// PixelSpacing, millimetres: x is the distance between columns.
  var pixelSpacing: PixelSpacing?
  var colourDataPresent: Bool?
  package var lossy: Bool
  /// LossyImageCompressionRatio and LossyImageCompressionMethod, a value a step.
  package var lossyRatios: [String] = []
  package var lossyMethods: [String] = []

  /// Text tags by DICOM keyword, for view rules: ViewName, StageName, SeriesDescription, StudyDescription,
  /// ImageComments, ProtocolName, ViewCodeSequence (the code value), ImageType and so on.
  package var texts: [String: String]
  /// The patient's and the study's attributes that outputs repeat (`SourceClip.copiedKeywords`), untrimmed.
  package var attributes: [String: String] = [:]
}

/// One decoded frame: luma, rows x columns, 0 to 255.
package struct GrayFrame: Sendable, Equatable {
  package var columns: Int
  package var rows: Int
  package var pixels: [UInt8]

  package init(columns: Int, rows: Int, pixels: [UInt8]) {
    self.columns = columns
    self.rows = rows
    self.pixels = pixels
  }
}

extension GrayFrame {
  /// The pixels of a box that lies within the frame, row by row.
  package func cropped(to box: PixelBox) -> [UInt8] {
    var part: [UInt8] = []
    part.reserveCapacity(box.width * box.height)
    for row in box.y..<box.y + box.height {
      let start = row * columns + box.x
      part += pixels[start..<start + box.width]
    }
    return part
  }
}
