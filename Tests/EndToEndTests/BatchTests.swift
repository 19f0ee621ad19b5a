import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Phantom
@testable import Platform
@testable import WatchDaemon

/// An archive of small studies, planned and worked on by the built program with a tiny network.
final class BatchBench {
  let folder: ScratchFolder
  let model: String
  var outbox: String { folder.path + "/out" }
  var manifest: String { folder.path + "/plan" }

  init(studies: Int) throws {
    folder = try ScratchFolder()
    model = try TinyModel.write(into: folder.path)
    try DaemonProcess.makeFolder(folder.path + "/in")
    for study in 1...studies {
      for clip in 1...2 {
        try write(
          Drops.loop(study: "1.2.\(study)", instance: "1.2.\(study).\(clip)").bytes, "\(study)-\(clip)")
      }
    }
  }

  func path(_ file: String) -> String { folder.path + "/in/" + file }

  func write(_ bytes: [UInt8], _ file: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path(file)))
  }

  func plan(_ arguments: String...) throws -> ProgramRun {
    try ProgramRun.of(Products.hinged, ["batch", "plan", folder.path + "/in", "--out", manifest] + arguments)
  }

  func words(shard: String, outbox: String? = nil) -> [String] {
    [
      "batch", "run", manifest, "--shard", shard, "--outbox", outbox ?? self.outbox, "--model", model,
      "--threads", "1",
    ]
  }

  func run(_ shard: String, outbox: String? = nil, _ more: String...) throws -> ProgramRun {
    try ProgramRun.of(Products.hinged, words(shard: shard, outbox: outbox) + more)
  }

  /// A shard's run in the background, its output in a file.
  func start(_ shard: String, environment: [String: String] = [:]) throws -> (child: Child, output: String) {
    let output = folder.path + "/" + UUID().uuidString
    return (
      try Child([Products.hinged] + words(shard: shard), output: output, environment: environment), output
    )
  }

  func merge(_ manifest: String? = nil, outbox: String? = nil) throws -> (
    status: Int32, counts: [String: Any]
  ) {
    let run = try ProgramRun.of(
      Products.hinged,
      [
        "batch", "merge", manifest ?? self.manifest, "--outbox", outbox ?? self.outbox, "--out",
        table(outbox), "--json",
      ])
    let counts = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    return (run.status, try #require(counts, "\(run.errors)"))
  }

  private func table(_ outbox: String?) -> String { (outbox ?? self.outbox) + "-table" }

  func tables(_ outbox: String? = nil) throws -> [Data] {
    try [".csv", ".jsonl"].map { try Data(contentsOf: URL(fileURLWithPath: table(outbox) + $0)) }
  }
}

