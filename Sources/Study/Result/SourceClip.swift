import Hinge

/// What an output has to repeat of the clip that it was made from.
package struct SourceClip: Sendable, Equatable {
  /// The patient's and the study's attributes that outputs carry, by DICOM keyword.
  package static let copiedKeywords = [
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "StudyDate",
    "StudyTime", "AccessionNumber", "StudyID", "ReferringPhysicianName", "StudyDescription",
  ]

  /// Those that an object may lack (type 3).
  package static let optionalKeywords = ["IssuerOfPatientID", "StudyDescription"]

  package var sopClassUID: String
  package var sopInstanceUID: String
  package var seriesInstanceUID: String
  package var studyInstanceUID: String
  /// Values of `copiedKeywords` as the file has them, untrimmed, several separated by backslashes, converted
  /// from the file's SpecificCharacterSet to UTF-8. Absent and empty attributes have no entry. The outputs state
  /// their own SpecificCharacterSet: `ISO_IR 192` where there is text beyond ASCII, none otherwise.
  package var attributes: [String: String]
  package var rows: Int
  package var columns: Int
  package var frames: Int
  /// Of the 2D region, where it is trusted.
  package var spacing: PixelSpacing?

  package init(
    sopClassUID: String, sopInstanceUID: String, seriesInstanceUID: String, studyInstanceUID: String,
    attributes: [String: String], rows: Int, columns: Int, frames: Int, spacing: PixelSpacing? = nil
  ) {
    self.sopClassUID = sopClassUID
    self.sopInstanceUID = sopInstanceUID
    self.seriesInstanceUID = seriesInstanceUID
    self.studyInstanceUID = studyInstanceUID
    self.attributes = attributes
    self.rows = rows
    self.columns = columns
    self.frames = frames
    self.spacing = spacing
  }
}
