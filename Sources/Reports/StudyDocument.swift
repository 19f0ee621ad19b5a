import Platform
import Study

/// What the documents of one study have in common: the study, what was written of its clips, their headers and names.
package struct StudyDocument: Sendable {
  package var report: StudyReport
  /// Every clip that a document rests on or speaks of, all of one study.
  package var sources: [SourceClip]
  /// Of this piece of work; the same work gives the same bytes.
  package var uids: DerivedUID
  /// Of the journal or the source, never the present.
  package var contentTime: UTCTime
  /// What was written of each clip, by its SOPInstanceUID.
  package var objects: [String: ClipObjects]
  /// For which readers answer who accepted the result; `nil`: their word verifies no document.
  package var verifyingOrganization: String?

  package init(
    report: StudyReport, sources: [SourceClip], uids: DerivedUID, contentTime: UTCTime,
    objects: [String: ClipObjects] = [:], verifyingOrganization: String? = nil
  ) {
    self.report = report
    self.sources = sources
    self.uids = uids
    self.contentTime = contentTime
    self.objects = objects
    self.verifyingOrganization = verifyingOrganization
  }

  /// Who answers for the documents.
  var verifications: [Verification] {
    Verification.all(of: report, organization: verifyingOrganization, contentTime: contentTime)
  }

  /// What tells one document of a study from another.
  struct Kind {
    var document: ReportDocument.Kind
    /// Names its UIDs.
    var name: String
    /// High, so that the series sorts behind those of the scanner.
    var seriesNumber: Int
    var seriesDescription: String
  }

  /// The bytes of a DICOM file with this content.
  func encode(
    _ kind: Kind, _ root: ContentItem, evidence: [ObjectReference],
    predecessor: StructuredReport.Document? = nil, complete: Bool
  ) throws(StructuredReport.Failure) -> [UInt8] {
    guard let first = sources.first else { throw .noSource }
    let referenced = sources.flatMap { [$0.sopClassUID, $0.sopInstanceUID, $0.seriesInstanceUID] }
    guard (referenced + [report.study.uid]).allSatisfy(DICOMUID.isValid) else {
      throw .refused("a UID of the study is none")
    }
    let document = try ReportDocument(
      kind: kind.document, studyUID: report.study.uid, seriesUID: uids.uid(kind.name, "series"),
      instanceUID: instanceUID(kind.name))
    for (keyword, value) in copied(from: first) + header(kind) { try document.set(keyword, value) }
    for object in evidence { try document.addEvidence(object, study: report.study.uid) }
    if let predecessor { try document.addPredecessor(predecessor) }
    try document.add(root)
    if complete, kind.document != .keyObjects {
      for verification in verifications { try document.verify(verification) }
    }
    return try document.encode(complete: complete)
  }

  /// The sources, and what was written of them.
  var allEvidence: [ObjectReference] {
    sources.flatMap { [$0.reference] + (objects[$0.sopInstanceUID]?.all ?? []) }
  }

  /// A revision of the same work is another document, since it names what it takes the place of.
  func instanceUID(_ name: String) -> String {
    report.study.revision > 1
      ? uids.uid(name, "revision", String(report.study.revision)) : uids.uid(name)
  }

  private func copied(from source: SourceClip) -> [(String, String)] {
    SourceClip.copiedKeywords.compactMap { keyword in source.attributes[keyword].map { (keyword, $0) } }
  }

  private func header(_ kind: Kind) -> [(String, String)] {
    [
      ("SeriesNumber", String(kind.seriesNumber)), ("InstanceNumber", String(report.study.revision)),
      ("SeriesDescription", kind.seriesDescription),
      ("SeriesDate", contentTime.dicomDate), ("SeriesTime", contentTime.dicomTime),
      ("ContentDate", contentTime.dicomDate), ("ContentTime", contentTime.dicomTime),
      ("Manufacturer", StructuredReport.manufacturer), ("ManufacturerModelName", report.software.name),
      ("DeviceSerialNumber", DeviceObserver.serialNumber(of: report)),
      ("SoftwareVersions", report.software.version),
    ]
  }
}