@Suite struct BatchTests {
  @Test func threeShardsDoWhatOneCallOfProcessDoes() throws {
    let bench = try BatchBench(studies: 5)
    #expect(try bench.plan().status == 0)
    for shard in 1...3 {
      let run = try bench.run("\(shard)/3")
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.lines.allSatisfy { $0.contains("\"status\":") } && !run.lines.isEmpty)
    }
    let process = try ProgramRun.of(
      Products.hinged,
      ["process", bench.path(""), "--outbox", bench.folder.path + "/one", "--model", bench.model])
    #expect(process.status == 0)
    #expect(bench.folder.studies("out") == bench.folder.studies("one"))
    for study in bench.folder.studies("one") {
      let names = bench.folder.names("one/" + study)
      #expect(bench.folder.names("out/" + study) == names)
      for name in names where name != "log.jsonl" && name != "study.json" {
        #expect(try bench.folder.data("out/\(study)/\(name)") == bench.folder.data("one/\(study)/\(name)"))
      }
    }
    let merged = try bench.merge()
    #expect(
      merged.status == 0 && merged.counts["planned"] as? Int == 5 && merged.counts["missing"] as? Int == 0)
    #expect(merged.counts["works"] as? Int == 1)
    #expect(try bench.merge(outbox: bench.folder.path + "/one").status == 0)
    #expect(try bench.tables() == bench.tables(bench.folder.path + "/one"))
  }

  @Test func listsWhatCannotBePlanned() throws {
    let bench = try BatchBench(studies: 2)
    try bench.write(Array("notes".utf8), "notes.txt")
    let whole = Drops.loop(study: "1.2.8", instance: "1.2.8.1").bytes
    try bench.write(Array(whole[..<(whole.count / 2)]), "short.dcm")
    var other = DICOMBytes.ultrasound()
    other.set(.init(0x0020_000D, "UI", "1.2.2"))
    other.set(.init(0x0008_0018, "UI", "1.2.2.3"))
    other.set(.init(0x0010_0020, "LO", "SOMEBODY ELSE"))
    other.setPixels([UInt8](repeating: 0, count: 24))
    try bench.write(other.file, "other.dcm")
    var another = other
    another.set(.init(0x0008_0018, "UI", "1.2.2.4"))
    another.set(.init(0x0010_0020, "LO", "A THIRD"))
    try bench.write(another.file, "another.dcm")
    let run = try bench.plan("--json", "--strict")
    #expect(run.status == ExitCode.failure, "a file and a study had to be left out")
    let counts = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    #expect(counts?["studies"] as? Int == 1)
    #expect(
      counts?["problems"] as? [String: Int] == ["identity-conflict": 1, "not-dicom": 1, "truncated": 1])
    let before = try bench.folder.data("plan")
    #expect(try bench.plan().status == ExitCode.usage)
    #expect(try bench.folder.data("plan") == before)
  }

  @Test func saysOfEachArchiveThatItIsToBeUnpacked() throws {
    let bench = try BatchBench(studies: 1)
    let loop = Drops.loop(study: "1.2.9", instance: "1.2.9.1").bytes
    let tar = ArchiveBytes.tar([.init("IM1", loop)])
    let archives = [
      "a.zip": ArchiveBytes.zip([.init("IM1", loop)]), "b.tar": tar, "c.tar.gz": ArchiveBytes.gzip(tar),
      "d.gz": ArchiveBytes.gzip(loop),
    ]
    for (name, bytes) in archives { try bench.write(bytes, name) }
    try bench.write(Array(tar.dropLast(2_000)), "cut.tar")
    let office = ArchiveBytes.zip([
      .init("[Content_Types].xml", "<Types/>"), .init("word/document.xml", "<w/>"),
    ])
    try bench.write(office, "letter.docx")
    let run = try bench.plan("--json", "--strict")
    #expect(run.status == ExitCode.failure)
    let counts = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    #expect(counts?["problems"] as? [String: Int] == ["archive-not-readable": 5, "not-dicom": 1])
    let sentences = run.errors.split(separator: "\n")
    for name in archives.keys {
      let said = sentences.filter { $0.contains(bench.path(name) + ":") }
      #expect(said.count == 1 && said.allSatisfy { $0.contains("unpack it") }, "\(name): \(run.errors)")
    }
    #expect(sentences.count { $0.contains("cut.tar:") } == 1 && !run.errors.contains("letter.docx"))
  }

  @Test func refusesAManifestThatWasRewritten() throws {
    let bench = try BatchBench(studies: 2)
    #expect(try bench.plan().status == 0)
    let text = String(decoding: try bench.folder.data("plan"), as: UTF8.self)
    chmod(bench.manifest, 0o600)
    try Data(text.replacing("/1-1\"", with: "/2-1\"").utf8).write(to: URL(fileURLWithPath: bench.manifest))
    let run = try bench.run("1/1")
    #expect(run.status == ExitCode.noInput && run.errors.contains("refused"))
    #expect(bench.folder.names("out") == [])
  }

  @Test func aStudyWhoseFilesChangedFailsAloneAndIsListed() throws {
    let bench = try BatchBench(studies: 3)
    #expect(try bench.plan().status == 0)
    let original = try bench.folder.data("in/2-1")
    var status = stat()
    #expect(stat(bench.path("2-1"), &status) == 0)
    let times = [status.st_mtim, status.st_mtim]
    // Of the same size and another patient's: the time gives it away.
    try bench.write(Drops.loop(study: "1.2.2", instance: "1.2.2.9").bytes, "2-1")
    #expect(try bench.run("1/1").status == 0)
    #expect(try bench.run("1/1", "--strict").status == ExitCode.failure)
    #expect(bench.folder.studies("out") == ["1.2.1", "1.2.3"])
    var merged = try bench.merge()
    #expect(merged.status == 0 && merged.counts["faults"] as? [String: Int] == ["input-changed": 1])
    // And where the time is as it was, the header does.
    #expect(utimensat(AT_FDCWD, bench.path("2-1"), times, 0) == 0)
    #expect(try bench.run("1/1", "--strict").status == ExitCode.failure)
    try original.write(to: URL(fileURLWithPath: bench.path("2-1")))
    #expect(utimensat(AT_FDCWD, bench.path("2-1"), times, 0) == 0)
    #expect(try bench.run("1/1").status == 0)
    merged = try bench.merge()
    #expect(merged.counts["failed"] as? Int == 0 && merged.counts["faults"] as? [String: Int] == [:])
  }

  @Test func anArchiveThatIsNotThereMakesNoStudyFail() throws {
    let bench = try BatchBench(studies: 3)
    #expect(try bench.plan().status == 0)
    let (archive, away) = (bench.folder.path + "/in", bench.folder.path + "/away")
    #expect(rename(archive, away) == 0)
    let run = try bench.run("1/1")
    #expect(run.status == ExitCode.temporary && run.errors.contains("mount the archive"), "\(run.errors)")
    var merged = try bench.merge()
    #expect(merged.counts["missing"] as? Int == 3 && merged.counts["failed"] as? Int == 0)
    #expect(rename(away, archive) == 0)
    // A study that is gone from an archive is another matter.
    for clip in 1...2 { unlink(bench.path("2-\(clip)")) }
    #expect(try bench.run("1/1").status == 0)
    #expect(bench.folder.studies("out") == ["1.2.1", "1.2.3"])
    merged = try bench.merge()
    #expect(merged.counts["faults"] as? [String: Int] == ["input-changed": 1])
  }

  @Test func aResultThatCannotBeReadHoldsUpNoOtherStudy() throws {
    let bench = try BatchBench(studies: 3)
    #expect(try bench.plan().status == 0)
    // Somebody took its record away.
    try DaemonProcess.makeFolder(bench.outbox + "/1.2.2")
    let run = try bench.run("1/1")
    #expect(run.status == 0 && run.lines.count == 3, "\(run.errors)")
    #expect(run.errors.contains("study 1.2.2: nothing was published"))
    for study in ["1.2.1", "1.2.3"] {
      #expect(bench.folder.names("out/" + study).contains("study.json"))
    }
    #expect(try bench.merge().counts["faults"] as? [String: Int] == ["internal-error": 1])
  }

  @Test func whatIsMissingCanBeRunOnItsOwn() throws {
    let bench = try BatchBench(studies: 4)
    #expect(try bench.plan().status == 0)
    #expect(try bench.run("1/2").status == 0)
    var merged = try bench.merge()
    #expect(merged.status == ExitCode.failure && merged.counts["missing"] as? Int == 2)
    let missing = try #require(merged.counts["missing_manifest"] as? String)
    let run = try ProgramRun.of(
      Products.hinged,
      ["batch", "run", missing, "--outbox", bench.outbox, "--model", bench.model])
    #expect(run.status == 0 && run.lines.count == 2)
    merged = try bench.merge()
    #expect(merged.status == 0 && merged.counts["missing"] as? Int == 0)
    #expect(try bench.merge(missing).status == 0)
  }
}
