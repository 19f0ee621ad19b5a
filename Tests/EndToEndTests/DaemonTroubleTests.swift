import Foundation
import Glibc
import TestSupport
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// Further troubles of a real daemon: files that cannot be read, a clock that is set, an index that cannot be written.
@Suite(.enabled(if: DaemonProcess.isPossible)) struct DaemonTroubleTests {
  /// Of a study of two files one may not be read, and then may.
  @Test(.enabled(if: DaemonProcess.mayLoseRights)) func studyWaitsForAFileThatMayNotBeReadYet() async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "study/IM1")
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.2").bytes, as: "study/IM2")
    try daemon.giveUpRights()
    chmod(daemon.inbox + "/study/IM2", 0)
    try daemon.start()
    #expect(
      try await daemon.waitForStatus {
        $0.contains("1 unreadable, given up from ") && $0.contains("gathering  1 study of 1 file")
      }, "\(daemon.log)")
    // Longer than the quiet period by far.
    try await Task.sleep(for: .seconds(3))
    #expect(try Drops.results(in: daemon.outbox) == [])
    chmod(daemon.inbox + "/study/IM2", 0o600)
    #expect(try await daemon.waitUntilIdle(taken: 2))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"])
    let study = try StudyFolder.read(daemon.outbox + "/1.2.1")
    #expect(study.contains("\"1.2.1.1\"") && study.contains("\"1.2.1.2\""), "\(study)")
  }

  /// At the limit it goes without the file, and says so: the file is set aside with its reason.
  @Test(.enabled(if: DaemonProcess.mayLoseRights)) func studyGoesWithoutAFileThatMayNotBeReadAtItsLimit()
    async throws
  {
    let daemon = try TroubleBench.daemon(["limit_seconds": "5"])
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "study/IM1")
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.2").bytes, as: "study/IM2")
    try daemon.giveUpRights()
    chmod(daemon.inbox + "/study/IM2", 0)
    try daemon.start()
    try await TroubleBench.check(daemon, .filesQuarantined, saying: "unreadable") {
      let status = try daemon.command("status", "--acknowledge").status
      #expect(status == 0)
    }
    #expect(try await daemon.waitUntilIdle(taken: 2))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"])
    let study = try StudyFolder.read(daemon.outbox + "/1.2.1")
    #expect(study.contains("\"1.2.1.1\"") && !study.contains("\"1.2.1.2\""), "\(study)")
  }

  /// The disk under the inbox fails for a while: nothing is taken for a file's own fault, however long it lasts.
  @Test(.enabled(if: FaultShim.isPossible)) func filesThatADiskDoesNotGive() async throws {
    let daemon = try TroubleBench.daemon(["limit_seconds": "3"])
    let shim = try FaultShim(for: daemon)
    try shim.fail(FaultShim.reading, in: FaultShim.inbox, code: EIO)
    try daemon.start(environment: shim.environment)
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.2").bytes, as: "IM2")
    try await TroubleBench.check(
      daemon, .filesNotRead, saying: "2 files of the inbox cannot be read: cannot read the inbox"
    ) {
      try await Task.sleep(for: .seconds(4))
      let taken = try Drops.files(below: daemon.spool + "/quarantine")
      #expect(taken == [])
      try shim.mend()
    }
    #expect(try await daemon.waitUntilIdle(taken: 2))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"])
  }

  /// The files of a study may be read, and not be taken out of their folder.
  @Test(.enabled(if: DaemonProcess.mayLoseRights)) func claimThatCannotBeTaken() async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "study/IM1")
    try daemon.giveUpRights()
    chmod(daemon.inbox + "/study", 0o500)
    try daemon.start()
    try await TroubleBench.check(daemon, .claimsNotTaken, saying: "1 claim cannot be taken: ") {
      chmod(daemon.inbox + "/study", 0o700)
    }
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"])
  }

  @Test(.enabled(if: DaemonProcess.mayLoseRights)) func folderOfTheInboxThatMayNotBeEntered() async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "study/IM1")
    try daemon.giveUpRights()
    chmod(daemon.inbox + "/study", 0)
    try daemon.start()
    try await TroubleBench.check(daemon, .inboxFolders, saying: "1 folder of the inbox cannot be read") {
      chmod(daemon.inbox + "/study", 0o700)
    }
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try await daemon.ended() == 0)
  }

  /// The result is there, and its input cannot be put away.
  @Test(.enabled(if: DaemonProcess.mayLoseRights)) func claimThatCannotBeSettled() async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.giveUpRights()
    try daemon.start()
    #expect(try await daemon.wait { daemon.lives == 1 })
    chmod(daemon.spool + "/done", 0o500)
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    try await TroubleBench.check(daemon, .attemptsPutOff, saying: "cannot make a folder") {
      chmod(daemon.spool + "/done", 0o700)
    }
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"])
  }

  @Test(.enabled(if: FaultShim.isPossible)) func clockThatIsSet() async throws {
    let daemon = try TroubleBench.daemon()
    let shim = try FaultShim(for: daemon)
    try daemon.start(environment: shim.environment)
    #expect(try await daemon.waitForStatus { $0.hasPrefix("healthy") })
    try shim.setClock(forwardBy: 3_630_000)
    try await TroubleBench.check(daemon, .clockJumped, saying: "the clock was set forward by 60 min at") {
      try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
      try shim.setClock(forwardBy: -7_200_000)
      let isToldOf = try await daemon.waitForStatus { $0.contains("the clock was set back by 3 h at") }
      #expect(isToldOf)
      // A quarter of an hour passes, by both clocks.
      let later = Int64(1000 * ClockWatch.toldSeconds) + 1000
      try shim.setUptime(forwardBy: later)
      try shim.setClock(forwardBy: later - 7_200_000)
    }
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"])
  }

  @Test func indexThatCannotBeWritten() async throws {
    let daemon = try TroubleBench.daemon()
    // A folder under the index's name: no file can be renamed over it.
    try DaemonProcess.makeFolder(daemon.outbox + "/index.jsonl/kept")
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    try await TroubleBench.check(daemon, .indexBehind, saying: "the outbox's index is not up to date: ") {
      #expect(try await daemon.waitUntilIdle(taken: 1))
      try Files.removeTree(daemon.outbox + "/index.jsonl", .outbox)
    }
    let lines = try String(contentsOfFile: daemon.outbox + "/index.jsonl", encoding: .utf8)
    #expect(lines.contains("1.2.1"))
    #expect(try await daemon.ended() == 0)
  }
}

/// A published study, as text.
private enum StudyFolder {
  static func read(_ folder: String) throws -> String {
    try String(contentsOfFile: folder + "/study.json", encoding: .utf8)
  }
}
