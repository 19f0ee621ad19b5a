import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Phantom
@testable import Platform
@testable import WatchDaemon

/// `hinged process` as a person calls it, on synthetic studies.
@Suite struct ProcessTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private var outbox: String { folder.path + "/outbox" }

  private func process(_ arguments: String...) throws -> ProgramRun {
    try ProgramRun.of(Products.hinged, ["process"] + arguments + ["--outbox", outbox])
  }

  private func files(of run: ProgramRun) throws -> [[String: Any]] {
    try run.lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:] }
  }

  @Test func publishesAMeasuredStudyWithAllItsFiles() throws {
    let clip = folder.path + "/clip.dcm"
    try PhantomStudy.write(to: clip)
    let run = try process(clip, "--json")
    #expect(run.status == 0, "\(run.errors)")
    let lines = try files(of: run)
    #expect(lines.count == 1)
    #expect(lines[0]["state"] as? String == "used")
    #expect(lines[0]["study_uid"] as? String == PhantomStudy.study)
    let instance = "\(PhantomStudy.study).1"
    #expect(
      folder.names("outbox/\(PhantomStudy.study)") == [
        "\(instance).ED.png", "\(instance).ES.png", "\(instance).overlay.dcm", "\(instance).seg.dcm",
        "index.html", "log.jsonl", "preview.jpg", "report.dcm", "study.json",
      ])
    let report = try folder.object("outbox/\(PhantomStudy.study)/study.json")
    #expect(report["status"] as? String == "completed")
    let clips = report["clips"] as? [[String: Any]] ?? []
    #expect(clips.first?["status"] as? String == "measured")
    #expect((clips.first?["measurements"] as? [Any])?.count == 2)
  }

  @Test func leavesAnUnchangedStudyAloneAndPublishesALateFileAsARevision() throws {
    let input = folder.path + "/in"
    try FileManager.default.createDirectory(atPath: input, withIntermediateDirectories: true)
    try PhantomStudy.write(to: input + "/1.dcm")
    #expect(try process(input).status == 0)
    let first = try folder.data("outbox/\(PhantomStudy.study)/study.json")
    #expect(try process(input).status == 0)
    #expect(folder.studies("outbox") == [PhantomStudy.study])
    try PhantomStudy.write(to: input + "/2.dcm", instance: 2)
    #expect(try process(input + "/2.dcm").status == 0)
    #expect(folder.studies("outbox") == [PhantomStudy.study, PhantomStudy.study + ".r2"])
    #expect(try folder.data("outbox/\(PhantomStudy.study)/study.json") == first)
    let revision = try folder.object("outbox/\(PhantomStudy.study).r2/study.json")
    #expect((revision["study"] as? [String: Any])?["supersedes"] as? String == PhantomStudy.study)
    let clips = (revision["clips"] as? [[String: Any]] ?? []).compactMap { $0["sop_instance_uid"] as? String }
    #expect(clips.sorted() == ["\(PhantomStudy.study).1", "\(PhantomStudy.study).2"])
    let names = folder.names("outbox/\(PhantomStudy.study).r2")
    for suffix in [".ED.png", ".ES.png", ".overlay.dcm", ".seg.dcm"] {
      #expect(names.contains("\(PhantomStudy.study).1\(suffix)"), "\(suffix)")
    }
    let page = try folder.data("outbox/\(PhantomStudy.study).r2/index.html")
    let picture = "<figure><img src=\"data:image/"
    let pictures = String(decoding: page, as: UTF8.self).components(separatedBy: picture)
    #expect(pictures.count - 1 == 4, "the page shows both clips at end diastole and end systole")
  }

  @Test func accountsForEveryFileOfAMixedFolder() throws {
    let input = folder.path + "/in"
    try FileManager.default.createDirectory(atPath: input, withIntermediateDirectories: true)
    try PhantomStudy.write(to: input + "/good.dcm")
    try FileManager.default.copyItem(atPath: input + "/good.dcm", toPath: input + "/copy.dcm")
    try Data("not DICOM".utf8).write(to: URL(fileURLWithPath: input + "/notes.txt"))
    let whole = try folder.data("in/good.dcm")
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: input + "/short.dcm"))
    try FileManager.default.createSymbolicLink(atPath: input + "/link.dcm", withDestinationPath: "good.dcm")
    let run = try process(input, "--json")
    #expect(run.status == 0)
    let ends = try files(of: run).map { line in
      let name = URL(fileURLWithPath: line["file"] as? String ?? "").lastPathComponent
      return "\(name) \(line["state"] ?? "-") \(line["reason"] ?? "-")"
    }
    #expect(
      ends.sorted() == [
        "copy.dcm used <null>", "good.dcm ignored duplicate", "link.dcm ignored not-a-file",
        "notes.txt ignored not-dicom", "short.dcm quarantined truncated",
      ])
  }

  @Test func holdsFilesThatDisagreeOnThePatient() throws {
    let input = folder.path + "/in"
    try FileManager.default.createDirectory(atPath: input, withIntermediateDirectories: true)
    try PhantomStudy.write(to: input + "/1.dcm")
    try PhantomStudy.write(to: input + "/2.dcm", instance: 2) { $0.attributes[0x0010_0020] = "ANOTHER" }
    let run = try process(input, "--json")
    #expect(run.status == 0)
    #expect(try files(of: run).map { $0["reason"] as? String } == ["identity-conflict", "identity-conflict"])
    #expect(folder.names("outbox") == [])
  }

  @Test func measuresInPixelsWhereTheRegionLeavesTheImage() throws {
    try PhantomStudy.write(to: folder.path + "/clip.dcm") { file in
      file.regions = file.regions.map { region in
        var region = region
        region.maxX = file.columns + 100
        return region
      }
    }
    #expect(try process(folder.path + "/clip.dcm").status == 0)
    let text = String(decoding: try folder.data("outbox/\(PhantomStudy.study)/study.json"), as: UTF8.self)
    #expect(text.contains("region-outside-image"))
    #expect(text.contains("annulus_diameter_px"))
    #expect(!text.contains("_mm\""))
  }

  private static let refusals: [([String], Int32)] = [
    (["process"], 64), (["process", "x", "--outbox"], 64), (["process", "x"], 64), (["nonsense"], 64),
    (["process", "/nowhere/at/all", "--outbox", "o"], 65),
  ]

  @Test(arguments: refusals)
  func refusesWithTheRightCodeAndASentence(words: [String], code: Int32) throws {
    let run = try ProgramRun.of(Products.hinged, words)
    #expect(run.status == code)
    #expect(run.errors.hasPrefix("hinged: "))
    #expect(run.output.isEmpty)
  }

  @Test func endsWith65WhereNothingIsReadable() throws {
    try Data("text".utf8).write(to: URL(fileURLWithPath: folder.path + "/a.txt"))
    #expect(try process(folder.path + "/a.txt").status == ExitCode.noInput)
  }

  @Test func everyCommandExplainsItself() throws {
    for command in CommandLineInterface.commands where !command.isHidden {
      let run = try ProgramRun.of(
        Products.hinged, command.name.split(separator: " ").map(String.init) + ["--help"])
      #expect(run.status == 0)
      #expect(run.output.hasPrefix("usage: hinged \(command.name)"))
    }
  }

  @Test func theDemonstrationMeasuresItsOwnCine() throws {
    let run = try ProgramRun.hinged("demo", "--dir", folder.path + "/demo")
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }
}
