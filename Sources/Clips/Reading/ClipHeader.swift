import Hinge
import Study

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
  /// The patient's and the study's attributes that outputs repeat (`SourceClip.copiedKeywords`), and those that say
  /// what is usual of the patient (`PatientFacts.keywords`), untrimmed.
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

extension ClipHeader {
  /// Texts that view rules may ask for, by keyword.
  private static let textKeywords = [
    "ViewName", "StageName", "SeriesDescription", "StudyDescription", "ImageComments", "ProtocolName",
    "AcquisitionProtocolName", "PerformedProcedureStepDescription", "ImageType", "Manufacturer",
    "ManufacturerModelName", "StudyDate",
    "StudyTime",
    "StudyID", "AccessionNumber", "ContentDate", "ContentTime", "AcquisitionDateTime", "SeriesNumber",
    "InstanceNumber", "TransducerData", "BodyPartExamined",
  ]
  private static let codeSequences = ["ViewCodeSequence", "AnatomicRegionSequence", "StageCodeSequence"]
  /// Code meanings that are read as texts, by the names that rules know them by.
  private static let codeMeanings = [
    "ViewCodeMeaning": "ViewCodeSequence", "PerformedProtocolMeaning": "PerformedProtocolCodeSequence",
  ]
  /// More regions than this are no echo picture.
  private static let maxRegions = 64

  package init(_ file: DICOMFile) {
    let items = file.itemCount("SequenceOfUltrasoundRegions")
    let frames = Self.frames(file)
    let regions = (0..<min(items, Self.maxRegions)).compactMap { Region(file, index: $0) }
    self.init(
      // The data set of a DICOMDIR does not state its class (PS3.3 F.3).
      sopClassUID: file.text("SOPClassUID") ?? file.text("MediaStorageSOPClassUID"),
      sopInstanceUID: file.text("SOPInstanceUID"),
      studyInstanceUID: file.text("StudyInstanceUID"), seriesInstanceUID: file.text("SeriesInstanceUID"),
      modality: file.text("Modality"), transferSyntaxUID: file.transferSyntaxUID, identity: Identity(file),
      rows: file.count("Rows") ?? 0, columns: file.count("Columns") ?? 0,
      frames: frames.stored, missingFrames: frames.missing,
      samplesPerPixel: file.count("SamplesPerPixel") ?? 1,
      bitsAllocated: file.count("BitsAllocated") ?? 0, bitsStored: file.count("BitsStored") ?? 0,
      photometricInterpretation: file.text("PhotometricInterpretation"), hasPixelData: file.hasPixelData,
      frameIncrement: file.text("FrameIncrementPointer").flatMap(FrameIncrement.init),
      frameTime: file.number("FrameTime").flatMap { Self.frameTimeRange.contains($0) ? $0 : nil },
      frameTimeVector: Self.times(file.numbers("FrameTimeVector")),
      cineRate: Self.positive(file, "CineRate"),
      recommendedDisplayFrameRate: Self.positive(file, "RecommendedDisplayFrameRate"),
      actualFrameDuration: Self.positive(file, "ActualFrameDuration"),
      effectiveDuration: Self.positive(file, "EffectiveDuration"),
      rWaveTimes: Self.times(file.numbers("RWaveTimeVector")),
      heartRate: file.number("HeartRate").flatMap { $0 > 0 && $0 <= 1_000 ? $0 : nil },
      regions: regions, unusableRegions: items - regions.count, pixelSpacing: Self.pixelSpacing(file),
      colourDataPresent: file.integer("UltrasoundColorDataPresent").map { $0 != 0 },
      lossy: file.text("LossyImageCompression") == "01",
      lossyRatios: file.values("LossyImageCompressionRatio"),
      lossyMethods: file.values("LossyImageCompressionMethod"), texts: Self.texts(file),
      attributes: Self.attributes(file))
  }

  /// DCMTK takes what is no whole number, 1e5 say, for one.
  private static func frames(_ file: DICOMFile) -> (stored: Int, missing: Int) {
    if let text = file.text("NumberOfFrames"), Int32(text) == nil { return (0, 0) }
    let count = file.frameCount
    return (count.stored, max(0, count.stated - count.stored))
  }

  private static func positive(_ file: DICOMFile, _ keyword: String) -> Double? {
    file.number(keyword).flatMap { $0 > 0 && $0 <= longestTime ? $0 : nil }
  }

  /// A list with a time that no clip has says nothing at all.
  private static func times(_ milliseconds: [Double]) -> [Double] {
    milliseconds.allSatisfy { abs($0) <= longestTime } ? milliseconds : []
  }

  /// PixelSpacing (0028,0030) gives the distance between rows first.
  private static func pixelSpacing(_ file: DICOMFile) -> PixelSpacing? {
    let values = file.numbers("PixelSpacing")
    guard values.count == 2, values.allSatisfy({ $0 > 0 }) else { return nil }
    return PixelSpacing(x: values[1], y: values[0])
  }

  private static func attributes(_ file: DICOMFile) -> [String: String] {
    var attributes: [String: String] = [:]
    for keyword in SourceClip.copiedKeywords + PatientFacts.keywords {
      attributes[keyword] = file.untrimmedText(keyword)
    }
    return attributes
  }

  private static func texts(_ file: DICOMFile) -> [String: String] {
    var texts: [String: String] = [:]
    for keyword in textKeywords { texts[keyword] = file.text(keyword) }
    for keyword in codeSequences { texts[keyword] = file.text("\(keyword)[0].CodeValue") }
    for (name, sequence) in codeMeanings { texts[name] = file.text("\(sequence)[0].CodeMeaning") }
    return texts
  }
}

extension DICOMFile {
  /// What 16 bits can hold, whatever a file says.
  fileprivate func count(_ path: String) -> Int? { integer(path).map { Int(UInt16(clamping: $0)) } }
}

extension ClipHeader.Identity {
  fileprivate init(_ file: DICOMFile) {
    self.init(
      patientID: file.text("PatientID"), issuerOfPatientID: file.text("IssuerOfPatientID"),
      patientName: file.text("PatientName"), patientBirthDate: file.text("PatientBirthDate"))
  }
}

extension ClipHeader.Region {
  /// `nil` where the region does not say what and where it is.
  fileprivate init?(_ file: DICOMFile, index: Int) {
    let item = "SequenceOfUltrasoundRegions[\(index)]."
    guard let format = file.integer(item + "RegionSpatialFormat"),
      let type = file.integer(item + "RegionDataType"),
      let minX = file.integer(item + "RegionLocationMinX0"),
      let minY = file.integer(item + "RegionLocationMinY0"),
      let maxX = file.integer(item + "RegionLocationMaxX1"),
      let maxY = file.integer(item + "RegionLocationMaxY1")
    else { return nil }
    self.init(
      spatialFormat: format, dataType: type, flags: file.integer(item + "RegionFlags") ?? 0, minX: minX,
      minY: minY,
      maxX: maxX, maxY: maxY, unitsX: file.integer(item + "PhysicalUnitsXDirection") ?? 0,
      unitsY: file.integer(item + "PhysicalUnitsYDirection") ?? 0,
      deltaX: file.number(item + "PhysicalDeltaX") ?? 0, deltaY: file.number(item + "PhysicalDeltaY") ?? 0)
    guard isPlausible else { return nil }
  }
}
