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

  private func wait(_ output: String, until condition: (String) -> Bool) {
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date() < deadline {
      if let data = FileManager.default.contents(atPath: output),
        condition(String(decoding: data, as: UTF8.self))
      {
        return
      }
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
      let (child, output) = try bench.start("1/1", environment: ["HINGED_PAUSE_AT": point.rawValue])
      wait(output) { $0.contains(FaultPoint.announcement) }
      #expect(child.isRunning, "it pauses at \(point.rawValue)")
      kill(child.pid, SIGKILL)
      #expect(child.wait() == 128 + SIGKILL)
    }
    try expectTheSame(bench, as: tables)
  }

  @Test(arguments: [0, 1, 3]) func killedAfterAnyStudyItGivesTheSameTable(count: Int) throws {
    let bench = try BatchBench(studies: Self.studies)
    #expect(try bench.plan().status == 0)
    let tables = try undisturbed(bench)
    for extra in [0, 30_000] {
      let (child, output) = try bench.start("1/1")
      wait(output) { $0.count(of: "\"status\":") >= count }
      usleep(useconds_t(extra))
      kill(child.pid, SIGKILL)
      child.wait()
    }
    try expectTheSame(bench, as: tables)
  }

  @Test func asksToBeRunAgainWhenItIsToldToStop() throws {
    let bench = try BatchBench(studies: 30)
    #expect(try bench.plan().status == 0)
    for number in [SIGTERM, SIGUSR1] {
      let (child, output) = try bench.start("1/1")
      wait(output) { $0.contains("\"new\":true") }
      kill(child.pid, number)
      #expect(child.wait() == ExitCode.temporary)
      let text = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
      #expect(text.contains("goes on from here"))
    }
    let first = bench.folder.studies("out")
    #expect((2..<30).contains(first.count))
    #expect(try bench.run("1/1").status == 0)
    #expect(bench.folder.studies("out").count == 30)
  }

  @Test func aShardHasOneProcessAtATime() throws {
    let bench = try BatchBench(studies: 2)
    #expect(try bench.plan().status == 0)
    let (child, output) = try bench.start(
      "1/2", environment: ["HINGED_PAUSE_AT": FaultPoint.fileStaged.rawValue])
    wait(output) { $0.contains(FaultPoint.announcement) }
    let second = try bench.run("1/2")
    #expect(
      second.status == ExitCode.temporary && second.errors.contains("being worked on"), "\(second.errors)")
    #expect(try bench.run("2/2").status == 0, "another shard is not held up")
    kill(child.pid, SIGKILL)
    child.wait()
    #expect(try bench.run("1/2").status == 0)
    #expect(bench.folder.studies("out").count == 2)
  }
}

extension String {
  fileprivate func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
