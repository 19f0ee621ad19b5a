import Testing

@testable import Platform
@testable import Reports
@testable import Spool
@testable import Study

@Suite final class StudyGatheringTests {
  private var gathering: StudyGathering

  init() {
    var configuration = Configuration(inbox: "/in", outbox: "/out", spool: "/spool")
    (configuration.quietSeconds, configuration.limitSeconds) = (10, 100)
    gathering = StudyGathering(rules: .init(configuration))
  }

  private func add(_ path: String, _ uid: String = "1.2", at time: MonotonicSeconds) {
    gathering.add(.init(file: .example(path, study: uid), firstSeen: time, changedAt: time), to: uid)
  }

  private func ready(
    _ now: MonotonicSeconds, unresolved: [String: MonotonicSeconds] = [:], markers: Set<String> = []
  ) -> [String] {
    gathering.ready(now: now, .init(unresolved: unresolved, markers: markers)).map(\.uid)
  }

  @Test func studyIsReadyWhenNothingCameForTheQuietPeriod() {
    add("a", at: 0)
    add("b", at: 5)
    #expect(ready(14.9) == [] && ready(15) == ["1.2"])
    #expect(gathering.nextReady(.init()) == 15)
  }

  @Test func studiesOfOneFolderAreApart() {
    add("x/a", at: 0)
    add("x/b", "1.3", at: 9)
    #expect(ready(10) == ["1.2"])
  }

  @Test func oldestComesFirst() {
    add("b", "1.3", at: 0)
    add("a", "1.2", at: 1)
    #expect(ready(50) == ["1.3", "1.2"])
  }

  @Test func studyThatKeepsGrowingIsClosedAtItsLimitAndFlagged() {
    for time in stride(from: 0.0, through: 100, by: 5) { add("f\(time)", at: time) }
    #expect(ready(99.9) == [])
    #expect(gathering.ready(now: 100, .init()).map(\.closedAtLimit) == [true])
    #expect(gathering.ready(now: 110, .init()).map(\.closedAtLimit) == [false])
  }

  @Test func markerMakesReadyAtOnce() {
    add("s/1/a", at: 0)
    add("s/2/b", at: 0)
    #expect(ready(1, markers: ["s"]) == ["1.2"])
    #expect(
      ready(1, markers: ["s/1"]) == [] && ready(1, markers: [""]) == [] && ready(1, markers: ["t"]) == [])
  }

  @Test func markerWaitsForWhatIsNotReadYet() {
    add("s/a", at: 0)
    #expect(ready(1, unresolved: ["s/b": 1], markers: ["s"]) == [])
    #expect(ready(1, unresolved: ["t/b": 1], markers: ["s"]) == ["1.2"])
  }

  @Test func fileThatGrowsInTheStudysOwnFolderKeepsItOpen() {
    add("s/a", at: 0)
    #expect(ready(12, unresolved: ["s/b": 11]) == [] && ready(12, unresolved: ["t/b": 11]) == ["1.2"])
    #expect(ready(21, unresolved: ["s/b": 11]) == ["1.2"])
  }

  @Test func fileThatGrowsInTheInboxItselfOrASharedFolderKeepsNothingOpen() {
    add("a", at: 0)
    add("s/a", "1.3", at: 0)
    add("s/b", "1.4", at: 0)
    #expect(ready(12, unresolved: ["b": 11, "s/c": 11]) == ["1.2", "1.3", "1.4"])
  }

  @Test func studyWaitsForWhatCameBeforeItWasQuietAndIsNotReadYet() {
    add("a", at: 0)
    #expect(gathering.ready(now: 20, .init(oldestUnread: 5)).isEmpty)
    #expect(gathering.ready(now: 20, .init(oldestUnread: 11)).map(\.uid) == ["1.2"])
    #expect(gathering.ready(now: 100, .init(oldestUnread: 5)).map(\.closedAtLimit) == [true])
  }

  @Test func removedFileIsNotPartOfTheStudy() {
    add("a", at: 0)
    gathering.remove("a")
    #expect(ready(50) == [] && gathering.studies.isEmpty)
  }
}
