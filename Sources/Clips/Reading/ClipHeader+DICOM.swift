import Hinge
import Study

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
    for keyword in SourceClip.copiedKeywords { attributes[keyword] = file.untrimmedText(keyword) }
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
  /// What stands in 16 bits, whatever a file makes of it.
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
