import Foundation
import Hinge
import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Reports
@testable import Study
@testable import WatchDaemon

@Suite struct StructuredReportTests {
  @Test(
    .enabled(if: Tool.isInstalled("dciodvfy"), "dciodvfy (Debian: dicom3tools) is not installed"),
    arguments: Configuration.ReportKind.allCases)
  func satisfiesDciodvfy(kind: Configuration.ReportKind) throws {
    let output = try SampleReport.withWrittenReport(kind: kind) { try Tool.output("dciodvfy", [$0]) }
    let complaints = output.split(separator: "\n").filter { $0.hasPrefix("Error") || $0.hasPrefix("Warning") }
    #expect(complaints.isEmpty, "\(output)")
    #expect(output.contains(kind == .comprehensive ? "ComprehensiveSR" : "Comprehensive3DSR"))
  }

  @Test(.enabled(if: Tool.isInstalled("dciodvfy"), "dciodvfy (Debian: dicom3tools) is not installed"))
  func aViewFromThePictureIsSaidInAValidReport() throws {
    let (said, dump) = try SampleReport.withWrittenReport(SampleReport.viewFromPicture) {
      (try Tool.output("dciodvfy", [$0]), try Tool.output("dsrdump", ["+U8", "+Pl", $0]))
    }
    #expect(!said.contains("Error") && !said.contains("Warning"), "\(said)")
    let comments =
      dump.components(separatedBy: "To be confirmed; the view is read from the picture").count - 1
    // Two frames with two points, a diameter and two outlines each, and the measures that have a code.
    #expect(
      comments == 10
        + SampleReport.viewFromPicture.studyMeasurements.count {
          $0.viewSource == .picture && $0.value != nil && $0.code != nil && !$0.name.contains("diameter")
        })
  }

  @Test(.enabled(if: Tool.isInstalled("dsrdump"), "dsrdump (Debian: dcmtk) is not installed"))
  func isReadByDsrdump() throws {
    let dump = try SampleReport.withWrittenReport {
      try Tool.output("dsrdump", ["+U8", "--print-all-codes", $0])
    }
    #expect(!dump.contains("E: "), "\(dump)")
    #expect(dump.contains("Comprehensive SR Document"))
    #expect(dump.contains("Synthétique^Étude"))
    #expect(dump.contains("(80051-6,LN,\"Mitral annulus diastolic diameter - A4C\")=\"31.12\" (mm,"))
    #expect(dump.contains("POINT,305.5/360.75"))
  }

  @Test(.enabled(if: Tool.isInstalled("dcmdump"), "dcmdump (Debian: dcmtk) is not installed"))
  func repeatsPatientAndStudyAsTheSourceHasThem() throws {
    let dump = try SampleReport.withWrittenReport { try Tool.output("dcmdump", ["+U8", $0]) }
    for value in SampleReport.sources[0].attributes.values {
      #expect(dump.contains("[\(value)]"), "\(value)")
    }
    for value in ["ISO_IR 192", "COMPLETE", "UNVERIFIED", "20260101", SampleReport.studyUID] {
      #expect(dump.contains("[\(value)]"), "\(value)")
    }
    #expect(!dump.contains("InstanceCreationDate"))
  }

  @Test(.enabled(if: Tool.isInstalled("dciodvfy"), "dciodvfy (Debian: dicom3tools) is not installed"))
  func deidentifiedSourceStaysAsEmptyAsItIs() throws {
    var sources = SampleReport.sources
    for index in sources.indices { sources[index].attributes = ["PatientID": "SYNTHETIC-1"] }
    let output = try SampleReport.withWrittenReport(sources: sources) {
      try Tool.output("dciodvfy", [$0]) + Tool.output("dcmdump", [$0])
    }
    let complaints = output.split(separator: "\n").filter { $0.hasPrefix("Error") || $0.hasPrefix("Warning") }
    // Nothing is made up where the source says nothing; only a DICOMDIR would miss it.
    #expect(complaints.allSatisfy { $0.contains("needed to build DICOMDIR") }, "\(complaints)")
    #expect(!output.contains("SpecificCharacterSet"))
    #expect(output.contains("(0010,0010) PN (no value available)"))
  }

  @Test(.enabled(if: Tool.isInstalled("dcmdump"), "dcmdump (Debian: dcmtk) is not installed"))
  func aRevisionIsAnotherDocumentThatNamesItsPredecessor() throws {
    let first = StructuredReport.Document(
      studyInstanceUID: SampleReport.studyUID, seriesInstanceUID: "1.2.3.4.77",
      sopClassUID: "1.2.840.10008.5.1.4.1.1.88.33", sopInstanceUID: "1.2.3.4.78")
    var report = SampleReport.study
    report.study.revision = 2
    try withTemporaryFolder { folder in
      let path = folder + "/report.dcm"
      try StructuredReport.write(
        report: report, sources: SampleReport.sources, uids: SampleReport.uids,
        contentTime: SampleReport.contentTime, predecessor: first, to: path)
      let dump = try Tool.output("dcmdump", ["+P", "PredecessorDocumentsSequence", path])
      #expect(dump.contains("[1.2.3.4.77]") && dump.contains("[1.2.3.4.78]"), "\(dump)")
      let instance = try Tool.output("dcmdump", ["+P", "SOPInstanceUID", path])
      #expect(!instance.contains(SampleReport.uids.uid("report")))
      let said = try Tool.output("dciodvfy", [path])
      #expect(!said.contains("Error") && !said.contains("Warning"), "\(said)")
    }
  }

  @Test func sameWorkWritesTheSameBytes() throws {
    let first = try SampleReport.withWrittenReport { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    let second = try SampleReport.withWrittenReport { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    #expect(first == second)
  }

  @Test(.enabled(if: Tool.isInstalled("dcmdump"), "dcmdump (Debian: dcmtk) is not installed"))
  func partialStudyGivesAPartialReport() throws {
    var report = SampleReport.study
    report.status = .partial
    let dump = try SampleReport.withWrittenReport(report) { try Tool.output("dcmdump", [$0]) }
    #expect(dump.contains("[PARTIAL]"))
  }

  @Test(.enabled(if: Tool.isInstalled("dciodvfy"), "dciodvfy (Debian: dicom3tools) is not installed"))
  func studyWithoutMeasurementsIsStillAReport() throws {
    var report = SampleReport.study
    report.clips = [SampleReport.excluded]
    report.studyMeasurements = []
    report.status = .ineligible
    let output = try SampleReport.withWrittenReport(report) { try Tool.output("dciodvfy", [$0]) }
    #expect(!output.contains("Error") && !output.contains("Warning"), "\(output)")
  }

  @Test func refusesToReportOnNothing() {
    #expect(throws: StructuredReport.Failure.noSource) {
      try StructuredReport.write(
        report: SampleReport.study, sources: [], uids: SampleReport.uids,
        contentTime: SampleReport.contentTime, to: "/dev/null")
    }
  }

  @Test func saysWhatDCMTKRefused() {
    var report = SampleReport.study
    report.study.uid = "not a uid"
    #expect(throws: StructuredReport.Failure.self) {
      try SampleReport.withWrittenReport(report) { _ in }
    }
    #expect(throws: FileError.self) {
      try StructuredReport.write(
        report: SampleReport.study, sources: SampleReport.sources, uids: SampleReport.uids,
        contentTime: SampleReport.contentTime, to: "/nonexistent-folder/report.dcm")
    }
  }
}
