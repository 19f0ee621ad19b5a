import Hinge

/// What an output has to repeat of the clip that it was made from.
struct SourceClip: Sendable, Equatable {
  /// The patient's and the study's attributes that outputs carry, by DICOM keyword.
  static let copiedKeywords = [
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "StudyDate",
    "StudyTime", "AccessionNumber", "StudyID", "ReferringPhysicianName", "StudyDescription",
  ]

  var sopClassUID: String
  var sopInstanceUID: String
  var seriesInstanceUID: String
  var studyInstanceUID: String
  /// Values of `copiedKeywords` as the file has them, untrimmed, several separated by backslashes, converted
  /// from the file's SpecificCharacterSet to UTF-8. Absent and empty attributes have no entry. The outputs state
  /// their own SpecificCharacterSet: `ISO_IR 192` where there is text beyond ASCII, none otherwise.
  var attributes: [String: String]
  var rows: Int
  var columns: Int
  var frames: Int
  /// Of the 2D region, where it is trusted.
  var spacing: PixelSpacing?
}
