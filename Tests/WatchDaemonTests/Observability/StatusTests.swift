import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite struct StatusTests {
  private func ledger(_ events: [StudyState.Event]) throws -> Ledger {
    var ledger = Ledger()
    try ledger.apply(
      .claim(.example(files: [.example(source: "DOE^JANE/1"), .example(index: 2, instance: "1.9")])))
    for event in events { try ledger.apply(.event(claim: 1, event)) }
    return ledger
  }

  private let published: [StudyState.Event] = [
    .claimed(missing: []), .started,
    .concluded(.published(ends: [1: .used, 2: .truncated])), .settled,
  ]

  private func status(_ ledger: Ledger, _ change: (inout StatusSnapshot) -> Void = { _ in }) -> DaemonStatus {
    var snapshot = StatusSnapshot(
      time: 10_000, process: 1, version: "1", phase: .running, scanSeconds: 5, stageSeconds: 10, pause: nil,
      inbox: .init(
        isReachable: true, isShareMissing: false, lastScan: 9_000, scanMilliseconds: 1, knownFiles: 0,
        temporaryFiles: 0, refused: ["pipe": 1], unreadableFolders: 0),
      pending: [], waiting: [], waitingCount: 0, running: [], queued: 0, deferred: 0)
    change(&snapshot)
    return DaemonStatus(ledger: ledger, snapshot: snapshot, isRunning: true, now: 12_000)
  }

  @Test func sumsReconcileAndAllIsWell() throws {
    let status = status(try ledger(published))
    #expect(
      status.text.contains(
        "files      2 taken = 0 open + 1 used + 0 excluded + 0 ignored + 1 quarantined + 0 held"))
    #expect(
      status.json.contains("\"reconciles\": true") && !status.text.contains("DOE")
        && !status.json.contains("1.2.3"))
  }

  @Test func eachTroubleIsToldAndUnhealthy() throws {
    let ledger = try ledger(published)
    #expect(!status(ledger) { $0.inbox.isReachable = false }.isHealthy)
    #expect(!status(ledger) { $0.pause = "the spool is full" }.isHealthy)
    #expect(!status(ledger) { $0.time = -100_000 }.isHealthy)
    let stranded = status(ledger) { $0.stranded = ["it is locked": 2, "it is full": 1] }
    #expect(
      stranded.troubles.first?.hasPrefix("3 claims cannot be taken: it is full (1), it is locked (2); ")
        == true)
    let missing = status(ledger) { ($0.inbox.isReachable, $0.inbox.isShareMissing) = (false, true) }
    #expect(missing.text.contains("remove inbox-mount from the spool"))
    #expect(!DaemonStatus(ledger: ledger, snapshot: nil, isRunning: false, now: 0).isHealthy)
    let old = DaemonStatus(
      ledger: try self.ledger([.claimed(missing: [])]), snapshot: status(ledger).snapshot, isRunning: true,
      now: 4_000_000)
    #expect(old.troubles.contains { $0.contains("unfinished for 66 min") })
  }

  @Test func cutFileIsToldOfUnderTheStudyThatItStates() throws {
    let snapshot = status(Ledger()) {
      $0.waiting = [
        .init(
          path: "DOE^JANE/1", firstSeen: 0, reason: "truncated", givenUpAt: 900_000, code: .truncated,
          detail: ReasonText.whole(.truncated), study: "1.2.3")
      ]
    }
    #expect(snapshot.text.contains("1 truncated, given up from 1970-01-01T00:15:00"))
    #expect(snapshot.json.contains("\"reason\": \"truncated\"") && !snapshot.text.contains("DOE"))
    let told = StudyExplanation(
      "1.2.3", ledger: Ledger(), snapshot: snapshot.snapshot, isRunning: true, hash: .example,
      showsPaths: false)
    #expect(!told.isEmpty && told.text.contains("given up at 1970-01-01T00:15:00"))
    #expect(told.text.contains(ReasonText.sentence(.truncated)) && !told.text.contains("DOE"))
    let other = StudyExplanation(
      "1.2.4", ledger: Ledger(), snapshot: snapshot.snapshot, isRunning: true, hash: .example,
      showsPaths: false)
    #expect(other.isEmpty)
  }

  @Test func cutFileThatWasGivenUpIsFoundByTheStudyThatItStates() throws {
    var claim = Claim.example(study: nil, files: [.example(instance: nil, end: .truncated)])
    claim.statedStudy = "1.2.3"
    var ledger = Ledger()
    try ledger.apply(.claim(claim))
    try ledger.apply(.event(claim: 1, .claimed(missing: [])))
    try ledger.apply(.event(claim: 1, .concluded(.init(at: 9, published: nil, status: nil, ends: [:]))))
    try ledger.apply(.event(claim: 1, .settled))
    #expect(ledger.claims(of: "1.2.3").isEmpty && ledger.claims(naming: "1.2.3").count == 1)
    let told = StudyExplanation(
      "1.2.3", ledger: ledger, snapshot: nil, isRunning: true, hash: .example, showsPaths: false)
    #expect(told.text.contains("quarantined (truncated)"))
    #expect(try Requeue("1.2.3", ledger: ledger, hash: .example).settled.count == 1)
    let status = status(ledger)
    #expect(status.text.contains("set aside  1 truncated: " + ReasonText.whole(.truncated)))
    try ledger.apply(.forget(claims: [1]))
    #expect(ledger.claims(naming: "1.2.3").isEmpty)
  }

  @Test func whatCannotBeRequeuedIsToldFromWhatIsUnderWay() throws {
    func answer(_ events: [StudyState.Event], _ word: String = "1.2.3") throws -> String? {
      let ledger = try ledger(events)
      do throws(CommandFailure) {
        _ = try Requeue(word, ledger: ledger, hash: .example)
        return nil
      } catch { return error.sentence }
    }
    #expect(try answer(published) == nil)
    #expect(try answer(published, "1.2.9")?.contains("no such study is known") == true)
    #expect(try answer([.claimed(missing: []), .started])?.contains("in work already") == true)
    #expect(try answer(published + [.returning])?.contains("in work already") == true)
    #expect(try answer(published + [.returning, .returned])?.contains("given back to the inbox") == true)
  }

  /// Only the archive has them there.
  @Test(arguments: [true, false]) func archiveIsReadAnewForItsFilesWhereTheInboxIsOnlyRead(_ moves: Bool)
    throws
  {
    var ledger = Ledger()
    var box = Claim.example(
      study: nil, files: [.example(source: "box.zip", instance: nil, end: UnpackedBox().end)], moves: moves)
    box.isBox = true
    var file = ClaimedFile.example(end: .used)
    file.box = BoxedFile(claim: 1, index: 1)
    for claim in [box, .example(id: 2, files: [file], moves: moves)] {
      try ledger.apply(.claim(claim))
      try ledger.apply(.event(claim: claim.id, .claimed(missing: [])))
      let conclusion = StudyState.Conclusion(at: 9, published: nil, status: nil, ends: [:])
      try ledger.apply(.event(claim: claim.id, .concluded(conclusion)))
      try ledger.apply(.event(claim: claim.id, .settled))
    }
    let settled = try Requeue("1.2.3", ledger: ledger, hash: .example).settled.map(\.claim.id)
    #expect(settled == (moves ? [2] : [2, 1]))
  }

  @Test func aStudyThatAKilledDaemonHadBegunIsNotInWork() throws {
    let ledger = try ledger([.claimed(missing: []), .started])
    let snapshot = status(ledger) { $0.running = [1] }.snapshot
    func text(isRunning: Bool) -> String {
      StudyExplanation(
        "1.2.3", ledger: ledger, snapshot: snapshot, isRunning: isRunning, hash: .example, showsPaths: false
      ).text
    }
    #expect(text(isRunning: true).contains(": in work\n"))
    let left = text(isRunning: false)
    #expect(!left.contains("in work") && left.contains("no daemon is running"))
  }

  @Test func explanationHidesNamesUnlessAskedAndFindsAStudyByItsHash() throws {
    let ledger = try ledger(published)
    let hashed = KeyedHash.example.name(of: "1.2.3")
    for word in ["1.2.3", hashed, "c1"] {
      let text = StudyExplanation(
        word, ledger: ledger, snapshot: nil, isRunning: true, hash: .example, showsPaths: false
      ).text
      #expect(text.contains("published as revision 1") && text.contains("quarantined (truncated)"))
      #expect(!text.contains("DOE") && text.contains(KeyedHash.example.name(of: "DOE^JANE/1")))
    }
    let shown = StudyExplanation(
      "1.2.3", ledger: ledger, snapshot: nil, isRunning: true, hash: .example, showsPaths: true)
    #expect(shown.text.contains("DOE^JANE/1") && shown.json.contains("DOE^JANE/1"))
    #expect(
      StudyExplanation(
        "1.9", ledger: ledger, snapshot: nil, isRunning: true, hash: .example, showsPaths: false
      ).isEmpty)
  }

  @Test func saysInHowManyStudiesTheViewIsUnknownAndWhatToDo() throws {
    let ledger = try ledger(published)
    let unknown = status(ledger) { $0.views = ViewTally(stated: 3, picture: 2, unknown: 1) }
    #expect(unknown.isHealthy, "no trouble of the daemon's")
    #expect(unknown.text.contains("views      3 stated, 2 from the picture, 1 unknown"))
    #expect(unknown.text.contains("view unknown in 1 study: write a view rule into the configuration"))
    #expect(unknown.json.contains("\"unknown\": 1"))
    let known = status(ledger) { $0.views = ViewTally(stated: 3) }
    #expect(!known.text.contains("view unknown"))
    #expect(!status(ledger).text.contains("views"), "a daemon of an earlier version counts none")
  }
}
