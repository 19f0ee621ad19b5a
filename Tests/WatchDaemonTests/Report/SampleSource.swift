import Foundation
import Hinge

@testable import Platform
@testable import Reports
@testable import Study

extension SampleReport {
  static let uids = DerivedUID(
    inputs: [digest("a"), digest("b"), digest("c")], model: digest("e"), configuration: digest("f"),
    version: "0.1.0")
  static let contentTime = UTCTime(milliseconds: 1_767_225_600_000)

  static var sources: [SourceClip] {
    [
      source(measuredUID, spacing: PixelSpacing(x: 0.441, y: 0.441)), source(uncalibratedUID, spacing: nil),
      source(excludedUID, spacing: nil),
    ]
  }

  static func source(_ uid: String, spacing: PixelSpacing?) -> SourceClip {
    SourceClip(
      sopClassUID: "1.2.840.10008.5.1.4.1.1.3.1", sopInstanceUID: uid, seriesInstanceUID: "1.2.3.4.9",
      studyInstanceUID: studyUID,
      attributes: [
        "PatientName": "Synthétique^Étude", "PatientID": "SYNTHETIC-1", "PatientSex": "O",
        "PatientBirthDate": "19700101", "StudyDate": "20250102", "StudyTime": "101112.5",
        "AccessionNumber": "A1", "StudyID": "S1", "ReferringPhysicianName": "Referrer^Synthetic",
        "IssuerOfPatientID": "SYNTHETIC", "StudyDescription": "Synthetic study",
      ],
      rows: 600, columns: 800, frames: 40, spacing: spacing)
  }

  /// Writes the sample's report into a new temporary folder and hands its path over.
  static func withWrittenReport<Result>(
    _ report: StudyReport = study, sources: [SourceClip] = sources,
    kind: Configuration.ReportKind = .comprehensive,
    _ body: (_ path: String) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      let path = folder + "/report.dcm"
      try StructuredReport.write(
        report: report, sources: sources, uids: uids, contentTime: contentTime, kind: kind, to: path)
      return try body(path)
    }
  }
}
