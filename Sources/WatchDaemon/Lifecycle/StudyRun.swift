import Glibc
import Platform
import Spool
import Study

/// The inference queue's lanes, and the control queue; a lock guards what they share. Holds the claims that are in work,
/// each with its run, of which one turn comes at a time.
final class StudyRuns: Service {
  private struct State {
    var runs: [Int: StudyRun] = [:]
    var configuration: Configuration
    var processor: any StudyProcessor
    var isDraining = false
  }

  private let state: Guarded<State>
  private let opened: OpenedSpool
  private let onEvent: @Sendable (StudyRunEvent) -> Void
  private let onStage: @Sendable (StudyStage, MonotonicSeconds) -> Void

  init(
    _ configuration: Configuration, _ processor: any StudyProcessor, _ opened: OpenedSpool,
    onStage: @escaping @Sendable (StudyStage, MonotonicSeconds) -> Void,
    onEvent: @escaping @Sendable (StudyRunEvent) -> Void
  ) {
    state = Guarded(State(configuration: configuration, processor: processor))
    self.opened = opened
    self.onEvent = onEvent
    self.onStage = onStage
  }

  /// One turn of a claim, on a lane.
  func turn(of claim: Int) -> InferenceQueue.Turn {
    let run = state.withLock { state in
      let run = state.runs[claim] ?? makeRun(claim, state)
      state.runs[claim] = run
      return run
    }
    let turn = run.turn()
    if turn == .done { state.withLock { $0.runs[claim] = nil } }
    return turn
  }

  private func makeRun(_ claim: Int, _ state: State) -> StudyRun {
    let context = StudyContext(
      claim: claim, stageSeconds: state.configuration.stageSeconds, onStage: onStage)
    // One that begins while the daemon drains was not interrupted with the others.
    if state.isDraining { context.interrupt() }
    let tools = StudyRun.Tools(state.configuration, opened, onEvent: onEvent)
    return StudyRun(claim: claim, processor: state.processor, context: context, tools: tools)
  }

  /// Claims that are begun from now on are worked on by another processor; the others end with theirs.
  func setProcessor(_ processor: any StudyProcessor) { state.withLock { $0.processor = processor } }

  func reload(_ configuration: Configuration) { state.withLock { $0.configuration = configuration } }

  func drain() {
    state.withLock { state in
      state.isDraining = true
      for run in state.runs.values { run.context.interrupt() }
    }
  }

  /// How many of these claims, which have a turn now, give no sign of life.
  func stuckCount(among running: [Int]) -> Int {
    let now = SystemClock.monotonic()
    return state.withLock { state in
      running.count { state.runs[$0]?.context.isStuck(now: now) == true }
    }
  }

  /// After the queue has told which run.
  func describe(_ status: inout StatusSnapshot) { status.health.stuck = stuckCount(among: status.running) }
}

/// The walk of one claimed study from the spool to its end, in turns. It goes by what the journal says, so that it
/// goes on after a crash where that left it.
///
/// `@unchecked Sendable`: the queue runs one turn of a claim at a time.
final class StudyRun: @unchecked Sendable {
  /// What the walk needs of the daemon.
  struct Tools: Sendable {
    var store: StudyStore
    var spool: Spool
    var claimant: Claimant
    var publisher: OutboxPublisher
    var outboxMount: OutboxMount
    var settlement: Settlement
    var retry: RetryPolicy
    var announces: Bool
    var onEvent: @Sendable (StudyRunEvent) -> Void

    init(
      _ configuration: Configuration, _ opened: OpenedSpool,
      onEvent: @escaping @Sendable (StudyRunEvent) -> Void
    ) {
      store = opened.store
      spool = opened.spool
      claimant = Claimant(inbox: configuration.inbox, spool: opened.spool)
      publisher = OutboxPublisher(outbox: configuration.outbox, mode: configuration.outboxMode)
      outboxMount = opened.outboxMount
      settlement = Settlement(spool: opened.spool, hash: opened.hash)
      retry = RetryPolicy(attempts: configuration.attempts)
      announces = configuration.onPublished != nil
      self.onEvent = onEvent
    }
  }

  private let id: Int
  private let tools: Tools
  private let processor: any StudyProcessor
  private let ending: StudyEnding
  let context: StudyContext

