import Foundation
import TestSupport
import Testing

@testable import WatchDaemon

/// What the program publishes, read by programs that no one here wrote.
@Suite struct OutputValidityTests {
  private static let validator = "/usr/bin/dciodvfy"
  private static let dumper = "/usr/bin/dsrdump"

  private static func has(_ tool: String) -> Bool { FileManager.default.isExecutableFile(atPath: tool) }

  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func publish(_ path: String, _ options: String...) throws -> [String] {
    let outbox = folder.path + "/outbox"
    let run = try ProgramRun.of(Products.hinged, ["process", path, "--outbox", outbox] + options)
    #expect(run.status == 0, "\(run.errors)")
    return folder.studies("outbox").map { outbox + "/" + $0 }
  }

  @Test(.enabled(if: has(validator), "needs dciodvfy"), arguments: ["A4C", "A2C", "-"])
  func theReportOfASoundCineHasNeitherErrorNorWarning(view: String) throws {
    try PhantomStudy.write(to: folder.path + "/clip.dcm") { if view == "-" { $0.viewCode = nil } }
    let options = view == "-" ? [] : ["--view", view]
    let outbox = folder.path + "/outbox"
    _ = try ProgramRun.of(
      Products.hinged, ["process", folder.path + "/clip.dcm", "--outbox", outbox] + options)
    let report = "\(outbox)/\(PhantomStudy.study)/report.dcm"
    let said = try ProgramRun.of(Self.validator, ["-new", report])
    let complaints = (said.output + said.errors).split(separator: "\n").filter {
      $0.contains("Error") || $0.contains("Warning")
    }
    #expect(complaints.isEmpty, "\(complaints)")
    #expect(try ProgramRun.of(Self.dumper, [report]).status == 0)
  }

  @Test(.enabled(if: Neighbour.isPresent, "needs HINGED_PYTHON"))
  func highdicomReadsThePointsOfTheRecordOnTheirFrames() throws {
    try PhantomStudy.write(to: folder.path + "/clip.dcm")
    for study in try publish(folder.path + "/clip.dcm") {
      let run = try Neighbour.run("read_report.py", [study + "/report.dcm", study + "/study.json"])
      #expect(run.status == 0, "\(run.output)\(run.errors)")
      let schema = try Neighbour.run("check_schema.py", [study + "/study.json"])
      #expect(schema.status == 0, "\(schema.output)\(schema.errors)")
    }
  }

  private static let realStudies = ["philips_tte", "acuson_a4c", "sonosite_a4c"]

  /// dciodvfy may complain about nothing but values that are copied unchanged from the source.
  @Test(
    .enabled(if: TestData.isPresent && Neighbour.isPresent, "needs HINGED_TEST_DATA and HINGED_PYTHON"),
    arguments: realStudies)
  func theReportOfARealStudyAgreesWithItsSourcesAndItsRecord(name: String) throws {
    let source = TestData.path("dicom/\(name)")
    let sources = try FileManager.default.contentsOfDirectory(atPath: source).sorted().map {
      source + "/" + $0
    }
    for study in try publish(source) {
      let report = study + "/report.dcm"
      let read = try Neighbour.run("read_report.py", [report, study + "/study.json"])
      #expect(read.status == 0, "\(read.output)\(read.errors)")
      let checked = try Neighbour.run("check_against_sources.py", [report] + sources)
      #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
      let schema = try Neighbour.run("check_schema.py", [study + "/study.json"])
      #expect(schema.status == 0, "\(schema.output)\(schema.errors)")
    }
  }
}
