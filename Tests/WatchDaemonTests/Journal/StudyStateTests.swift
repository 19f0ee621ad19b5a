import Testing

@testable import Clips
@testable import Phantom
@testable import Spool
@testable import WatchDaemon

@Suite struct StudyStateTests {
  private let failure = StudyState.Failure(stage: .decode, reason: .corrupt, detail: "It broke.", at: 3)

  private func state(after events: [StudyState.Event], of claim: Claim = .example()) -> StudyState? {
    events.reduce(StudyState(claim: claim)) { $0?.following($1) }
  }

  @Test func walkFromIntentToItsEnd() throws {
    let end = try #require(
      state(after: [
        .claimed(missing: []), .started, .publishing(.example()), .concluded(.published()), .settled,
        .announced,
      ]))
    #expect(end.phase == .settled && end.attempts == 1 && !end.isToBeAnnounced)
    #expect(end.claim.files[0].end == .used && end.published?.name == "1.2.3")
  }

  @Test func archiveIsOpenUntilItsEndIsDecided() throws {
    var claim = Claim.example(study: nil)
    claim.isBox = true
    let open = try #require(state(after: [.claimed(missing: []), .unpacked], of: claim))
    #expect(open.phase == .unpacked && !open.isStarted && !claim.needsProcessing)
    #expect(open.following(.started) == nil && open.following(.settled) == nil)
    let conclusion = StudyState.Conclusion(
      at: 9, published: nil, status: nil, ends: [1: UnpackedBox(files: []).end])
    let end = try #require(open.following(.concluded(conclusion))?.following(.settled))
    #expect(end.claim.files[0].end?.reason == .unpacked)
    var ledger = Ledger()
    try ledger.apply(.state(open))
    #expect(ledger.openBoxes == [1] && ledger.isBoxSettled(1))
    var file = ClaimedFile.example()
    file.box = BoxedFile(claim: 1, index: 1)
    try ledger.apply(.claim(.example(id: 2, files: [file])))
    #expect(!ledger.isBoxSettled(1))
  }

  @Test func startsCountUnlessTheStudyWasNotToBlame() {
    #expect(state(after: [.claimed(missing: []), .started, .failed(failure), .started])?.attempts == 2)
    #expect(state(after: [.claimed(missing: []), .started, .released(nil), .started])?.attempts == 1)
    #expect(state(after: [.claimed(missing: []), .started, .started])?.attempts == 2)
  }

  @Test func startThatCouldNotPublishCountsUnlessTheOutboxWasToBlame() throws {
    let start: [StudyState.Event] = [.claimed(missing: []), .started, .publishing(.example())]
    // Found at the next start of the daemon: a process died over it.
    #expect(state(after: start + [.unpublished, .started])?.attempts == 2)
    #expect(state(after: start + [.failed(failure), .unpublished, .started])?.attempts == 2)
    let released = try #require(state(after: start + [.released(failure)]))
    #expect(released.attempts == 0 && released.lastFailure == failure && !released.isStarted)
    #expect(released.isActive && released.isDecided)
    // It is released once, and may yet be found in the outbox.
    #expect(released.following(.released(nil)) == nil)
    #expect(released.following(.unpublished)?.following(.started)?.attempts == 1)
    #expect(released.following(.concluded(.published()))?.phase == .concluded)
  }

  @Test func fileThatWasGoneIsPartOfTheClaimNoMore() {
    let claim = Claim.example(files: [.example(), .example(index: 2, instance: "1.2.3.2")])
    #expect(state(after: [.claimed(missing: [1])], of: claim)?.claim.files.map(\.index) == [2])
  }

  @Test func conclusionThatLeavesAFileOpenIsRefused() {
    #expect(state(after: [.claimed(missing: []), .started, .concluded(.published(ends: [:]))]) == nil)
  }

  @Test func noEventFollowsWhereItCannot() {
    let events: [StudyState.Event] = [
      .claimed(missing: []), .started, .released(nil), .failed(failure), .publishing(.example()),
      .unpublished,
      .concluded(.published()), .settled, .returning, .returned,
    ]
    let start = StudyState(claim: .example())
    #expect(events.filter { start.following($0) != nil } == [.claimed(missing: [])])
    let settled = state(after: [.claimed(missing: []), .started, .concluded(.published()), .settled])
    #expect(events.filter { settled?.following($0) != nil } == [.returning])
  }
}
