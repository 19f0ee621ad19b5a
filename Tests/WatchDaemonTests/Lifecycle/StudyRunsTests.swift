import Testing

@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite struct StudyRunsTests {
  private let processor = FakeProcessor()
  private let events = Guarded<[String]>([])

  /// A claim whose file is in the spool, and the runs that it is worked on by.
  private func runs() throws -> (DaemonBench, OpenedSpool, StudyRuns) {
    let bench = try DaemonBench()
    let opened = try OpenedSpool(bench.configuration, Log(isJournal: false) { _ in })
    let file = ClaimedFile.example(source: "a", instance: "1.2.1")
    _ = try opened.store.claim { _, id in [.example(id: id, study: "1.2", files: [file])] }
    try opened.store.record(.claimed(missing: []), of: 1)
    try bench.folder.write(
      Fake.file(study: "1.2", instance: "1.2.1"), to: "spool/claimed/c1/" + ClaimedFile.spoolName(1))
    let runs = StudyRuns(
      bench.configuration, processor, opened, onStage: { _, _ in },
      onEvent: { [events] event in events.withLock { $0.append("\(event)") } })
    return (bench, opened, runs)
  }

  @Test func claimIsWorkedOnTurnByTurnToItsEnd() throws {
    let (bench, opened, runs) = try runs()
    var turns = 1
    while runs.turn(of: 1) == .more { turns += 1 }
    #expect(turns > 2 && opened.store.state(of: 1)?.phase == .settled)
    #expect(bench.published == ["1.2"] && events.withLock { $0.count } == 2)
  }

  /// A lane that had its turn when the others were interrupted must not work on until the deadline of draining.
  @Test func claimThatIsBegunWhileTheDaemonDrainsIsLeftAsItWas() throws {
    let (bench, opened, runs) = try runs()
    runs.drain()
    #expect(runs.turn(of: 1) == .later(.greatestFiniteMagnitude))
    let state = opened.store.state(of: 1)
    #expect(state?.phase == .claimed && state?.attempts == 0 && bench.published.isEmpty)
  }
}
