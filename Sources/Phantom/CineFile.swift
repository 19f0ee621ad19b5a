import CDCMTK
import Clips

/// What an Ultrasound Multi-frame Image Storage object (PS3.3 A.7) says of itself, to be written by `CineWriter`.
/// Lengths are in pixels, times in milliseconds.
package struct CineFile: Sendable {
  package enum Transfer: String, Sendable, CaseIterable {
    case implicitLittleEndian = "1.2.840.10008.1.2"
    case explicitLittleEndian = "1.2.840.10008.1.2.1"
    case explicitBigEndian = "1.2.840.10008.1.2.2"
    case deflated = "1.2.840.10008.1.2.1.99"
    case rle = "1.2.840.10008.1.2.5"
    case jpegBaseline = "1.2.840.10008.1.2.4.50"
    case jpegLossless = "1.2.840.10008.1.2.4.70"
    case jpegLS = "1.2.840.10008.1.2.4.80"
  }

  package enum Photometric: Sendable, Equatable {
    case monochrome2, rgb
    /// Uncompressed (and RLE for `ybrFull`) only: JPEG baseline makes YBR_FULL_422 of `rgb` by itself.
    case ybrFull, ybrFull422
    /// 256 red, 256 green and 256 blue values.
    case palette([UInt8])
  }

  enum Timing: Sendable, Equatable {
    case frameTime(Double)
    /// One increment a frame, the first one 0.
    case frameTimeVector([Double])
  }

  struct Code: Sendable, Equatable {
    var value: String
    var scheme: String
    var meaning: String

    static let apicalFourChamber = Code(value: "399214001", scheme: "SCT", meaning: "Apical four chamber")
  }

  package var sopInstanceUID: String
  package var studyInstanceUID: String
  package var seriesInstanceUID: String
  package var rows: Int
  package var columns: Int
  package var frames: Int
  var timing: Timing
  var regions: [ClipHeader.Region] = []
  var rWaveTimes: [Double] = []
  /// Beats a minute.
  package var heartRate: Int?
  var viewCode: Code?
  package var photometric = Photometric.monochrome2
  package var transfer = Transfer.explicitLittleEndian
  /// 1 to 100, for JPEG baseline.
  var jpegQuality = 90
  /// Further attributes at the top level by tag (group << 16 | element), in their text form. They win over the
  /// ones above.
  package var attributes: [UInt32: String] = [:]
}

extension CineFile {
  /// What a plain echo cine has besides its pixels, timing and regions. An empty string is an attribute that is
  /// present without a value. The patient is clearly none.
  static let syntheticStudy: [UInt32: String] = [
    0x0008_0005: "ISO_IR 100",
    0x0008_0008: "ORIGINAL\\PRIMARY\\TTE\\0001",
    0x0008_0020: "20200101",  // StudyDate
    0x0008_0023: "20200101",  // ContentDate
    0x0008_0030: "120000",  // StudyTime
    0x0008_0033: "120000",  // ContentTime
    0x0008_0050: "",  // AccessionNumber
    0x0008_0060: "US",
    0x0008_0070: "hinged",  // Manufacturer
    0x0008_0090: "",  // ReferringPhysicianName
    0x0008_1030: "Synthetic echocardiogram",  // StudyDescription
    0x0008_103E: "Synthetic apical loops",  // SeriesDescription
    0x0008_1090: "phantom",  // ManufacturerModelName
    0x0008_2122: "1",  // StageNumber
    0x0008_2124: "1",  // NumberOfStages
    0x0008_2128: "1",  // ViewNumber
    0x0008_212A: "1",  // NumberOfViewsInStage
    0x0010_0010: "PHANTOM^HINGED",
    0x0010_0020: "HINGED-PHANTOM",
    0x0010_0030: "",  // PatientBirthDate
    0x0010_0040: "O",  // PatientSex
    0x0018_0015: "HEART",  // BodyPartExamined
    0x0018_1020: "phantom",  // SoftwareVersions
    0x0018_6031: "SECTOR_PHASED",  // TransducerType
    0x0020_0010: "1",  // StudyID
    0x0020_0011: "1",  // SeriesNumber
    0x0020_0013: "1",  // InstanceNumber
    0x0020_0020: "",  // PatientOrientation
    0x0028_0301: "NO",  // BurnedInAnnotation
    0x0028_2110: "00",  // LossyImageCompression
  ]
}
