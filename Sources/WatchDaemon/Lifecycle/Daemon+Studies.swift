import Dispatch
import Glibc
import Lab
import Platform
import Spool

/// From ready studies to claims, and from claims to their ends.
extension Daemon {
  /// Goes on with all that a journal of an earlier process left unfinished.
  func resume() {
    let unfinished = store.read { $0.unfinished }
    if !unfinished.isEmpty { parts.log.notice("resuming", ["claims": "\(unfinished.count)"]) }
    switch configuration.intake {
    case .leave: intake.setKnown(store.read { $0.knownFiles })
    case .move: intake.setEmptied(store.read { $0.movedSources })
    }
    for state in unfinished {
      let claim = state.claim
      switch state.phase {
      case .unpacked: open(claim.id)
      case .returning: claims.giveBack(claim.id) { [weak self] in self?.wasGivenBack($0) }
      case .claiming:
        intake.expect(claim.files.map(\.source))
        carry(claim, isResumed: true)
      default: carry(claim, isResumed: true, isSuspect: state.phase == .started)
      }
    }
  }

  /// Claims what is ready, as far as there is room for it.
  func admit() {
    dispatchPrecondition(condition: .onQueue(control))
    guard lifecycle.mayClaim, hasSpace() else { return }
    claimLoose()
    claimBoxes()
    for study in intake.ready() {
      let history = store.history(of: study.uid)
      // A study's claims follow one another: the second is a revision of the first.
      if history.isActive { continue }
      let plan = plan.study(
        study.uid, study.files, history: history, id: 0, firstSeenAt: wallTime(study.firstSeen),
        closedAtLimit: study.closedAtLimit)
      // The disk is the backlog: what finds no room stays in the inbox.
      if plan.needsProcessing, !queue.snapshot.hasRoom { break }
      claim(plan)
    }
  }

  var plan: ClaimPlan {
    ClaimPlan(moves: configuration.intake == .move, now: SystemClock.utc(), hash: hash)
  }

