import TestSupport
import Testing

@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite struct TroubleTests {
  private static func snapshot(_ change: (inout StatusSnapshot) -> Void) -> StatusSnapshot {
    var snapshot = StatusSnapshot(
      time: 10_000, process: 1, version: "1", phase: .running, scanSeconds: 5, stageSeconds: 10)
    change(&snapshot)
    return snapshot
  }

  /// Each state with what is said of it.
  private static let cases: [(Trouble.Name, String, StatusSnapshot)] = [
    (
      .inboxUnusable, "its share is not mounted",
      snapshot { ($0.inbox.isReachable, $0.inbox.isShareMissing) = (false, true) }
    ),
    (
      .inboxUnusable, "Permission denied",
      snapshot { ($0.inbox.isReachable, $0.inbox.failure) = (false, "Permission denied") }
    ),
    (.inboxUnusable, "No such file", snapshot { $0.health.unusable["inbox"] = "No such file" }),
    (.inboxUnusable, "no scan of it has ended for 5 min", snapshot { $0.inbox.lastScan = -300_000 }),
    (.inboxFolders, "2 folders", snapshot { $0.inbox.unreadableFolders = 2 }),
    (.outboxUnusable, "No such file", snapshot { $0.health.unusable["outbox"] = "No such file" }),
    (
      .outboxUnusable, "its share is not mounted",
      snapshot { $0.health.unusable["outbox"] = PlaceProbe.missingShare }
    ),
    (.spoolUnusable, "Read-only", snapshot { $0.health.unusable["spool"] = "Read-only file system" }),
    (.intakePaused, "the spool is full", snapshot { $0.pause = "the spool is full" }),
    (.claimsNotTaken, "2 claims cannot be taken: locked", snapshot { $0.stranded = ["locked": 2] }),
    (.filesNotRead, "1 file of the inbox", snapshot { $0.health.notRead = ["EIO": 1] }),
    (
      .attemptsPutOff, "on 2 claims was put off: disk (1), share (1)",
      snapshot { $0.health.putOff = ["share": 1, "disk": 1] }
    ),
    (.studyStuck, "1 study in work gives no sign of life", snapshot { $0.health.stuck = 1 }),
    (.studyStuck, "unfinished for 2 h", snapshot { $0.health.oldestUnfinished = 10_000 - 7_200_000 }),
    (
      .deliveryFails, "for 3 results: exit status 1",
      snapshot { $0.health.deliveries = .init(count: 3, text: "exit status 1") }
    ),
    (
      .troubleCommandFails, "1 message",
      snapshot { $0.health.notices = .init(count: 1, text: "exit status 1") }
    ),
    (.filesHeld, "2 files held", snapshot { $0.health.held = 2 }),
    (
      .filesQuarantined, "3 files set aside in quarantine: archive-not-readable (1), truncated (2)",
      snapshot { $0.health.quarantined = ["truncated": 2, "archive-not-readable": 1] }
    ),
    (
      .configurationBad, "width",
      snapshot { $0.health.configuration = "hinged.conf: line 3: width: is out of range" }
    ),
    (.clockJumped, "set back by 2 h", snapshot { $0.health.clockJump = .init(seconds: -7200, at: 0) }),
    (.indexBehind, "not up to date", snapshot { $0.health.index = "cannot write the outbox" }),
    (.metricsNotWritten, "not written", snapshot { $0.health.metrics = "cannot write the metrics" }),
    (.journalGrows, "cannot be rewritten", snapshot { $0.health.journal = "cannot read the journal" }),
    (.sumsDiffer, "do not reconcile", snapshot { $0.health.sumsReconcile = false }),
  ]

  @Test func aDaemonThatIsWellIsInNoTrouble() {
    #expect(Self.snapshot { $0.inbox.lastScan = 9_000 }.troubles(now: 10_000) == [])
  }

  @Test(arguments: cases.indices) func eachStateIsOneTroubleWithASentenceAndARemedy(_ index: Int) throws {
    let (name, words, snapshot) = Self.cases[index]
    let troubles = snapshot.troubles(now: 10_000)
    #expect(troubles.map(\.name) == [name])
    let trouble = try #require(troubles.first)
    #expect(trouble.problem.contains(words), "\(trouble.problem)")
    #expect(trouble.remedy.count > 10 && !trouble.text.contains("\n") && !trouble.text.hasSuffix("."))
    let status = DaemonStatus(ledger: Ledger(), snapshot: snapshot, isRunning: true, now: 10_000)
    // What the command finds out by itself from the ledger is not the snapshot's.
    if name != .sumsDiffer, name != .studyStuck || snapshot.health.stuck > 0 {
      #expect(!status.isHealthy && status.text.contains(words) && status.json.contains(name.rawValue))
    }
  }

  @Test func everyTroubleThatADaemonTellsOfIsATableEntryAMetricAnAlertAndInTheGuide() throws {
    let told = Trouble.Name.allCases.filter { !$0.isSeenFromOutside }
    #expect(Set(Self.cases.map(\.0)) == Set(told))
    let rules = try Checkout.text("packaging/prometheus/hinged.rules.yml")
    let guide = try Checkout.text("docs/OPERATOR.md")
    for name in Trouble.Name.allCases { #expect(guide.contains("`\(name.rawValue)`"), "\(name)") }
    for name in told {
      #expect(rules.contains("expr: hinged_trouble{name=\"\(name.rawValue)\"} == 1"), "\(name)")
      let text = MetricsState().text(.init(troubles: [name.rawValue]), version: "1")
      for other in told {
        let value = other == name ? 1 : 0
        #expect(text.contains("hinged_trouble{name=\"\(other.rawValue)\"} \(value)\n"))
      }
    }
  }

  @Test func theSameTroubleFoundTwiceIsToldOnce() {
    let found = Trouble(.configurationBad, "bad", "mend it")
    let snapshot = Self.snapshot { $0.health.configuration = "bad too" }
    let status = DaemonStatus(
      ledger: Ledger(), snapshot: snapshot, isRunning: true, now: 10_000, found: [found])
    #expect(status.list == [found])
    let stopped = DaemonStatus(ledger: Ledger(), snapshot: snapshot, isRunning: false, now: 10_000)
    #expect(stopped.list.map(\.name) == [.notRunning], "what a daemon said before it ended holds no more")
    let silent = DaemonStatus(
      ledger: Ledger(), snapshot: Self.snapshot { _ in }, isRunning: true, now: 1_000_000)
    #expect(silent.list.map(\.name) == [.notReporting])
  }
}

@Suite struct TroubleWatchTests {
  private let full = Trouble(.intakePaused, "full", "free space")
  private let fuller = Trouble(.intakePaused, "fuller", "free space")
  private let held = Trouble(.filesHeld, "held", "decide")

  @Test func eachTroubleStartsOnceAndEndsOnce() {
    var watch = TroubleWatch()
    #expect(watch.update([full], at: 1_000) == [.start(full)])
    #expect(watch.update([fuller, held], at: 2_000) == [.start(held)], "other words are no other trouble")
    #expect(watch.update([held], at: 4_000) == [.end(fuller, seconds: 3)])
    #expect(watch.update([held], at: 5_000) == [])
    #expect(watch.update([], at: 6_000) == [.end(held, seconds: 4)])
    #expect(watch.update([full], at: 7_000) == [.start(full)])
  }

  @Test func aRestartNeitherRepeatsATroubleNorForgetsItsEnd() {
    var watch = TroubleWatch()
    _ = watch.update([full, held], at: 1_000)
    watch = watch.inherited
    #expect(watch.update([], at: 2_000, hasLooked: false) == [], "it may not have met it yet")
    #expect(watch.update([full], at: 3_000, hasLooked: false) == [])
    #expect(watch.update([], at: 4_000, hasLooked: false) == [.end(full, seconds: 3)], "this one it has seen")
    #expect(watch.update([], at: 5_000, hasLooked: true) == [.end(held, seconds: 4)])
  }

  /// Whatever comes, each start has its end before the next start of the same name.
  @Test func startsAndEndsAlternate() {
    var random = Seeded()
    var (watch, open) = (TroubleWatch(), Set<Trouble.Name>())
    for step in 0..<2_000 {
      let now = Trouble.Name.allCases.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
      if Int.random(in: 0..<20, using: &random) == 0 { watch = watch.inherited }
      for edge in watch.update(
        now.map { Trouble($0, "p", "r") }, at: Int64(step), hasLooked: Bool.random(using: &random))
      {
        switch edge {
        case .start(let trouble): #expect(open.insert(trouble.name).inserted)
        case .end(let trouble, let seconds): #expect(open.remove(trouble.name) != nil && seconds >= 0)
        }
      }
      #expect(open.isSuperset(of: now))
    }
  }
}

@Suite struct ClockWatchTests {
  @Test func aClockThatWasSetIsToldOfForAWhileAndOneThatGoesIsNot() {
    var watch = ClockWatch()
    watch.look(utc: 1_000_000, uptime: 100)
    // The machine slept: both clocks went on.
    watch.look(utc: 1_900_000, uptime: 1_000)
    watch.look(utc: 1_905_500, uptime: 1_005)
    #expect(watch.jump == nil)
    watch.look(utc: 5_510_500, uptime: 1_010)
    #expect(watch.jump == ClockJump(seconds: 3_600, at: 5_510_500))
    watch.look(utc: 5_515_500, uptime: 1_015)
    #expect(watch.jump != nil)
    watch.look(utc: 5_510_500 + 900_000, uptime: 1_910)
    #expect(watch.jump == nil)
    watch.look(utc: 0, uptime: 1_911)
    #expect((watch.jump?.seconds ?? 0) < -6_000)
  }
}

@Suite struct NeedsPersonTests {
  private func ledger() throws -> Ledger {
    var ledger = Ledger()
    for (id, end) in [(1, InputEnd.truncated), (2, InputEnd(state: .held, reason: .uidConflict)), (3, .used)]
    {
      try ledger.apply(.claim(.example(id: id, files: [.example(source: "f\(id)")])))
      try ledger.apply(.event(claim: id, .claimed(missing: [])))
      try ledger.apply(.event(claim: id, .concluded(.init(at: 9, ends: [1: end]))))
      try ledger.apply(.event(claim: id, .settled))
    }
    return ledger
  }

  @Test func filesNeedAPersonUntilTheyAreAcknowledgedTakenAwayOrRequeued() throws {
    var ledger = try ledger()
    let all: Set = ["c1", "c2", "c3"]
    let needs = NeedsPerson(ledger, Acknowledgement(), folders: all)
    #expect(needs.held == 1 && needs.quarantined == ["truncated": 1] && needs.claims == [1, 2])
    #expect(NeedsPerson(ledger, Acknowledgement(), folders: nil) == needs)
    #expect(NeedsPerson(ledger, Acknowledgement(claims: [2, 1]), folders: all).claims == [])
    #expect(NeedsPerson(ledger, Acknowledgement(), folders: ["c2"]).claims == [2])
    try ledger.apply(.event(claim: 1, .returning))
    #expect(NeedsPerson(ledger, Acknowledgement(), folders: all).claims == [2])
    try ledger.apply(.event(claim: 1, .returned))
    #expect(NeedsPerson(ledger, Acknowledgement(), folders: all).claims == [2])
  }

  @Test func anAcknowledgementOutlivesTheProcess() throws {
    let folder = ScratchFolder()
    let spool = Spool(path: folder.path)
    #expect(Acknowledgement.read(spool).claims == [])
    try Acknowledgement(claims: [7, 3]).write(spool)
    #expect(Acknowledgement.read(spool).claims == [3, 7])
  }
}
