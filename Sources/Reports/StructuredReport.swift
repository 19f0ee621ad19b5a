import Platform
import Study

/// `report.dcm`: the study's measurements as a DICOM Structured Report for echo systems and viewers.
///
/// It is UNVERIFIED unless readers answer for it (`Verification`); it is COMPLETE unless part of the study could not be processed. Patient and
/// study are copied from the source; series and instance are new, named after the work that made them.
package enum StructuredReport {
  package enum Failure: Error, Equatable {
    case noSource
    /// DCMTK refused something; which, in words, without values.
    case refused(String)

    package var sentence: String {
      switch self {
      case .noSource: "There is no source to report on."
      case .refused(let what): what
      }
    }
  }

  /// A published report.
  package struct Document: Sendable, Equatable {
    package var studyInstanceUID: String
    package var seriesInstanceUID: String
    package var sopClassUID: String
    package var sopInstanceUID: String

    package init(
      studyInstanceUID: String, seriesInstanceUID: String, sopClassUID: String, sopInstanceUID: String
    ) {
      self.studyInstanceUID = studyInstanceUID
      self.seriesInstanceUID = seriesInstanceUID
      self.sopClassUID = sopClassUID
      self.sopInstanceUID = sopInstanceUID
    }
  }

  package static let manufacturer = "hinged"
  package static let disclaimer = "Research use only. Not for diagnosis."

  private static func kind(_ kind: Configuration.ReportKind) -> StudyDocument.Kind {
    .init(
      document: kind == .comprehensive ? .comprehensive : .comprehensive3D, name: "report",
      seriesNumber: 9901, seriesDescription: "Mitral annulus (research use only, not for diagnosis)")
  }

  /// Writes the report to a file of a staging folder, synced and readable for the group only.
  package static func write(
    report: StudyReport, sources: [SourceClip], uids: DerivedUID, contentTime: UTCTime,
    objects: [String: ClipObjects] = [:], kind: Configuration.ReportKind = .comprehensive,
    predecessor: Document? = nil, to path: String
  ) throws {
    let study = StudyDocument(
      report: report, sources: sources, uids: uids, contentTime: contentTime, objects: objects)
    try AtomicFile.write(try encode(study, kind: kind, predecessor: predecessor), to: path, .staging)
  }

  /// The bytes of the DICOM file.
  ///
  /// - Parameter predecessor: the report that this one takes the place of.
  package static func encode(
    _ study: StudyDocument, kind: Configuration.ReportKind = .comprehensive, predecessor: Document? = nil
  ) throws(Failure) -> [UInt8] {
    let tree = MeasurementReportTree(
      report: study.report, sources: study.sources, uids: study.uids, objects: study.objects)
    let status = study.report.status
    return try study.encode(
      Self.kind(kind), tree.root(), evidence: study.allEvidence, predecessor: predecessor,
      complete: status != .partial && status != .failed)
  }
}
