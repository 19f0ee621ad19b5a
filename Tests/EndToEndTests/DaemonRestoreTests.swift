import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Spool
@testable import WatchDaemon

/// Spool and outbox are copied while the daemon is stopped, and put back in another place.
@Suite(.enabled(if: DaemonProcess.isPossible)) struct DaemonRestoreTests {
  @Test func restoredCopyGoesOnWithoutLosingOrDoubling() async throws {
    let old = try DaemonProcess(["quiet_seconds": "0.3", "scan_seconds": "0.1"])
    try old.useTinyModel()
    var drops = Drops()
    for index in 1...3 {
      let file = Drops.loop(study: "1.2.\(index)", instance: "1.2.\(index).1")
      drops.add(file)
      try old.drop(file.bytes, as: "\(index)/IM1")
    }
    // The backup is made of a daemon that stopped in the middle of a study.
    try old.start(environment: ["HINGED_PAUSE_AT": "staged"])
    #expect(try await old.waitForLog("at=staged"))
    _ = try await old.ended(by: SIGKILL)

    let new = try DaemonProcess(["quiet_seconds": "0.3", "scan_seconds": "0.1"])
    try new.useTinyModel()
    for folder in ["in", "out", "spool"] {
      try FileManager.default.removeItem(atPath: new.folder + "/" + folder)
      try FileManager.default.copyItem(
        atPath: old.folder + "/" + folder, toPath: new.folder + "/" + folder)
    }
    try new.start()
    #expect(try await new.waitUntilIdle(taken: 3))
    // What was published before, and dropped again after the restore, is known.
    let again = Drops.loop(study: "1.2.1", instance: "1.2.1.1")
    drops.add(again)
    try new.drop(again.bytes, as: "again/IM1")
    #expect(try await new.waitUntilIdle(taken: 4))
    #expect(try await new.ended() == 0)
    #expect(try drops.faults(of: new) == [], "\(new.log)")
    #expect(try Drops.results(in: new.outbox) == ["1.2.1", "1.2.2", "1.2.3"])
  }

  @Test func inputsGoAfterTheirTimeAndTheStudyIsStillKnown() async throws {
    let daemon = try DaemonProcess([
      "quiet_seconds": "0.3", "scan_seconds": "0.1", "keep_done_days": "0",
    ])
    try daemon.useTinyModel()
    let file = Drops.loop(study: "1.2.1", instance: "1.2.1.1")
    try daemon.drop(file.bytes, as: "IM1")
    try daemon.start()
    #expect(try await daemon.wait { try Drops.results(in: daemon.outbox) == ["1.2.1"] })
    #expect(
      try await daemon.wait {
        try daemon.isForgotten() && Drops.files(below: daemon.spool + "/done") == []
      })
    // Neither the same file nor another one of its name changes what is published.
    let other = Drops.loop(study: "1.2.1", instance: "1.2.1.1", first: 200)
    try daemon.drop(file.bytes, as: "again/IM1")
    #expect(try await daemon.waitUntilIdle(taken: 2))
    try daemon.drop(other.bytes, as: "other/IM1")
    #expect(try await daemon.waitUntilIdle(taken: 3))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"], "\(daemon.log)")
    let held = try Drops.files(below: daemon.spool + "/quarantine")
    #expect(held.count == 2, "\(held)")
  }
}

extension DaemonProcess {
  fileprivate func isForgotten() throws -> Bool {
    guard let ledger = try? StudyJournal.read(spool + "/journal") else { return false }
    return ledger.count == 0 && ledger.forgotten.lastClaim > 0
  }
}
