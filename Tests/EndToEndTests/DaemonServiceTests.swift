import Foundation
import Glibc
import TestSupport
import Testing

@testable import Clips
@testable import Spool
@testable import WatchDaemon

/// The daemon as a service manager and an operator meet it: signals, notifications, hook, retention.
@Suite(.serialized, .enabled(if: DaemonProcess.isPossible)) struct DaemonServiceTests {
  private static func daemon(_ settings: [String: String] = [:]) throws -> DaemonProcess {
    let daemon = try DaemonProcess(settings)
    try daemon.useTinyModel()
    return daemon
  }

  @Test func managerIsToldOfEachStepAndFedWhileWorkGoesOn() async throws {
    let daemon = try Self.daemon()
    let manager = try NotifySocket(in: daemon.folder)
    try daemon.start(environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "300000"])
    #expect(try await daemon.wait { manager.count(of: "READY=1") == 1 })
    #expect(try await daemon.wait { manager.count(of: "WATCHDOG=1") >= 3 })
    daemon.signal(SIGHUP)
    #expect(try await daemon.wait { manager.count(of: "READY=1") == 2 })
    let reloading = try #require(manager.messages.firstIndex { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") })
    let ready = try #require(manager.messages.lastIndex { $0.hasPrefix("READY=1") })
    #expect(reloading < ready)
    #expect(try await daemon.ended() == 0)
    #expect(manager.count(of: "STOPPING=1") == 1)
    #expect(manager.messages.allSatisfy { !$0.contains(daemon.folder) })
  }

  @Test func managerIsNotFedWhileAStudyIsStuck() async throws {
    let daemon = try Self.daemon(["stage_seconds": "1", "drain_seconds": "1"])
    let manager = try NotifySocket(in: daemon.folder)
    try daemon.drop(Drops.loop(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    try daemon.start(environment: [
      "NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "300000", "HINGED_PAUSE_AT": "inference",
    ])
    #expect(try await daemon.waitForLog("at=inference"))
    // Fed while it still might go on, and not any more once it is stuck: ten meals are missed in a row.
    #expect(try await daemon.wait { manager.count(of: "WATCHDOG=1") > 0 })
    var (fed, quietLooks) = (0, 0)
    let isStarved = try await daemon.wait {
      let now = manager.count(of: "WATCHDOG=1")
      quietLooks = now == fed ? quietLooks + 1 : 0
      fed = now
      return quietLooks > 60
    }
    #expect(isStarved && daemon.isRunning)
    #expect(try await daemon.ended() == 0)
  }

  @Test func goodConfigurationTakesEffectAndAWrongOneIsToldAndChangesNothing() async throws {
    let daemon = try Self.daemon(["quiet_seconds": "600"])
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    #expect(try await daemon.waitForStatus { $0.contains("gathering  1 study of 1 file") })
    try daemon.reload(["quiet_seconds": "600", "width": "0"])
    #expect(try await daemon.waitForLog("the configuration is kept as it was: "))
    #expect(daemon.log.contains("width"))
    try daemon.reload(["width": "0", "threads": "x", "limit_seconds": "y"])
    #expect(try await daemon.waitForLog("the configuration is kept as it was: 3 faults in the new one"))
    for key in ["width", "threads", "limit_seconds"] {
      #expect(
        daemon.log.split(separator: "\n").contains { $0.contains(": line ") && $0.contains(": \(key): ") })
    }
    let told = daemon.log.split(separator: "\n").filter { $0.contains("limit_seconds: ") }
    #expect(told.allSatisfy { !$0.contains("threads: ") }, "a line each")
    let elsewhere = daemon.folder + "/elsewhere"
    try DaemonProcess.makeFolder(elsewhere)
    try daemon.reload([
      "quiet_seconds": "0.3", "width": "1", "threads": "1", "limit_seconds": "900", "inbox": elsewhere,
    ])
    #expect(
      try await daemon.waitForLog("inbox, outbox, spool, intake and outbox_mode change with a restart only"))
    #expect(try Drops.resultFiles(in: daemon.outbox) == [])
    try daemon.reload(["inbox": daemon.folder + "/in"])
    #expect(try await daemon.waitForLog("the configuration was reloaded"))
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try Drops.files(below: daemon.outbox + "/1.2.1").count == 3)
    #expect(try await daemon.ended() == 0)
  }

  @Test func secondSignalToStopEndsAtOnce() async throws {
    let daemon = try Self.daemon(["drain_seconds": "3600"])
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    try daemon.start(environment: ["HINGED_PAUSE_AT": "header"])
    #expect(try await daemon.waitForLog("at=header"))
    daemon.signal(SIGTERM)
    #expect(try await daemon.waitForLog("stopping: no more studies are claimed"))
    #expect(daemon.isRunning)
    #expect(try await daemon.ended() == 0)
    #expect(daemon.log.contains("told to stop twice"))
  }

  @Test func hookIsRunOnceForEachPublicationAndAgainUntilItSucceeds() async throws {
    let daemon = try Self.daemon()
    let hook = daemon.folder + "/hook"
    try """
    #!/bin/sh
    echo "$#" "$1" >>'\(daemon.folder)/calls'
    test -e '\(daemon.folder)/open'
    """.write(toFile: hook, atomically: true, encoding: .utf8)
    chmod(hook, 0o755)
    daemon.settings["on_published"] = hook
    _ = FileManager.default.createFile(atPath: daemon.folder + "/calls", contents: nil)
    func calls() throws -> [String] {
      try String(contentsOfFile: daemon.folder + "/calls", encoding: .utf8).split(separator: "\n").map(
        String.init)
    }
    let call = "1 \(daemon.outbox)/1.2.1"
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    #expect(try await daemon.waitForLog("on_published failed with exit status 1"))
    // What is yet to be told outlives the daemon.
    _ = try await daemon.ended(by: SIGKILL)
    try daemon.start()
    #expect(try await daemon.wait { try calls().count == 2 })
    _ = FileManager.default.createFile(atPath: daemon.folder + "/open", contents: nil)
    #expect(try await daemon.wait { try calls().count == 3 })
    // Ended before it wrote down that the hook was content, it would ask again.
    #expect(
      try await daemon.wait {
        (try? StudyJournal.read(daemon.spool + "/journal"))?.states.contains(where: \.isToBeAnnounced)
          == false
      })
    #expect(try await daemon.ended() == 0)
    #expect(try calls() == [call, call, call])
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.2", instance: "1.2.2.1").bytes, as: "IM2")
    #expect(try await daemon.wait { try calls().count == 4 })
    #expect(try await daemon.ended() == 0)
    #expect(try calls().last == "1 \(daemon.outbox)/1.2.2")
  }

  @Test func hookThatFailsForOneResultIsRunForTheOthersAndNotForOneThatIsGone() async throws {
    let daemon = try Self.daemon()
    let hook = daemon.folder + "/hook"
    try """
    #!/bin/sh
    echo "${1##*/}" >>'\(daemon.folder)/calls'
    test "${1##*/}" != 1.2.1
    """.write(toFile: hook, atomically: true, encoding: .utf8)
    chmod(hook, 0o755)
    daemon.settings["on_published"] = hook
    _ = FileManager.default.createFile(atPath: daemon.folder + "/calls", contents: nil)
    func calls(of study: String) throws -> Int {
      try String(contentsOfFile: daemon.folder + "/calls", encoding: .utf8).split(separator: "\n").count {
        $0 == study
      }
    }
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes, as: "IM1")
    #expect(try await daemon.waitForLog("on_published failed with exit status 1"))
    try daemon.drop(Drops.picture(study: "1.2.2", instance: "1.2.2.1").bytes, as: "IM2")
    #expect(try await daemon.wait(seconds: 30) { try calls(of: "1.2.2") == 1 }, "\(daemon.log)")
    // A stop between the call's end and the journal would have it run again.
    #expect(
      try await daemon.wait(seconds: 30) {
        (try? StudyJournal.read(daemon.spool + "/journal"))?.states.filter(\.isToBeAnnounced)
          .map(\.claim.study) == ["1.2.1"]
      })
    #expect(try await daemon.ended() == 0)
    let before = try calls(of: "1.2.1")
    try FileManager.default.moveItem(atPath: daemon.outbox + "/1.2.1", toPath: daemon.folder + "/archived")
    try daemon.start()
    #expect(try await daemon.waitForLog("the result was taken away from the outbox"))
    #expect(
      try await daemon.wait(seconds: 30) {
        (try? StudyJournal.read(daemon.spool + "/journal"))?.states.contains(where: \.isToBeAnnounced)
          == false
      })
    #expect(try await daemon.ended() == 0)
    #expect(try before > 0 && calls(of: "1.2.1") == before && calls(of: "1.2.2") == 1)
  }

  @Test func processedInputsGoAfterTheirRetentionAndResultsStay() async throws {
    let daemon = try Self.daemon()
    let file = Drops.picture(study: "1.2.1", instance: "1.2.1.1")
    try daemon.start()
    try daemon.drop(file.bytes, as: "IM1")
    try daemon.drop(Array("no study's".utf8), as: "notes")
    try daemon.drop(Array(file.bytes.dropLast(40)), as: "cut")
    #expect(try await daemon.waitUntilIdle(taken: 2))
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.files(below: daemon.spool + "/done").count == 2)
    daemon.settings["keep_done_days"] = "0"
    daemon.settings["limit_seconds"] = "2"
    try daemon.start()
    #expect(try await daemon.wait { try Drops.files(below: daemon.spool + "/done") == [] })
    #expect(try await daemon.waitForStatus { $0.contains("3 taken = 0 open") })
    // The same study once more: its result is known from the outbox.
    try daemon.drop(file.bytes, as: "again")
    #expect(try await daemon.waitForStatus { $0.contains("4 taken = 0 open") })
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"])
    #expect(try Drops.files(below: daemon.spool + "/quarantine").count == 2)
  }
}
