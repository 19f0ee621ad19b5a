import Foundation
import Glibc
import TestSupport
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// The daemon is brought into each trouble by real means, and out of it again. Of each, status, metrics, log and the
/// operator's command tell: while it lasts, and once at its start and at its end.
@Suite(.enabled(if: DaemonProcess.isPossible)) struct DaemonHealthTests {
  @Test func deliveryThatFails() async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.makeHook("deliver", "test -e '\(daemon.folder)/open'")
    daemon.settings["on_published"] = daemon.folder + "/deliver"
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    try await TroubleBench.check(
      daemon, .deliveryFails, saying: "fails for 1 result: on_published failed with exit status 1"
    ) {
      try Data().write(to: URL(fileURLWithPath: daemon.folder + "/open"))
    }
    #expect(try daemon.command("status").status == 0)
    #expect(try await daemon.ended() == 0)
  }

  @Test(.enabled(if: SmallDisk.isPossible)) func outboxThatIsFull() async throws {
    let disk = try #require(try SmallDisk(kilobytes: 1024))
    let daemon = try TroubleBench.daemon(outbox: disk.path)
    let ballast = disk.path + "/.ballast"
    try Data(count: 1018 << 10).write(to: URL(fileURLWithPath: ballast))
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    try await TroubleBench.check(daemon, .attemptsPutOff, saying: "No space left on device") {
      unlink(ballast)
    }
    #expect(try await daemon.ended() == 0)
  }

  @Test(.enabled(if: SmallDisk.isPossible)) func lessSpaceThanIsAskedFor() async throws {
    let disk = try #require(try SmallDisk(kilobytes: 4096))
    let daemon = try TroubleBench.daemon(outbox: disk.path, ["min_free_mb": "2"])
    let ballast = disk.path + "/.ballast"
    try Data(count: 3 << 20).write(to: URL(fileURLWithPath: ballast))
    try daemon.start()
    try await TroubleBench.check(daemon, .intakePaused, saying: "min_free_mb is 2") { unlink(ballast) }
    #expect(try await daemon.ended() == 0)
  }

  @Test(.enabled(if: SmallDisk.isPossible)) func shareOfTheOutboxThatIsNotMountedIsNoEmptyOutbox()
    async throws
  {
    let disk = try #require(try SmallDisk(kilobytes: 4096))
    let daemon = try TroubleBench.daemon(outbox: disk.path)
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try await daemon.ended() == 0)
    disk.unmount()
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.2", instance: "1.2.2.1").bytes, as: "IM2")
    #expect(try await daemon.waitForStatus { $0.contains("1 waiting") && $0.contains("was put off") })
    try await TroubleBench.check(daemon, .outboxUnusable, saying: PlaceProbe.missingShare) {
      // Nothing was written to the folder that the share hides.
      let hidden = try Drops.files(below: disk.path)
      #expect(hidden == [])
      try disk.mountAgain()
    }
    #expect(try await daemon.waitUntilIdle(taken: 2))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.2"])
  }

  @Test(arguments: ["in", "out"]) func folderThatIsMovedAway(_ name: String) async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.start()
    #expect(try await daemon.wait { daemon.lives == 1 })
    let folder = daemon.folder + "/" + name
    #expect(rename(folder, folder + ".away") == 0)
    try await TroubleBench.check(
      daemon, name == "in" ? .inboxUnusable : .outboxUnusable, saying: "No such file or directory"
    ) { #expect(rename(folder + ".away", folder) == 0) }
    #expect(try await daemon.ended() == 0)
  }

  @Test(.enabled(if: DaemonProcess.mayLoseRights), arguments: ["out", "spool"])
  func folderThatMayNotBeWrittenTo(_ name: String) async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.giveUpRights()
    try daemon.start()
    #expect(try await daemon.wait { daemon.lives == 1 })
    let folder = daemon.folder + "/" + name
    chmod(folder, 0o500)
    let trouble: Trouble.Name = name == "out" ? .outboxUnusable : .spoolUnusable
    try await TroubleBench.check(daemon, trouble, saying: "cannot be used: Permission denied") {
      chmod(folder, 0o700)
    }
    #expect(try await daemon.ended() == 0)
  }

  @Test func filesInQuarantineUntilTheyAreAcknowledged() async throws {
    let daemon = try TroubleBench.daemon(["limit_seconds": "2"])
    func cut(_ study: String) -> [UInt8] {
      Array(Drops.picture(study: study, instance: study + ".1").bytes.dropLast(40))
    }
    try daemon.start()
    try daemon.drop(cut("1.2.1"), as: "cut")
    try await TroubleBench.check(
      daemon, .filesQuarantined, saying: "1 file set aside in quarantine: truncated"
    ) {
      let status = try daemon.command("status", "--acknowledge").status
      #expect(status == 0)
    }
    let listed = try daemon.command("status").output
    #expect(listed.contains("set aside  1 truncated"), "it is still there")
    // A restart does not ask again, and one more file does.
    #expect(try await daemon.ended() == 0)
    try daemon.start()
    #expect(try await daemon.waitForStatus { $0.hasPrefix("healthy") })
    try daemon.drop(cut("1.2.2"), as: "more")
    #expect(try await daemon.waitForStatus { $0.hasPrefix("UNHEALTHY") && $0.contains("1 file set aside") })
    #expect(try await daemon.waitUntilIdle(taken: 2))
    try Files.removeTree(daemon.spool + "/quarantine/c2", .quarantine)
    #expect(try await daemon.waitForStatus { $0.hasPrefix("healthy") })
    #expect(try await daemon.ended() == 0)
  }

  @Test func filesHeldUntilTheyAreRequeued() async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    var other = Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes
    other[other.count - 1] ^= 0xFF
    try daemon.drop(other, as: "IM2")
    try await TroubleBench.check(daemon, .filesHeld, saying: "held for a person to decide") {
      let status = try daemon.command("status", "--acknowledge").status
      #expect(status == 0)
    }
    #expect(try await daemon.ended() == 0)
  }

  @Test func configurationThatIsBadOnTheDisk() async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.start()
    #expect(try await daemon.wait { daemon.lives == 1 })
    let good = try String(contentsOfFile: daemon.configuration, encoding: .utf8)
    // Nobody has reloaded it: the next start would fail.
    try (good + "width = 0\n").write(toFile: daemon.configuration, atomically: true, encoding: .utf8)
    try await TroubleBench.check(daemon, .configurationBad, saying: "width") {
      try good.write(toFile: daemon.configuration, atomically: true, encoding: .utf8)
    }
    #expect(try await daemon.ended() == 0)
  }

  @Test func configurationThatWasRefused() async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.start()
    #expect(try await daemon.wait { daemon.lives == 1 })
    let elsewhere = daemon.folder + "/elsewhere"
    try DaemonProcess.makeFolder(elsewhere)
    let inbox = daemon.inbox
    try daemon.reload(["inbox": elsewhere])
    try await TroubleBench.check(daemon, .configurationBad, saying: "change with a restart only") {
      try daemon.reload(["inbox": inbox])
    }
    #expect(try await daemon.ended() == 0)
  }

  @Test func studyThatDoesNotMove() async throws {
    let daemon = try TroubleBench.daemon(["stage_seconds": "1", "drain_seconds": "1"])
    try daemon.drop(Drops.loop(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    let goesOn = daemon.folder + "/goes-on"
    try daemon.start(environment: ["HINGED_PAUSE_AT": "inference:\(goesOn)"])
    try await TroubleBench.check(daemon, .studyStuck, saying: "gives no sign of life") {
      try Data().write(to: URL(fileURLWithPath: goesOn))
    }
    #expect(try await daemon.ended() == 0)
  }

  @Test(.enabled(if: DaemonProcess.mayLoseRights)) func metricsThatCannotBeWritten() async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.giveUpRights()
    try daemon.start()
    #expect(try await daemon.wait { !daemon.metrics.isEmpty })
    chmod(daemon.folder + "/metrics", 0o500)
    try await TroubleBench.check(daemon, .metricsNotWritten, saying: "Permission denied", metric: false) {
      chmod(daemon.folder + "/metrics", 0o700)
    }
    #expect(try await daemon.ended() == 0)
  }

  @Test func aTroubleThatOutlastsTheDaemonIsToldOnceAndACommandThatFailsIsTriedAgain() async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.makeHook("deliver", "test -e '\(daemon.folder)/open'")
    daemon.settings["on_published"] = daemon.folder + "/deliver"
    try daemon.makeHook(
      "tell", "echo \"$#\" \"$1\" \"$2\" >>'\(daemon.folder)/told'; test -e '\(daemon.folder)/listening'")
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    // It may have been tried again already.
    #expect(try await daemon.wait { daemon.told.first == "2 delivery-fails start" })
    #expect(
      try await daemon.waitForStatus { $0.contains("on_trouble has not taken 1 message: exit status 1") })
    _ = try await daemon.ended(by: SIGKILL)
    try Data().write(to: URL(fileURLWithPath: daemon.folder + "/listening"))
    try daemon.start()
    #expect(try await daemon.wait { daemon.told.count >= 2 }, "what was due outlives the daemon")
    try Data().write(to: URL(fileURLWithPath: daemon.folder + "/open"))
    #expect(try await daemon.wait { daemon.told.last == "2 delivery-fails end" }, "\(daemon.log)")
    #expect(
      daemon.logged("trouble: ", .deliveryFails) == 1 && daemon.logged("trouble over: ", .deliveryFails) == 1)
    #expect(Set(daemon.told) == ["2 delivery-fails start", "2 delivery-fails end"])
    #expect(try await daemon.waitForStatus { $0.hasPrefix("healthy") })
    #expect(try await daemon.ended() == 0)
  }

  @Test func statusAnswersAsFarAsItCanWhateverIsWrong() async throws {
    let daemon = try TroubleBench.daemon()
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try await daemon.ended() == 0)
    func answer(_ configuration: String) throws -> (status: Int32, output: String) {
      let file = daemon.folder + "/other.conf"
      try configuration.write(toFile: file, atomically: true, encoding: .utf8)
      let output = daemon.folder + "/answer-\(UUID().uuidString)"
      let status = try Child([Products.hinged, "status", "--config", file], output: output).wait()
      return (status, try String(contentsOfFile: output, encoding: .utf8))
    }
    let good = try String(contentsOfFile: daemon.configuration, encoding: .utf8)
    let stopped = try answer(good)
    #expect(stopped.status == 1 && stopped.output.contains("no daemon is running on this spool; start it"))
    let bad = try answer(good + "nonsense\n")
    #expect(bad.status == 1 && bad.output.contains("the configuration on the disk is bad: "))
    #expect(bad.output.contains("1 taken = 0 open + 0 used + 1 excluded"), "the spool is known all the same")
    let without = try answer("inbox = /none/in\n")
    #expect(without.status == 1 && without.output.contains("outbox: is missing"))
    #expect(
      without.output.contains("and 1 other fault")
        && without.output.contains("the inbox cannot be read: No such"))
    let gone = daemon.command(["status", "--json"], file: "/none/hinged.conf")
    #expect(gone.status == 1 && gone.output.contains("cannot open the configuration"))
    try Data("no journal\nat all\n".utf8).write(to: URL(fileURLWithPath: daemon.spool + "/journal"))
    let damaged = try answer(good)
    #expect(damaged.status == 1 && damaged.output.contains("of the journal"))
    #expect(rename(daemon.spool, daemon.spool + ".away") == 0)
    let moved = try answer(good)
    #expect(moved.status == 1 && moved.output.contains("the spool cannot be used: No such file or directory"))
  }
}
