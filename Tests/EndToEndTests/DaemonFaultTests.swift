import Foundation
import Glibc
import TestSupport
import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// The daemon is ended in every stage of a study and started again.
@Suite(.serialized, .enabled(if: DaemonProcess.isPossible)) struct DaemonFaultTests {
  enum Interruption: CaseIterable, Sendable {
    case killed
    /// SIGTERM, and the step in hand ends within the deadline.
    case drained
    /// SIGTERM, and the step in hand does not end.
    case cutOff

    var signal: Int32 { self == .killed ? SIGKILL : SIGTERM }
    var pause: String { self == .drained ? ":0.5" : "" }
  }

  @Test(arguments: Interruption.allCases)
  func endedInAnyStageNothingIsLostNorDoubledNorHalfPublished(_ interruption: Interruption) async throws {
    let faults = try await withThrowingTaskGroup(of: [String].self) { group in
      var faults: [String] = []
      for (index, point) in FaultPoint.allCases.enumerated() {
        if index >= 4 { faults += try await group.next() ?? [] }
        group.addTask { try await Self.faults(at: point, interruption) }
      }
      for try await more in group { faults += more }
      return faults
    }
    #expect(faults == [])
  }

  private static func faults(at point: FaultPoint, _ interruption: Interruption) async throws -> [String] {
    let daemon = try DaemonProcess([
      "scan_seconds": "0.1", "quiet_seconds": "0.3", "drain_seconds": interruption == .cutOff ? "1" : "30",
    ])
    try daemon.useTinyModel()
    var drops = Drops()
    let files = (1...2).map { Drops.loop(study: "1.2.1", instance: "1.2.1.\($0)") }
    for file in files { drops.add(file) }
    let comesInABox = FaultPoint.ofBoxes.contains(point)
    if comesInABox {
      let box = ArchiveBytes.zip(files.map { .init("study/IM\($0.instance)", $0.bytes) })
      drops.addOther(box)
      try daemon.drop(box, as: "box.zip")
    } else {
      for (index, file) in files.enumerated() { try daemon.drop(file.bytes, as: "study/IM\(index)") }
    }
    if FaultPoint.ofBooks.contains(point) { try await settleWithALongJournal(daemon) }
    try daemon.start(environment: ["HINGED_PAUSE_AT": point.rawValue + interruption.pause])
    guard try await daemon.waitForLog("at=\(point.rawValue)") else {
      return ["\(point) was not reached: \(daemon.log)"]
    }
    let status = try await daemon.ended(by: interruption.signal)
    var faults = try drops.unsoundResults(of: daemon)
    if interruption != .killed, status != 0 { faults.append("it ended with \(status)") }
    try daemon.start()
    // It may have nothing left to do, and must be there to hear the signal.
    if try await !daemon.wait(until: { daemon.lives == 2 }) { faults.append("it did not start again") }
    if try await !daemon.waitUntilIdle(taken: comesInABox ? 3 : 2) {
      faults.append("it did not come to an end")
    }
    let last = try await daemon.ended()
    if last != 0 { faults.append("its second life ended with \(last)") }
    faults += try drops.faults(of: daemon)
    return faults.map { "\(interruption) at \(point.rawValue): \($0)\n\(daemon.log)" }
  }

  /// The next start has settled claims to bring into a book, and a journal that is worth it.
  private static func settleWithALongJournal(_ daemon: DaemonProcess) async throws {
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 2), "\(daemon.log)")
    #expect(try await daemon.ended() == 0)
    let line = JournalFormat.line(of: Ledger.Entry.forget(claims: []))
    let journal = try Descriptor.open(daemon.spool + "/journal", O_WRONLY | O_APPEND, .journal)
    try journal.write((0..<2_100).flatMap { _ in line }, .journal)
  }

  /// With the real model a clip takes seconds, and a stop does not wait for its end.
  @Test func stopEndsAClipBetweenFramesAndTheNextStartDoesItAnew() async throws {
    let daemon = try DaemonProcess()
    try PhantomStudy.write(to: daemon.folder + "/clip")
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: daemon.folder + "/clip")))
    var drops = Drops()
    drops.add(.init(study: PhantomStudy.study, instance: "\(PhantomStudy.study).1", bytes: bytes))
    try daemon.drop(bytes, as: "clip")
    let goesOn = daemon.folder + "/goes-on"
    try daemon.start(environment: ["HINGED_PAUSE_AT": "inference:\(goesOn)"])
    #expect(try await daemon.waitForLog("at=inference"))
    daemon.signal(SIGTERM)
    try Data().write(to: URL(fileURLWithPath: goesOn))
    #expect(try await daemon.ended(by: 0) == 0)
    #expect(!daemon.log.contains("deadline of draining"))
    #expect(try Drops.resultFiles(in: daemon.outbox) == [])
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try await daemon.ended() == 0)
    #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
  }

  @Test(.enabled(if: DaemonProcess.mayLoseRights))
  func outboxThatTakesNoResultUsesUpNoAttempt() async throws {
    let daemon = try DaemonProcess(["attempts": "1"])
    try daemon.useTinyModel()
    let file = Drops.picture(study: "1.2.1", instance: "1.2.1.1")
    var drops = Drops()
    drops.add(file)
    try DaemonProcess.makeFolder(daemon.outbox + "/.staging")
    try daemon.giveUpRights()
    try daemon.start()
    #expect(try await daemon.wait { daemon.lives == 1 })
    // From now on results may be staged, and do not appear.
    chmod(daemon.outbox, 0o555)
    try daemon.drop(file.bytes, as: "IM1")
    func failures() -> Int { daemon.log.components(separatedBy: "cannot rename the outbox").count - 1 }
    #expect(try await daemon.wait(seconds: 30) { failures() >= 2 }, "\(daemon.log)")
    #expect(try await daemon.ended() == 0)
    chmod(daemon.outbox, 0o755)
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try await daemon.ended() == 0)
    #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
  }

  @Test func resultThatCannotBeReadNowIsNotTakenForOneThatIsGone() async throws {
    let daemon = try DaemonProcess()
    try daemon.useTinyModel()
    try daemon.start()
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.51").bytes, as: "IM1")
    #expect(try await daemon.waitUntilIdle(taken: 1))
    // The result alone tells of its input from now on.
    try FileManager.default.removeItem(atPath: daemon.spool + "/done/1.2.1")
    let record = daemon.outbox + "/1.2.1/study.json"
    #expect(rename(record, record + ".aside") == 0 && symlink(record, record) == 0)
    try daemon.drop(Drops.picture(study: "1.2.1", instance: "1.2.1.52", filler: 1).bytes, as: "IM2")
    #expect(try await daemon.wait(seconds: 30) { daemon.log.contains("cannot open the outbox") })
    #expect(try await daemon.ended() == 0)
    #expect(try Drops.results(in: daemon.outbox) == ["1.2.1"])
    #expect(rename(record + ".aside", record) == 0)
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 2))
    #expect(try await daemon.ended() == 0)
    let revision = try String(contentsOfFile: daemon.outbox + "/1.2.1.r2/study.json", encoding: .utf8)
    #expect(revision.contains("\"1.2.1.51\"") && revision.contains("\"1.2.1.52\""))
  }

  @Test func stageThatTakesTooLongIsTriedAgain() async throws {
    let daemon = try DaemonProcess(["stage_seconds": "1"])
    try daemon.useTinyModel()
    let file = Drops.loop(study: "1.2.1", instance: "1.2.1.1")
    var drops = Drops()
    drops.add(file)
    try daemon.drop(file.bytes, as: "IM1")
    try daemon.start(environment: ["HINGED_PAUSE_AT": "inference:1.5"])
    #expect(try await daemon.waitForLog("reason=stage-timeout"))
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try await daemon.ended() == 0)
    #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
  }
}
