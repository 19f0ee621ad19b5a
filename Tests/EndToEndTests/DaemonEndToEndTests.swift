import Foundation
import Glibc
import TestSupport
import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// The daemon as a real process. A checker that knows what was dropped and what came out decides.
@Suite(.serialized, .enabled(if: DaemonProcess.isPossible)) struct DaemonEndToEndTests {
  @Test func filesThatComeInAllWaysAreTakenOnceAndWhole() async throws {
    let daemon = try DaemonProcess()
    try daemon.start()
    var drops = Drops()
    let slow = Drops.picture(study: "1.2.1", instance: "1.2.1.1")
    drops.add(slow)
    let handle = try Self.newFile(daemon.inbox + "/slow/IM1")
    for start in stride(from: 0, to: slow.bytes.count, by: 200) {
      handle.write(Data(slow.bytes[start..<min(start + 200, slow.bytes.count)]))
      if start == 400 {
        // Meanwhile another study comes whole, by a rename.
        let renamed = Drops.picture(study: "1.2.2", instance: "1.2.2.1")
        drops.add(renamed)
        try daemon.drop(renamed.bytes, as: "renamed.tmp")
        rename(daemon.inbox + "/renamed.tmp", daemon.inbox + "/renamed.dcm")
      }
      try await Task.sleep(for: .milliseconds(250))
    }
    try handle.close()
    for index in 0..<12 {
      let file = Drops.picture(study: "1.2.\(3 + index % 3)", instance: "1.2.3.\(index)")
      drops.add(file)
      try daemon.drop(file.bytes, as: "tree/\(index % 4)/\(index % 2)/IM\(index)")
    }
    let viewer = Array("MZ viewer".utf8)
    drops.addOther(viewer)
    try daemon.drop(viewer, as: "tree/VIEWER.EXE")
    mkfifo(daemon.inbox + "/pipe", 0o600)
    symlink("/etc/passwd", daemon.inbox + "/link")
    #expect(try await daemon.waitUntilIdle(taken: 15))
    #expect(try daemon.end() == 0)
    // Neither was taken.
    #expect(unlink(daemon.inbox + "/pipe") == 0 && unlink(daemon.inbox + "/link") == 0)
    #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
  }

  @Test(arguments: [SIGTERM, SIGKILL]) func endedAtAnyMomentNothingIsLostNorDoubled(_ signal: Int32)
    async throws
  {
    let daemon = try DaemonProcess()
    try daemon.useTinyModel()
    var drops = Drops()
    var random = Seeded()
    for round in 0..<12 {
      let lives = daemon.lives
      try daemon.start()
      for index in 0..<4 {
        let file = Drops.picture(study: "1.2.\(round)", instance: "1.2.\(round).\(index)")
        drops.add(file)
        try daemon.drop(file.bytes, as: "r\(round)/\(index % 2)/IM\(index)")
      }
      try await Task.sleep(for: .milliseconds(Int.random(in: 100...2600, using: &random)))
      let status = try daemon.end(signal)
      // Before it hears signals, one ends it as it ends any program.
      let isDrained = signal == SIGTERM && daemon.lives > lives
      #expect((isDrained ? [0] : signal == SIGTERM ? [0, 128 + signal] : [128 + signal]).contains(status))
    }
    #expect(daemon.lives > 6, "most of them lived long enough to have work")
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 48))
    #expect(try daemon.end() == 0)
    #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
  }

  @Test func studyDroppedTwiceIsPublishedOnceAndALateFileMakesARevision() async throws {
    let daemon = try DaemonProcess()
    try daemon.start()
    var drops = Drops()
    let first = Drops.picture(study: "1.2.1", instance: "1.2.1.1")
    for round in 1...2 {
      drops.add(first)
      try daemon.drop(first.bytes, as: "\(round)/IM1")
      #expect(try await daemon.waitUntilIdle(taken: round))
    }
    let late = Drops.picture(study: "1.2.1", instance: "1.2.1.2")
    drops.add(late)
    try daemon.drop(late.bytes, as: "3/IM2")
    #expect(try await daemon.waitUntilIdle(taken: 3))
    #expect(try daemon.end() == 0)
    #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
    let names = try FileManager.default.contentsOfDirectory(atPath: daemon.outbox).filter {
      !$0.hasPrefix(".") && !OutboxIndex.names.contains($0)
    }
    #expect(names.sorted() == ["1.2.1", "1.2.1.r2"])
  }

  @Test func secondDaemonIsRefusedInASentenceThatNamesTheFirst() async throws {
    let daemon = try DaemonProcess()
    try daemon.start()
    #expect(try await daemon.wait { daemon.lives == 1 })
    let second = try daemon.command("run")
    #expect(second.status != 0 && second.output.contains("is in use by process \(daemon.pid) on "))
    #expect(try daemon.end() == 0)
  }

  @Test func wrongConfigurationEndsWith78AndTellsAllFaults() async throws {
    let daemon = try DaemonProcess(["width": "0", "intake": "copy"])
    try daemon.start()
    #expect(try await daemon.wait { !daemon.isRunning })
    #expect(try daemon.end(SIGKILL) == ExitCode.configuration)
    #expect(daemon.log.contains("width") && daemon.log.contains("intake"))
  }

  @Test func operatorLearnsWhereAStudyIsAndHasItTakenAnew() async throws {
    let daemon = try DaemonProcess()
    try daemon.start()
    let file = Drops.picture(study: "1.2.1", instance: "1.2.1.1")
    try daemon.drop(file.bytes, as: "DOE^JANE/IM1")
    #expect(try await daemon.waitUntilIdle(taken: 1))
    let hashed = try daemon.command("explain", "1.2.1")
    #expect(
      hashed.status == 0 && hashed.output.contains("published as revision 1")
        && !hashed.output.contains("DOE"))
    #expect(try daemon.command("explain", "1.2.1", "--show-paths").output.contains("DOE^JANE/IM1"))
    #expect(try daemon.command("explain", "1.2.9").status == 1)
    #expect(try daemon.command("requeue", "1.2.9").status == 1)
    #expect(try Self.claims(of: "1.2.1", in: daemon) == ["c1 settled"])
    let requeued = try daemon.command("requeue", "1.2.1")
    #expect(requeued.status == 0 && requeued.output == "1 file will be processed again\n")
    // The first claim is given back, and the file is claimed again.
    #expect(
      try await daemon.wait { try Self.claims(of: "1.2.1", in: daemon) == ["c1 returned", "c2 settled"] },
      "\(daemon.log)")
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"], "the same work is published once")
    #expect(
      try await daemon.wait { daemon.log.ranges(of: "nothing new: the result stays as it is").count == 1 },
      "\(daemon.log)")
    #expect(try daemon.command("explain", "1.2.1").output.contains("nothing new: the same as revision 1"))
    try daemon.drop(file.bytes, as: "copy/IM1")
    #expect(try await daemon.waitUntilIdle(taken: 2))
    // The journal tells of its end before the log does.
    #expect(try await daemon.wait { daemon.log.ranges(of: "nothing new: ").count == 2 }, "\(daemon.log)")
    #expect(try daemon.command("status").status == 0)
    #expect(try daemon.end() == 0)
    #expect(try daemon.command("status").status == 1)
    #expect(!daemon.log.contains("DOE"))
    let ends = try Drops.files(below: daemon.spool + "/done")
    let folders = ["c2", "c3"].map { daemon.spool + "/done/1.2.1/\($0)/" }
    #expect(ends.count == 2 && zip(ends.sorted(), folders).allSatisfy { $0.hasPrefix($1) }, "\(ends)")
  }

  /// A study's claims and where they stand, as the program tells it.
  private static func claims(of study: String, in daemon: DaemonProcess) throws -> [String] {
    let told = try daemon.command("explain", study, "--json").output
    let object = try JSONSerialization.jsonObject(with: Data(told.utf8)) as? [String: Any]
    let claims = try #require(object?["claims"] as? [[String: Any]])
    return try claims.map { claim in
      "\(try #require(claim["claim"] as? String)) \(try #require(claim["phase"] as? String))"
    }
  }

  private static func newFile(_ path: String) throws -> FileHandle {
    try DaemonProcess.makeFolder((path as NSString).deletingLastPathComponent)
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }
}
