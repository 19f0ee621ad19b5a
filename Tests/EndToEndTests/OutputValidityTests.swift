import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Phantom
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
    let studies = folder.studies("outbox")
    try #require(!studies.isEmpty)
    return studies.map { outbox + "/" + $0 }
  }

  @Test(.enabled(if: has(validator), "needs dciodvfy"), arguments: ["A4C", "A2C", "-"])
  func theObjectsOfASoundCineHaveNeitherErrorNorWarning(view: String) throws {
    try PhantomStudy.write(to: folder.path + "/clip.dcm") { if view == "-" { $0.viewCode = nil } }
    let options = view == "-" ? [] : ["--view", view]
    let outbox = folder.path + "/outbox"
    let run = try ProgramRun.of(
      Products.hinged, ["process", folder.path + "/clip.dcm", "--outbox", outbox] + options)
    #expect(run.status == 0, "\(run.errors)")
    let study = "\(outbox)/\(PhantomStudy.study)"
    for name in ["report", "\(PhantomStudy.study).1.seg", "\(PhantomStudy.study).1.overlay"] {
      let said = try ProgramRun.of(Self.validator, ["-new", "\(study)/\(name).dcm"])
      #expect(said.status == 0 && !(said.output + said.errors).isEmpty, "\(name) was looked at")
      let complaints = (said.output + said.errors).split(separator: "\n").filter {
        $0.contains("Error") || $0.contains("Warning")
      }
      #expect(complaints.isEmpty, "\(name): \(complaints)")
    }
    #expect(try ProgramRun.of(Self.dumper, [study + "/report.dcm"]).status == 0)
  }

  /// A drawn heart, and a real study of both views with the numbers of both, where the test data are there.
  private static let comparedStudies = [nil] + (TestData.isPresent ? ["dicom/philips_tte"] : [])

  @Test(.enabled(if: Neighbour.isPresent, "needs HINGED_PYTHON"), arguments: comparedStudies)
  func everyOutputHasTheNumbersOfTheRecord(real: String?) throws {
    let clip = folder.path + "/clip.dcm"
    if real == nil { try PhantomStudy.write(to: clip) }
    let configuration = folder.path + "/hinged.conf"
    for name in ["inbox", "spool"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + "/" + name, withIntermediateDirectories: true)
    }
    try Data(
      """
      inbox = \(folder.path)/inbox
      outbox = \(folder.path)/outbox
      spool = \(folder.path)/spool
      outputs = all, echo, keys, fhir, pdf

      """.utf8
    ).write(to: URL(fileURLWithPath: configuration))
    for study in try publish(real.map(TestData.path) ?? clip, "--config", configuration) {
      let run = try Neighbour.run("compare_outputs.py", [study])
      #expect(run.status == 0, "\(run.errors)")
      let read = try Neighbour.run(
        "read_pdf.py", ["report.pdf.dcm", "report.pdf", "study.json"].map { study + "/" + $0 })
      #expect(read.status == 0, "\(read.errors)")
    }
  }

  @Test(.enabled(if: Neighbour.isPresent, "needs HINGED_PYTHON"))
  func othersReadPointsOutlinesSegmentsAndPicturesAsTheRecordHasThem() throws {
    let clip = folder.path + "/clip.dcm"
    try PhantomStudy.write(to: clip)
    for study in try publish(clip) {
      let record = study + "/study.json"
      let object = "\(study)/\(PhantomStudy.study).1"
      for (script, arguments) in [
        ("read_report.py", [study + "/report.dcm", record]), ("check_schema.py", [record]),
        ("read_segments.py", ["--some", object + ".seg.dcm", record, clip]),
        ("read_overlay.py", [object + ".overlay.dcm", clip]),
      ] {
        let run = try Neighbour.run(script, arguments)
        #expect(run.status == 0, "\(script): \(run.output)\(run.errors)")
      }
    }
  }

  /// The same work gives the same bytes, whatever the threads.
  @Test func theObjectsOfACineAreTheSameEachTime() throws {
    try PhantomStudy.write(to: folder.path + "/clip.dcm")
    var seen: [[Data]] = []
    for threads in ["1", "2"] {
      let outbox = folder.path + "/outbox" + threads
      let run = try ProgramRun.of(
        Products.hinged,
        ["process", folder.path + "/clip.dcm", "--outbox", outbox, "--threads", threads])
      #expect(run.status == 0, "\(run.errors)")
      seen.append(
        try ["report", "\(PhantomStudy.study).1.seg", "\(PhantomStudy.study).1.overlay"].map {
          try folder.data("outbox\(threads)/\(PhantomStudy.study)/\($0).dcm")
        })
    }
    #expect(seen[0] == seen[1])
  }

  @Test func writesOnlyTheOutputsThatTheConfigurationNames() throws {
    try PhantomStudy.write(to: folder.path + "/clip.dcm")
    for name in ["inbox", "spool"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + "/" + name, withIntermediateDirectories: true)
    }
    let outbox = folder.path + "/outbox"
    let configuration = """
      inbox = \(folder.path)/inbox
      outbox = \(outbox)
      spool = \(folder.path)/spool
      outputs = seg
      """
    try Data(configuration.utf8).write(to: URL(fileURLWithPath: folder.path + "/hinged.conf"))
    let run = try ProgramRun.of(
      Products.hinged,
      [
        "process", folder.path + "/clip.dcm", "--outbox", outbox, "--config", folder.path + "/hinged.conf",
      ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      folder.names("outbox/\(PhantomStudy.study)") == [
        "\(PhantomStudy.study).1.seg.dcm", "log.jsonl", "study.json",
      ])
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
