import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Phantom
@testable import Spool
@testable import WatchDaemon

/// Studies that come in archives, to the daemon and to `process`.
@Suite(.serialized, .enabled(if: DaemonProcess.isPossible)) struct ArchiveEndToEndTests {
  typealias Member = ArchiveBytes.Member

  private static func daemon(_ settings: [String: String] = [:]) throws -> DaemonProcess {
    let daemon = try DaemonProcess(settings)
    try daemon.useTinyModel()
    return daemon
  }

  @Test(arguments: ["move", "leave"]) func studiesInArchivesArePublishedAndEachFileHasItsEnd(
    _ mode: String
  ) async throws {
    let daemon = try Self.daemon(["intake": mode])
    let pictures = (1...4).map { Drops.picture(study: "1.2.\($0 % 2)", instance: "1.2.\($0 % 2).\($0)") }
    let note = Array("a viewer's text".utf8)
    let inner = ArchiveBytes.gzip(ArchiveBytes.tar([Member("deep/IM4", pictures[3].bytes)]))
    let box = ArchiveBytes.zip([
      Member("DICOM/IM1", pictures[0].bytes), Member("DICOM/IM2", pictures[1].bytes), Member("README", note),
      Member("DICOMDIR", DICOMBytes.dicomdir().file), Member("more.tgz", inner),
    ])
    try daemon.drop(box, as: "ward/export.bin")
    try daemon.drop(pictures[2].bytes, as: "IM3")
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 8), "\(daemon.log)")
    let status = try daemon.command("status")
    #expect(
      status.status == 0 && status.output.contains("8 taken = 0 open + 0 used + 4 excluded + 4 ignored"))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.files(below: daemon.spool + "/unpacked") == [])
    if mode == "move" {
      var drops = Drops()
      for picture in pictures { drops.add(picture) }
      for other in [box, note, DICOMBytes.dicomdir().file, inner] { drops.addOther(other) }
      #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
    } else {
      #expect(try Drops.results(in: daemon.outbox).filter { !$0.contains(".r") } == ["1.2.0", "1.2.1"])
      #expect(try Drops.files(below: daemon.inbox).count == 2)
      #expect(try Drops.files(below: daemon.spool + "/claimed") == [])
    }
    #expect(!daemon.log.contains("export.bin"))
  }

  @Test func archiveThatCannotBeTakenApartIsSetAsideAndShown() async throws {
    let daemon = try Self.daemon(["limit_seconds": "3"])
    let picture = Drops.picture(study: "1.2.1", instance: "1.2.1.1")
    let hostile = ArchiveBytes.zip([Member("IM1", picture.bytes), Member("../../evil", "x")])
    let cut = Array(ArchiveBytes.zip([Member("IM1", picture.bytes)]).dropLast(30))
    try daemon.drop(hostile, as: "hostile.zip")
    try daemon.drop(cut, as: "cut.zip")
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 2), "\(daemon.log)")
    let status = try daemon.command("status").output
    #expect(status.contains("set aside  2 archive-not-readable: "), "\(status)")
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == [])
    var drops = Drops()
    for bytes in [hostile, cut] { drops.addOther(bytes) }
    #expect(try drops.faults(of: daemon) == [])
    let reasons = try Drops.files(below: daemon.spool + "/quarantine").filter { $0.hasSuffix("reason.json") }
    let told = try reasons.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
    #expect(told.contains("leads out of its folder") && told.contains("ends before its directory"))
    #expect(!told.contains("evil"))
  }

  @Test func studyFromAnArchiveIsRequeued() async throws {
    let daemon = try Self.daemon()
    let picture = Drops.picture(study: "1.2.1", instance: "1.2.1.1")
    let box = ArchiveBytes.tar([Member("IM1", picture.bytes)])
    try daemon.drop(box, as: "box.tar")
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 2))
    #expect(try daemon.command("requeue", "1.2.1").status == 0)
    #expect(
      try await daemon.wait {
        let ledger = try? StudyJournal.read(daemon.spool + "/journal")
        return ledger.map { $0.unfinished.isEmpty && $0.claims(of: "1.2.1").count == 2 } ?? false
      })
    #expect(try await daemon.ended() == 0)
    var drops = Drops()
    drops.add(picture)
    drops.addOther(box)
    #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
  }

  @Test func oneShotTellsOfEachFileInAnArchive() throws {
    let folder = try TemporaryFolder()
    let picture = Drops.picture(study: "1.2.1", instance: "1.2.1.1")
    var link = Member("link", "")
    link.kind = "2"
    let box = ArchiveBytes.tar([
      Member("study/IM1", picture.bytes), Member("study/cut", Array(picture.bytes.dropLast(20))), link,
      Member("bad.zip", Array(ArchiveBytes.zip([Member("x", "y")]).dropLast(5))),
    ])
    let path = folder.path + "/box.tgz"
    try Data(ArchiveBytes.gzip(box)).write(to: URL(fileURLWithPath: path))
    let model = try TinyModel.write(into: folder.path)
    let run = try ProgramRun.of(
      Products.hinged,
      ["process", path, "--outbox", folder.path + "/out", "--model", model, "--json", "--quiet"])
    #expect(run.status == 0, "\(run.errors)")
    let ends = try run.lines.map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
    let told = ends.map { end in
      ["file", "state", "reason", "study_uid"].map { end[$0] as? String ?? "-" }.joined(separator: " ")
    }
    #expect(
      told.map { $0.replacingOccurrences(of: path, with: "box") } == [
        "box ignored unpacked -", "box/bad.zip quarantined archive-not-readable -",
        "box/link ignored not-a-file -",
        "box/study/IM1 excluded still-image 1.2.1", "box/study/cut quarantined truncated 1.2.1",
      ])
    #expect(try Drops.files(below: folder.path + "/out/.staging") == [])
    #expect(try Drops.results(in: folder.path + "/out") == ["1.2.1"])
  }
}
