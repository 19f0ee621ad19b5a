import TestSupport
import Testing

@testable import Platform
@testable import Spool
@testable import Study

/// Tests of an outbox's index: results without their pictures, and what the index has of them.
protocol OutboxSuite {}

extension OutboxSuite {
  func report(_ uid: String, revision: Int = 1, value: Double = 31.25) -> StudyReport {
    var report = SampleReport.study
    report.study = .init(uid: uid, revision: revision, supersedes: nil)
    report.studyMeasurements[0].name = "MAPSE mean"
    report.studyMeasurements[0].value = value
    return report
  }

  /// - Parameter texts: Of its report: tag, VR and value.
  /// - Returns: The folder's name.
  @discardableResult
  func publish(_ report: StudyReport, in outbox: String, saying texts: [(UInt32, String, String)] = [])
    throws -> String
  {
    let name = PublishedRevision.name(study: report.study.uid, number: report.study.revision)
    try Files.makeFolder(outbox + "/" + name, .outbox)
    try AtomicFile.write(Array(StudyJSON.encode(report)), to: outbox + "/\(name)/study.json", .outbox)
    if !texts.isEmpty {
      var dicom = DICOMBytes(.explicitLittle)
      for (tag, vr, text) in texts { dicom.set(.init(tag, vr, text)) }
      try AtomicFile.write(dicom.file, to: outbox + "/\(name)/report.dcm", .outbox)
    }
    return name
  }

  /// What the page has of each study, as its script reads it.
  func rows(_ outbox: String) throws -> [IndexRow] {
    let list = try #require(try IndexData.list(outbox))
    var rows: [IndexRow] = []
    try IndexData(outbox, form: list.form)?.forEachRow(in: outbox) { rows.append($0) }
    return rows
  }

  func text(_ name: String, in outbox: String) throws -> String {
    String(decoding: try Files.read(outbox + "/" + name, .outbox), as: UTF8.self)
  }
}
