import Foundation
import TestSupport
import Testing

@testable import Platform
@testable import Spool

/// The real daemon before a journal of another version.
@Suite(.enabled(if: DaemonProcess.isPossible)) struct DaemonJournalTests {
  @Test(arguments: [
    (#"{"format":"hinged.journal","version":4}"#, "line 1", "version 4"),
    (#"{"event":{"_1":{"archived":{}},"claim":1}}"#, "line 1", "'archived'"),
  ])
  func daemonRefusesAJournalThatItDoesNotKnow(text: String, line: String, finding: String) async throws {
    let daemon = try DaemonProcess()
    try daemon.useTinyModel()
    let journal = daemon.spool + "/journal"
    let content = Self.line(text)
    try AtomicFile.write(content, to: journal, .journal)
    try daemon.start()
    #expect(try await daemon.wait { !daemon.isRunning })
    #expect(try daemon.end() == ExitCode.configuration)
    #expect(daemon.log.contains("\(line) of the journal \(journal)") && daemon.log.contains(finding))
    #expect(daemon.log.contains("start the version of hinged that wrote it"))
    #expect(try Files.read(journal, .journal) == content)
    let status = try daemon.command("status")
    #expect(status.status == 1 && status.output.contains(finding))
  }

  /// A claim that the version before settled is known to this one, and its number is not used again.
  @Test func daemonGoesOnFromAJournalOfTheVersionBefore() async throws {
    let daemon = try DaemonProcess(["quiet_seconds": "0.3", "scan_seconds": "0.1"])
    try daemon.useTinyModel()
    let texts = RecordExampleTexts.settledStudy
    try AtomicFile.write(texts.flatMap { Self.line($0) }, to: daemon.spool + "/journal", .journal)
    let file = Drops.loop(study: "1.2.1", instance: "1.2.1.1")
    try daemon.drop(file.bytes, as: "IM1")
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 2))
    #expect(try await daemon.ended() == 0)
    let ledger = try StudyJournal.read(daemon.spool + "/journal")
    #expect(ledger.state(of: 7)?.phase == .settled && ledger.state(of: 8)?.published?.name == "1.2.1")
    #expect(try daemon.command("explain", "1.2.9").output.contains("published as revision 1"))
  }

  private static func line(_ text: String) -> [UInt8] {
    let checksum = String(CRC32C.checksum(Array(text.utf8)), radix: 16)
    return Array((String(repeating: "0", count: 8 - checksum.count) + checksum + " " + text + "\n").utf8)
  }
}

/// Records in the form of hinged 0.2.0.
private enum RecordExampleTexts {
  static let settledStudy = [
    #"""
    {"claim":{"_0":{"claimedAt":1700000000000,"closedAtLimit":false,"files":[{"decodingBytes":1,"index":1,\#
    "sha256":"ab","sopInstanceUID":"1.2.9.1","source":"IM9","stamp":{"modified":1,"size":1}}],\#
    "firstSeenAt":1700000000000,"id":7,"identity":{},"moves":true,"study":"1.2.9"}}}
    """#,
    #"{"event":{"_1":{"claimed":{"missing":[]}},"claim":7}}"#,
    #"{"event":{"_1":{"started":{}},"claim":7}}"#,
    #"""
    {"event":{"_1":{"concluded":{"_0":{"at":1700000000000,"ends":{"1":{"state":"used"}},\#
    "isToBeAnnounced":false,"published":{"name":"1.2.9","number":1},"status":"completed"}}},"claim":7}}
    """#,
    #"{"event":{"_1":{"settled":{}},"claim":7}}"#,
  ]
}