  private var work: (any StudyWork)?
  private var staging: StagingFolder?
  private var revision: PublishedRevision?
  /// Failures in a row, for the length of the pause after them.
  private var streak = 0
  /// The last start is this process's. One that is found in the journal ended with its process, and counts.
  private var hasStarted = false

  init(claim id: Int, processor: any StudyProcessor, context: StudyContext, tools: Tools) {
    self.id = id
    self.processor = processor
    self.context = context
    self.tools = tools
    ending = StudyEnding(id: id, tools: tools)
  }

  /// Goes on to where others should have a turn.
  func turn() -> InferenceQueue.Turn {
    guard let state = tools.store.state(of: id) else { return .done }
    context.resume()
    defer { context.pause() }
    do throws(StudyFailure) {
      return try advance(state)
    } catch {
      context.restart()
      discard()
      streak += 1
      return ending.dispose(of: error, streak: streak, hasStarted: hasStarted)
    }
  }

  private func advance(_ state: StudyState) throws(StudyFailure) -> InferenceQueue.Turn {
    switch state.phase {
    case .claimed, .started:
      guard state.claim.needsProcessing else {
        try ending.conclude(published: nil, status: nil, ends: [:])
        return .more
      }
      guard let outcome = try step(state) else { return .more }
      if try !dropLost(state.claim) { try carryOut(outcome) }
      return .more
    case .publishing(let publication):
      try ending.recover(publication)
      return .more
    case .concluded:
      context.begin(.settle)
      try ending.settle(state)
      context.end()
      streak = 0
      return .done
    case .claiming, .unpacked, .settled, .returning, .returned:
      return .done
    }
  }

  private func step(_ state: StudyState) throws(StudyFailure) -> StudyOutcome? {
    if work == nil {
      guard state.attempts < tools.retry.attempts else {
        let last = state.lastFailure?.detail ?? "The process ended while it worked on the study."
        throw StudyFailure(
          .permanent, state.lastFailure?.stage ?? .decode, state.lastFailure?.reason ?? .gaveUp,
          detail: "Given up after \(state.attempts) attempts. \(last)")
      }
      try StudyFailure.filing(.claim) { () throws(FileError) in try tools.store.record(.started, of: id) }
      hasStarted = true
      FaultPoint.started.reach()
      try begin(state)
    }
    return try work?.step()
  }

  private func begin(_ state: StudyState) throws(StudyFailure) {
    context.restart()
    var study = try StudyFailure.filing(.claim) { () throws(FileError) in
      try ClaimedStudy(state.claim, tools: tools)
    }
    study.isLastAttempt = state.attempts + 1 >= tools.retry.attempts
    let folder = try StudyFailure.filing(.publish) { () throws(FileError) in
      try tools.outboxMount.check()
      return try StagingFolder(
        in: tools.publisher.outbox, name: "\(study.succession.revision.name)-c\(id)",
        mode: tools.publisher.mode)
    }
    (staging, revision) = (folder, study.succession.revision)
    work = try processor.begin(study, into: folder, context: context)
  }

  /// An inbox that is only read may have changed under the work: what was done then counts for nothing.
  private func dropLost(_ claim: Claim) throws(StudyFailure) -> Bool {
    if claim.moves { return false }
    return try StudyFailure.filing(.settle) { () throws(FileError) in
      let lost = try tools.claimant.claimFiles(of: claim)
      if lost.isEmpty { return false }
      discard()
      try tools.store.record(.lost(lost), of: id)
      tools.onEvent(.lost(id, claim.files.filter { lost.contains($0.index) }))
      return true
    }
  }

  private func carryOut(_ outcome: StudyOutcome) throws(StudyFailure) {
    // It is finished: a daemon that is told to stop publishes it all the same, for that takes no longer than a frame.
    context.begin(.publish)
    switch outcome {
    case .staged(let status, let ends):
      guard let staging, let revision else { preconditionFailure("what is published was staged") }
      try ending.publish(staging, as: revision, status, ends)
      discard()
    case .alreadyPublished(let revision, let status, let ends):
      discard()
      try ending.conclude(published: revision, status: status, ends: ends)
      tools.onEvent(.nothingNew(id, revision))
    case .nothingToPublish(let ends):
      discard()
      try ending.conclude(published: nil, status: nil, ends: ends)
    }
  }

  /// Drops the work, and what it staged if it was not published.
  private func discard() {
    work = nil
    try? staging?.discard()
    (staging, revision) = (nil, nil)
  }
}
