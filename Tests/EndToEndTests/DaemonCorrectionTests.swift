import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Study
@testable import WatchDaemon

/// Files that come again under the SOPInstanceUID of a published one, with other bytes.
@Suite(.enabled(if: DaemonProcess.isPossible)) struct DaemonCorrectionTests {
  private static let instance = "1.2.1.1"

  @Test func correctedHeaderMakesARevisionAndOtherPixelsAreHeldWithBothHashes() async throws {
    let daemon = try DaemonProcess(["quiet_seconds": "0.3", "scan_seconds": "0.1"])
    try daemon.useTinyModel()
    try daemon.start()
    let first = Drops.loop(study: "1.2.1", instance: Self.instance)
    let corrected = Drops.loop(study: "1.2.1", instance: Self.instance, comment: "corrected")
    let other = Drops.loop(study: "1.2.1", instance: Self.instance, first: 200)
    for (index, file) in [first, corrected].enumerated() {
      try daemon.drop(file.bytes, as: "\(index)/IM1")
      #expect(try await daemon.waitUntilIdle(taken: index + 1))
    }
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1", "1.2.1.r2"])
    let published = try Self.inputs(of: daemon.outbox + "/1.2.1.r2")
    #expect(published == [SHA256.hexDigest(of: corrected.bytes)])
    try daemon.drop(other.bytes, as: "2/IM1")
    #expect(try await daemon.waitUntilIdle(taken: 3))
    let told = try daemon.command("explain", "1.2.1").output
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1", "1.2.1.r2"], "\(daemon.log)")
    let held = try Drops.files(below: daemon.spool + "/quarantine").filter { !$0.hasSuffix("reason.json") }
    #expect(try held.map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))) } == [other.bytes])
    for hash in [corrected, other].map({ SHA256.hexDigest(of: $0.bytes) }) {
      #expect(told.contains(hash), "\(told)")
    }
    #expect(told.contains("held (uid-conflict)"))
  }

  @Test func copiesOfOneInstanceInOneBatchAreOneAndTheLaterCounts() async throws {
    let daemon = try DaemonProcess(["quiet_seconds": "1", "scan_seconds": "0.1"])
    try daemon.useTinyModel()
    let scanner = Drops.loop(study: "1.2.1", instance: Self.instance)
    let archive = Drops.loop(study: "1.2.1", instance: Self.instance, comment: "archived")
    try daemon.drop(scanner.bytes, as: "z/IM1")
    try await Task.sleep(for: .milliseconds(20))
    try daemon.drop(archive.bytes, as: "a/IM1")
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 2))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"], "\(daemon.log)")
    let data = try Data(contentsOf: URL(fileURLWithPath: daemon.outbox + "/1.2.1/study.json"))
    let report = try StudyJSON.decode(data)
    let states = Dictionary(uniqueKeysWithValues: report.inputs.map { ($0.sha256, $0) })
    #expect(report.clips.count == 1)
    #expect(states[SHA256.hexDigest(of: archive.bytes)]?.reason != .superseded)
    let old = try #require(states[SHA256.hexDigest(of: scanner.bytes)])
    #expect(old.state == .ignored && old.reason == .superseded)
    let log = try String(contentsOfFile: daemon.outbox + "/1.2.1/log.jsonl", encoding: .utf8)
    #expect(log.contains("\"copy-superseded\"") && log.contains(old.sha256))
    #expect(try Drops.files(below: daemon.spool + "/quarantine") == [])
  }

  @Test func filesOfOneInstanceWithOtherPixelsAreHeldAndNothingIsPublished() async throws {
    let daemon = try DaemonProcess(["quiet_seconds": "1", "scan_seconds": "0.1"])
    try daemon.useTinyModel()
    try daemon.drop(Drops.loop(study: "1.2.1", instance: Self.instance).bytes, as: "a/IM1")
    try daemon.drop(Drops.loop(study: "1.2.1", instance: Self.instance, first: 200).bytes, as: "b/IM1")
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 2))
    let told = try daemon.command("explain", "1.2.1").output
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == [], "\(daemon.log)")
    #expect(told.components(separatedBy: "held (uid-conflict)").count == 3, "\(told)")
  }

  @Test func oneShotTellsACorrectionFromAnotherPictureOfTheSameName() throws {
    let folder = try TemporaryFolder()
    try PhantomStudy.write(to: folder.path + "/first")
    try PhantomStudy.write(to: folder.path + "/corrected") { $0.attributes[0x0008_103E] = "Corrected" }
    let model = try #require(DaemonProcess.model)
    func process(_ name: String) throws -> [String: Any] {
      let run = try ProgramRun.of(
        Products.hinged,
        [
          "process", folder.path + "/" + name, "--outbox", folder.path + "/out", "--model", model, "--json",
          "--quiet",
        ])
      #expect(run.status == 0, "\(run.errors)")
      return try JSONSerialization.jsonObject(with: Data(run.lines[0].utf8)) as? [String: Any] ?? [:]
    }
    #expect(try process("first")["state"] as? String == "used")
    #expect(try process("corrected")["state"] as? String == "used")
    let results = [PhantomStudy.study, PhantomStudy.study + ".r2"]
    #expect(try Drops.results(in: folder.path + "/out") == results)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/corrected"))
    bytes[bytes.count - 100_000] ^= 0x55
    try bytes.write(to: URL(fileURLWithPath: folder.path + "/other"))
    let end = try process("other")
    #expect(end["state"] as? String == "held" && end["reason"] as? String == "uid-conflict")
    #expect(try Drops.results(in: folder.path + "/out") == results)
  }

  private static func inputs(of folder: String) throws -> [String] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/study.json"))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    return (object?["inputs"] as? [[String: Any]] ?? []).compactMap { $0["sha256"] as? String }
  }
}
