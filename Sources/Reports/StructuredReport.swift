import CDCMTK
import Platform
import Study

/// `report.dcm`: the study's measurements as a DICOM Structured Report for echo systems and viewers.
///
/// Nobody has verified it (UNVERIFIED); it is COMPLETE unless part of the study could not be processed. Patient and
/// study are copied from the source; series and instance are new, named after the work that made them.
package enum StructuredReport {
  package enum Failure: Error, Equatable {
    case noSource
    /// DCMTK refused something; which, in words, without values.
    case refused(String)
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
  /// High, so that the series sorts behind those of the scanner.
  private static let seriesNumber = "9901"

  /// Writes the report to a file of a staging folder, synced and readable for the group only.
  package static func write(
    report: StudyReport, sources: [SourceClip], uids: DerivedUID, contentTime: UTCTime,
    kind: Configuration.ReportKind = .comprehensive, predecessor: Document? = nil, to path: String
  ) throws {
    let bytes = try encode(
      report: report, sources: sources, uids: uids, contentTime: contentTime, kind: kind,
      predecessor: predecessor)
    try AtomicFile.write(bytes, to: path, .staging)
  }

  /// The bytes of the DICOM file.
  ///
  /// - Parameters:
  ///   - sources: every clip that the report rests on or speaks of, all of one study.
  ///   - uids: of this piece of work; the same work gives the same bytes.
  ///   - contentTime: of the journal or the source, never the present.
  ///   - predecessor: the report that this one takes the place of.
  package static func encode(
    report: StudyReport, sources: [SourceClip], uids: DerivedUID, contentTime: UTCTime,
    kind: Configuration.ReportKind = .comprehensive, predecessor: Document? = nil
  ) throws(Failure) -> [UInt8] {
    guard let first = sources.first else { throw .noSource }
    let referenced = sources.flatMap { [$0.sopClassUID, $0.sopInstanceUID, $0.seriesInstanceUID] }
    guard (referenced + [report.study.uid]).allSatisfy(DICOMUID.isValid) else {
      throw .refused("a UID of the study is none")
    }
    let document = try ReportDocument(
      kind: kind, studyUID: report.study.uid, seriesUID: uids.uid("report", "series"),
      instanceUID: instanceUID(of: report, uids))
    let header = header(of: report, at: contentTime)
    for (keyword, value) in copied(from: first) + header { try document.set(keyword, value) }
    for source in sources { try document.addEvidence(source, study: report.study.uid) }
    if let predecessor { try document.addPredecessor(predecessor) }
    try document.add(MeasurementReportTree(report: report, sources: sources, uids: uids).root())
    return try document.encode(complete: report.status != .partial && report.status != .failed)
  }

  /// A revision of the same work is another document, since it names what it takes the place of.
  private static func instanceUID(of report: StudyReport, _ uids: DerivedUID) -> String {
    report.study.revision > 1
      ? uids.uid("report", "revision", String(report.study.revision)) : uids.uid("report")
  }

  private static func copied(from source: SourceClip) -> [(String, String)] {
    SourceClip.copiedKeywords.compactMap { keyword in source.attributes[keyword].map { (keyword, $0) } }
  }

  private static func header(of report: StudyReport, at time: UTCTime) -> [(String, String)] {
    [
      ("SeriesNumber", seriesNumber), ("InstanceNumber", String(report.study.revision)),
      ("SeriesDescription", "Mitral annulus (research use only, not for diagnosis)"),
      ("SeriesDate", time.dicomDate), ("SeriesTime", time.dicomTime),
      ("ContentDate", time.dicomDate), ("ContentTime", time.dicomTime),
      ("Manufacturer", manufacturer), ("ManufacturerModelName", report.software.name),
      ("DeviceSerialNumber", MeasurementReportTree.serialNumber(of: report)),
      ("SoftwareVersions", report.software.version),
    ]
  }
}