  private func claimLoose() {
    let decided = Dictionary(grouping: intake.decided(), by: \.file.assessed.statedStudy)
    for (study, files) in decided.sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
      for start in stride(from: 0, to: files.count, by: Self.looseBatch) {
        let part = Array(files[start..<min(start + Self.looseBatch, files.count)])
        claim(plan.loose(part, statedStudy: study, id: 0))
      }
    }
  }

  private static let looseBatch = 1_000

  /// Writes the claim down, then has its files taken.
  func claim(_ plan: Claim) {
    do throws(FileError) {
      let claims = try store.claim { _, id in
        var claim = plan
        claim.id = id
        return [claim]
      }
      for claim in claims {
        intake.take(claim.files.map(\.source), study: claim.study)
        parts.log.info(
          "claimed", ["study": name(of: claim), "claim": claim.folderName, "files": "\(claim.files.count)"])
        carry(claim, isResumed: false)
      }
    } catch {
      parts.log.error("nothing can be claimed: \(error)")
    }
  }

  /// Brings a claim to its end, from wherever it stands.
  private func carry(_ claim: Claim, isResumed: Bool, isSuspect: Bool = false) {
    let needsQueue = claim.needsProcessing
    if needsQueue {
      _ = queue.admit(
        claim.id, bytes: claim.decodingBytes, isResumed: isResumed, isSuspect: isSuspect)
    }
    claims.take(claim.id) { [weak self] in
      if needsQueue { self?.queue.strand(claim.id) }
    } then: { [weak self] state in
      self?.wasTaken(state, original: claim, isQueued: needsQueue)
    }
  }

  private func wasTaken(_ state: StudyState, original: Claim, isQueued: Bool) {
    control.async { [self] in
      let there = state.claim.files.map { ScanReport.File(path: $0.source, stamp: $0.stamp) }
      let gone = Set(original.files.map(\.source)).subtracting(there.map(\.path))
      intake.taken(there, known: !state.claim.moves)
      intake.forget(gone.sorted())
    }
    if state.claim.needsProcessing, isQueued { return queue.ready(state.claim.id) }
    if isQueued { queue.drop(state.claim.id) }
    if state.claim.isBox == true, state.phase == .claimed, !state.claim.files.isEmpty {
      return control.async { [self] in open(state.claim.id) }
    }
    claims.finish(state.claim.id) { [weak self] in self?.tell(.settled($0)) }
  }

  /// One turn of a claim, on a lane.
  func turn(of claim: Int) -> InferenceQueue.Turn {
    let run = runs.withLock { runs in runs[claim] } ?? control.sync { makeRun(claim) }
    let turn = run.turn()
    if turn == .done { runs.withLock { $0[claim] = nil } }
    return turn
  }

  private func makeRun(_ claim: Int) -> StudyRun {
    dispatchPrecondition(condition: .onQueue(control))
    let context = StudyContext(claim: claim, stageSeconds: configuration.stageSeconds) { [weak self] in
      self?.stageEnded($0, seconds: $1)
    }
    let tools = StudyRun.Tools(
      store: store, spool: spool, claimant: Claimant(inbox: configuration.inbox, spool: spool),
      publisher: OutboxPublisher(outbox: configuration.outbox, mode: configuration.outboxMode),
      settlement: Settlement(spool: spool, hash: hash),
      retry: RetryPolicy(attempts: configuration.attempts), announces: configuration.onPublished != nil,
      onEvent: { [weak self] in self?.tell($0) })
    let run = StudyRun(claim: claim, processor: processor, context: context, tools: tools)
    runs.withLock { $0[claim] = run }
    // One that begins while the daemon stops was not asked to end with the others.
    if !lifecycle.mayClaim { context.interrupt() }
    return run
  }

  private func stageEnded(_ stage: StudyStage, seconds: MonotonicSeconds) {
    metrics.withLock { $0.stageEnded(stage, seconds: seconds) }
  }

  /// Log and metrics of what happened to a claim.
  func tell(_ event: StudyRunEvent) {
    switch event {
    case .published(let id, let revision, let status):
      let claim = store.state(of: id)?.claim
      let seconds = claim.map { Double(SystemClock.utc() - $0.firstSeenAt) / 1000 } ?? 0
      parts.log.notice(
        "published",
        [
          "study": name(of: claim), "claim": "c\(id)", "revision": "\(revision.number)",
          "status": status.rawValue,
          "seconds": "\(Int(seconds))",
        ])
      metrics.withLock { $0.published(at: Double(SystemClock.utc()) / 1000) }
      announcer.wake()
      indexer.wake(revision.name)
    case .lost(let id, let files): tellLost(id, files)
    case .settled(let state): tellSettled(state)
    case .failed(let id, let failure, let disposition): tellFailed(id, failure, disposition)
    }
  }

  /// They were known since they were claimed; a share that comes back brings them as they were.
  private func tellLost(_ id: Int, _ files: [ClaimedFile]) {
    parts.log.warning(
      "files changed or went away while their study was in work; they are taken anew where they are found again",
      ["study": name(of: store.state(of: id)?.claim), "claim": "c\(id)", "files": "\(files.count)"])
    control.async { [self] in intake.setUnknown(files.map(\.source)) }
  }

  private func tellSettled(_ state: StudyState) {
    metrics.withLock { metrics in
      if state.claim.study != nil, let status = state.status {
        metrics.studyEnded(status.rawValue, reason: state.published == nil ? state.lastFailure?.reason : nil)
      }
      for file in state.claim.files { if let end = file.end { metrics.fileEnded(end) } }
    }
    let setAside = state.claim.files.filter { $0.end?.isSetAside == true }
    if !setAside.isEmpty {
      let reasons = Set(setAside.compactMap { $0.end?.reason?.rawValue }).sorted().joined(separator: ",")
      parts.log.warning(
        "files set aside",
        [
          "study": name(of: state.claim), "claim": state.claim.folderName, "files": "\(setAside.count)",
          "reasons": reasons,
        ])
    }
    control.async { [self] in
      admit()
      closeBoxes()
    }
  }

  private func tellFailed(_ id: Int, _ failure: StudyFailure, _ disposition: RetryPolicy.Disposition) {
    if failure.kind == .interrupted { return }
    metrics.withLock { $0.retried() }
    let next =
      switch disposition {
      case .leave: "left for the next start"
      case .release(let seconds), .retry(let seconds): "tried again in \(Int(seconds.rounded(.up))) s"
      case .quarantine: "quarantined"
      }
    parts.log.warning(
      failure.detail,
      [
        "study": name(of: store.state(of: id)?.claim), "claim": "c\(id)", "stage": failure.stage.rawValue,
        "reason": failure.reason?.rawValue ?? failure.kind.rawValue, "next": next,
      ])
  }

  func name(of claim: Claim?) -> String { claim?.namedStudy.map { hash.name(of: $0) } ?? "none" }

  func wallTime(_ time: MonotonicSeconds) -> Int64 {
    SystemClock.utc() - Int64((SystemClock.monotonic() - time) * 1000)
  }

  /// Whether spool and outbox have the space that the configuration asks for.
  private func hasSpace() -> Bool {
    let needed = configuration.minFreeMegabytes << 20
    for (path, place) in [(spool.path, FileError.Place.spool), (configuration.outbox, .outbox)] {
      let free = (try? Files.freeBytes(at: path, place)) ?? 0
      guard free < needed else { continue }
      setPause(
        "the \(place.rawValue) has \(free >> 20) MiB free and min_free_mb is \(configuration.minFreeMegabytes)"
      )
      return false
    }
    store.keepReserve()
    setPause(nil)
    return true
  }

  private func setPause(_ reason: String?) {
    if (pause == nil) != (reason == nil) {
      if let reason {
        parts.log.error("intake pauses: \(reason)")
      } else {
        parts.log.notice("intake goes on")
      }
    }
    pause = reason
  }

  /// A person asked for a study again.
  func requeue(_ id: Int) { claims.giveBack(id) { [weak self] in self?.wasGivenBack($0) } }

  private func wasGivenBack(_ state: StudyState) {
    parts.log.notice(
      "given back to the inbox", ["study": name(of: state.claim), "claim": state.claim.folderName])
    if !state.claim.moves { intake.setUnknown(state.claim.files.map(\.source)) }
  }
}

extension Ledger {
  /// Paths below the inbox that files were moved away from.
  fileprivate var movedSources: [String] {
    states.filter { $0.claim.moves && $0.phase != .claiming }
      .flatMap { $0.claim.files.filter { $0.box == nil }.map(\.source) }
  }

  /// Files of an inbox that is only read, as they were when they were taken.
  fileprivate var knownFiles: [ScanReport.File] {
    states.filter { !$0.claim.moves && $0.phase != .returned && $0.phase != .claiming }
      .sorted { $0.claim.id < $1.claim.id }
      .flatMap { state in
        state.claim.files.filter { $0.box == nil }.map { ScanReport.File(path: $0.source, stamp: $0.stamp) }
      }
  }
}
