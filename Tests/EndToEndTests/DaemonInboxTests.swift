import Foundation
import Glibc
import TestSupport
import Testing

/// Inboxes as they are: shares that go away, files that may not be read, folders left behind.
@Suite(.serialized, .enabled(if: DaemonProcess.isPossible)) struct DaemonInboxTests {
  private static func daemon(_ settings: [String: String] = [:]) throws -> DaemonProcess {
    let daemon = try DaemonProcess(settings)
    try daemon.useTinyModel()
    return daemon
  }

  @Test(.enabled(if: SmallDisk.isPossible), arguments: ["move", "leave"])
  func shareThatIsNotMountedIsNoEmptyInbox(_ mode: String) async throws {
    let disk = try #require(try SmallDisk(kilobytes: 256))
    let daemon = try Self.daemon(["inbox": disk.path, "intake": mode])
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "a/IM1")
    #expect(try await daemon.waitUntilIdle(taken: 1))
    disk.unmount()
    #expect(try await daemon.waitForLog("the inbox cannot be read: its share is not mounted"))
    #expect(
      try await daemon.waitForStatus { $0.contains("the inbox cannot be read: its share is not mounted") })
    #expect(try daemon.command("status").status == 1)
    // Also after a restart, and what lies below the mount point is not taken for the share's.
    #expect(try await daemon.ended() == 0)
    try daemon.drop(Drops.picture(study: "1.2.2", instance: "1.2.2.1").bytes, as: "b/IM1")
    try daemon.start()
    #expect(
      try await daemon.waitForStatus {
        $0.contains("process \(daemon.pid),") && $0.contains("its share is not mounted")
      })
    #expect(daemon.log.components(separatedBy: "its share is not mounted").count == 2, "it was told before")
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"])
    try disk.mountAgain()
    #expect(try await daemon.waitForLog("trouble over: the inbox cannot be read"))
    try daemon.drop(Drops.picture(study: "1.2.3", instance: "1.2.3.1").bytes, as: "c/IM1")
    #expect(try await daemon.waitUntilIdle(taken: 2))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1", "1.2.3"])
  }

  @Test func resultsThatComeBackMakeNoRevision() async throws {
    let daemon = try Self.daemon(["outputs": "sr, html"])
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "a/IM1")
    #expect(try await daemon.waitUntilIdle(taken: 1))
    let results = try Drops.files(below: daemon.outbox).filter { $0.hasSuffix(".dcm") }
    #expect(!results.isEmpty)
    for (index, path) in results.enumerated() {
      try daemon.drop(Array(try Data(contentsOf: URL(fileURLWithPath: path))), as: "back/IM\(index)")
    }
    #expect(try await daemon.waitUntilIdle(taken: 1 + results.count))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"], "\(daemon.log)")
  }

  @Test func indexOfAMediumRaisesNoAlarmAndACutFileIsToldOfUnderItsStudy() async throws {
    let daemon = try Self.daemon(["limit_seconds": "4"])
    try daemon.start()
    try daemon.drop(DICOMBytes.dicomdir().file, as: "export/DICOMDIR")
    let whole = Drops.loop(study: "1.2.7", instance: "1.2.7.1")
    try daemon.drop(Array(whole.bytes.dropLast(500)), as: "export/IM1")
    #expect(try await daemon.waitForStatus { $0.contains("1 truncated, given up from ") })
    let waiting = try daemon.command("explain", "1.2.7")
    #expect(waiting.status == 0 && waiting.output.contains("The file ends before its content does."))
    #expect(waiting.output.contains("given up at "))
    #expect(try await daemon.waitUntilIdle(taken: 2))
    let told = try daemon.command("explain", "1.2.7").output
    #expect(told.contains("quarantined (truncated)") && told.contains("Send the file again."), "\(told)")
    #expect(try daemon.command("status").output.contains("set aside  1 truncated: "))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == [])
    #expect(try Drops.files(below: daemon.spool + "/done/loose").count == 1)
  }

  @Test(.enabled(if: DaemonProcess.mayLoseRights))
  func fileThatMayNotBeReadWaitsAndHoldsUpNoOther() async throws {
    let daemon = try Self.daemon(["limit_seconds": "900"])
    var drops = Drops()
    for index in 1...3 {
      let file = Drops.picture(study: "1.2.\(index)", instance: "1.2.\(index).1")
      drops.add(file)
      try daemon.drop(file.bytes, as: "\(index)/IM1")
    }
    try daemon.giveUpRights()
    let locked = (file: daemon.inbox + "/1/IM1", folder: daemon.inbox + "/2")
    chmod(locked.file, 0)
    chmod(locked.folder, 0)
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.3"])
    #expect(try await daemon.waitForStatus { $0.contains("1 folder of the inbox cannot be read") })
    chmod(locked.file, 0o644)
    chmod(locked.folder, 0o755)
    #expect(try await daemon.waitUntilIdle(taken: 3))
    #expect(try await daemon.ended() == 0)
    #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
  }

  /// The inbox is a mount of its own where that can be had, as it is for a service: claims then copy.
  @Test(.enabled(if: DaemonProcess.mayLoseRights))
  func foldersThatMayNotBeWrittenHoldUpNoOther() async throws {
    let daemon = try Self.daemon(["width": "1", "backlog": "1"])
    let bound = BoundFolder(daemon.inbox)
    var drops = Drops()
    for index in 1...4 {
      let file = Drops.picture(study: "1.2.\(index)", instance: "1.2.\(index).1")
      drops.add(file)
      try daemon.drop(file.bytes, as: "\(index)/IM1")
    }
    for index in [1, 4] {
      let text = Array("viewer \(index)".utf8)
      drops.addOther(text)
      try daemon.drop(text, as: "\(index)/README")
    }
    try daemon.giveUpRights()
    let locked = (1...3).map { "\(daemon.inbox)/\($0)" }
    for folder in locked { chmod(folder, 0o555) }
    try daemon.start()
    #expect(
      try await daemon.wait {
        try Drops.results(in: daemon.outbox) == ["1.2.4"]
          && Drops.files(below: daemon.spool + "/done").count { $0.contains("/done/loose/") } == 1
      })
    let reason = "cannot be taken: cannot rename the inbox: Permission denied"
    #expect(try await daemon.waitForStatus { $0.contains(reason) })
    for folder in locked { chmod(folder, 0o755) }
    #expect(try await daemon.waitUntilIdle(taken: 6))
    #expect(try await daemon.ended() == 0)
    bound?.unmount()
    #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
  }

  @Test(.enabled(if: DaemonProcess.mayLoseRights))
  func fileThatStaysUnreadableIsSetAsideAtItsLimit() async throws {
    let daemon = try Self.daemon(["limit_seconds": "2"])
    let file = Drops.picture(study: "1.2.1", instance: "1.2.1.1")
    try daemon.drop(file.bytes, as: "IM1")
    try daemon.giveUpRights()
    chmod(daemon.inbox + "/IM1", 0)
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try await daemon.ended() == 0)
    let ends = try Drops.files(below: daemon.spool + "/quarantine")
    #expect(try ends.count == 2 && Drops.results(in: daemon.outbox) == [])
    let reason = try #require(ends.first { $0.hasSuffix("reason.json") })
    #expect(try String(contentsOfFile: reason, encoding: .utf8).contains("\"unreadable\""))
  }

  @Test func foldersThatAClaimEmptiedGoWithTheirMarkersAndOthersStay() async throws {
    let daemon = try Self.daemon(["quiet_seconds": "1"])
    try daemon.start()
    var drops = Drops()
    for index in 1...2 {
      let file = Drops.picture(study: "1.2.1", instance: "1.2.1.\(index)")
      drops.add(file)
      try daemon.drop(file.bytes, as: "study/\(index)/IM1")
    }
    let other = Drops.picture(study: "1.2.2", instance: "1.2.2.1")
    drops.add(other)
    try daemon.drop(other.bytes, as: "ward/IM1")
    try daemon.drop([], as: "ward/.keep")
    try DaemonProcess.makeFolder(daemon.inbox + "/empty")
    try daemon.drop([], as: "study/.complete")
    #expect(try await daemon.waitUntilIdle(taken: 3))
    #expect(
      try await daemon.wait { try FileManager.default.contentsOfDirectory(atPath: daemon.inbox).count == 2 })
    #expect(try await daemon.ended() == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.inbox).sorted() == ["empty", "ward"])
    unlink(daemon.inbox + "/ward/.keep")
    #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
  }
}

/// A folder as a service that may write to it sees it: a mount of its own of the same file system.
final class BoundFolder {
  private let path: String

  init?(_ path: String) {
    guard mount(path, path, nil, UInt(MS_BIND), nil) == 0 else { return nil }
    self.path = path
  }

  deinit { unmount() }

  func unmount() { umount2(path, Int32(MNT_DETACH)) }
}
