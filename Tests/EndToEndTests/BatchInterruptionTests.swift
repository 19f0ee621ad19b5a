import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// A shard's process ends wherever it is, and the next one goes on.
@Suite struct BatchInterruptionTests {
  private static let studies = 4

  /// The tables of a run that nothing disturbed.
  private func undisturbed(_ bench: BatchBench) throws -> [Data] {
    let outbox = bench.folder.path + "/undisturbed"
    #expect(try bench.run("1/1", outbox: outbox).status == 0)
    #expect(try bench.merge(outbox: outbox).status == 0)
    return try bench.tables(outbox)
  }

  private struct WaitedInVain: Error, CustomStringConvertible { var description: String }

  /// Until a run has said what is waited for. One that ends before says no more.
  private func wait(_ run: (child: Child, output: String), until condition: (String) -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while true {
      let isRunning = run.child.isRunning
      let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: run.output)), as: UTF8.self)
      if condition(text) { return }
      guard isRunning, Date() < deadline else { throw WaitedInVain(description: "it said:\n\(text)") }
      usleep(2000)
    }
  }

  private func expectTheSame(_ bench: BatchBench, as tables: [Data]) throws {
    let run = try bench.run("1/1")
    #expect(run.status == 0 && run.lines.count == Self.studies, "\(run.errors)")
    #expect(try bench.merge().status == 0)
    #expect(try bench.tables() == tables)
    #expect(bench.folder.studies("out").count == Self.studies, "no study was published twice")
    let staged = try FileManager.default.contentsOfDirectory(atPath: bench.outbox + "/.staging")
    #expect(staged.isEmpty, "what was staged is gone")
  }

  @Test func killedBetweenAnyTwoStepsItGivesTheSameTable() throws {
    let bench = try BatchBench(studies: Self.studies)
    #expect(try bench.plan().status == 0)
    let tables = try undisturbed(bench)
    for point in [FaultPoint.fileStaged, .renamed] {
      let run = try bench.start("1/1", environment: ["HINGED_PAUSE_AT": point.rawValue])
      try wait(run) { $0.contains(FaultPoint.announcement) && $0.contains(point.rawValue) }
      #expect(run.child.isRunning, "it pauses at \(point.rawValue)")
      kill(run.child.pid, SIGKILL)
      #expect(run.child.wait() == 128 + SIGKILL)
    }
    try expectTheSame(bench, as: tables)
  }

  @Test(arguments: [0, 1, 3]) func killedAfterAnyStudyItGivesTheSameTable(count: Int) throws {
    let bench = try BatchBench(studies: Self.studies)
    #expect(try bench.plan().status == 0)
    let tables = try undisturbed(bench)
    for extra in [0, 30_000] {
      let run = try bench.start("1/1")
      try wait(run) { $0.count(of: "\"status\":") >= count }
      usleep(useconds_t(extra))
      if run.child.isRunning { kill(run.child.pid, SIGKILL) }
      // It may have come to its end in that time; nothing else than that and the signal ends it.
      #expect([ExitCode.success, 128 + SIGKILL].contains(run.child.wait()))
    }
    try expectTheSame(bench, as: tables)
  }

  @Test func asksToBeRunAgainWhenItIsToldToStop() throws {
    let bench = try BatchBench(studies: 30)
    #expect(try bench.plan().status == 0)
    for number in [SIGTERM, SIGUSR1] {
      let run = try bench.start("1/1")
      try wait(run) { $0.contains("\"new\":true") }
      #expect(run.child.isRunning)
      kill(run.child.pid, number)
      #expect(run.child.wait() == ExitCode.temporary)
      #expect(try String(contentsOfFile: run.output, encoding: .utf8).contains("goes on from here"))
    }
    let first = bench.folder.studies("out")
    #expect((2..<30).contains(first.count))
    #expect(try bench.run("1/1").status == 0)
    #expect(bench.folder.studies("out").count == 30)
  }

  @Test func aShardHasOneProcessAtATime() throws {
    let bench = try BatchBench(studies: 2)
    #expect(try bench.plan().status == 0)
    let run = try bench.start("1/2", environment: ["HINGED_PAUSE_AT": FaultPoint.fileStaged.rawValue])
    try wait(run) { $0.contains(FaultPoint.announcement) }
    let second = try bench.run("1/2")
    #expect(
      second.status == ExitCode.temporary && second.errors.contains("being worked on"), "\(second.errors)")
    #expect(try bench.run("2/2").status == 0, "another shard is not held up")
    kill(run.child.pid, SIGKILL)
    #expect(run.child.wait() == 128 + SIGKILL)
    #expect(try bench.run("1/2").status == 0)
    #expect(bench.folder.studies("out").count == 2)
  }
}

extension String {
  fileprivate func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
