import Platform

/// The line between the daemon and the work on one study: stages and progress one way, deadlines and the request
/// to stop the other.
package final class StudyContext: Sendable {
  private struct State {
    var stage: StudyStage
    var began: MonotonicSeconds
    var progress: MonotonicSeconds
    var isInterrupted = false
  }

  package let claim: Int
  private let deadlineSeconds: MonotonicSeconds
  private let state: Guarded<State>
  private let clock: @Sendable () -> MonotonicSeconds
  private let onStage: @Sendable (StudyStage, MonotonicSeconds) -> Void

  /// - Parameters:
  ///   - stageSeconds: How long one stage may take.
  ///   - onStage: Called with each stage that came to its end and how long it took, but not with one that failed.
  package init(
    claim: Int, stageSeconds: MonotonicSeconds,
    onStage: @escaping @Sendable (StudyStage, MonotonicSeconds) -> Void = { _, _ in },
    clock: @escaping @Sendable () -> MonotonicSeconds = { SystemClock.monotonic() }
  ) {
    self.claim = claim
    deadlineSeconds = stageSeconds
    (self.clock, self.onStage) = (clock, onStage)
    let now = clock()
    state = Guarded(State(stage: .claim, began: now, progress: now))
  }

  /// Ends the stage before it, and begins this one. Entering the stage that it is in begins its time again.
  package func enter(_ stage: StudyStage) throws(StudyFailure) {
    try checkpoint()
    begin(stage)
    FaultPoint(stage)?.reach()
    try checkpoint()
  }

  /// To be called at least once a frame: throws when the daemon stops and when the stage is over its deadline.
  package func checkpoint() throws(StudyFailure) { if let reason = reasonToEnd() { throw reason } }

  /// Whether the work may go on with a stage, which is entered where it is another one than before. To be asked at
  /// least once a frame where `checkpoint` cannot be thrown through.
  package func mayGoOn(with stage: StudyStage) -> Bool {
    if stage == self.stage { return reasonToEnd() == nil }
    do throws(StudyFailure) { try enter(stage) } catch { return false }
    return true
  }

  /// Why the work is to end now: the daemon stops, or the stage is over its deadline. Asking is a sign of life.
  package func reasonToEnd() -> StudyFailure? {
    let now = clock()
    let (stage, began, isInterrupted) = state.withLock { state in
      state.progress = now
      return (state.stage, state.began, state.isInterrupted)
    }
    if isInterrupted { return StudyFailure(.interrupted, stage, detail: "The daemon stops.") }
    if now - began <= deadlineSeconds { return nil }
    return StudyFailure(
      .transient, stage, .stageTimeout, detail: "The stage took longer than stage_seconds.")
  }

  /// The same for a step that is made to its end, whether the daemon stops or not.
  package func begin(_ stage: StudyStage) {
    let now = clock()
    let (last, began) = state.withLock { state in
      defer { (state.stage, state.began) = (stage, now) }
      return (state.stage, state.began)
    }
    if last != .claim { onStage(last, now - began) }
  }

  /// Ends the stage, and begins none.
  package func end() { begin(.claim) }

  /// Asks the work to end at its next checkpoint.
  package func interrupt() { state.withLock { $0.isInterrupted = true } }

  /// The work begins again or failed, and no stage has begun yet.
  package func restart() {
    let now = clock()
    state.withLock { ($0.stage, $0.began, $0.progress) = (.claim, now, now) }
  }

  /// Others are served from now on.
  package func pause() {
    let now = clock()
    state.withLock { $0.progress = now }
  }

  /// The time since `pause` does not count.
  package func resume() {
    let now = clock()
    state.withLock { state in
      state.began += now - state.progress
      state.progress = now
    }
  }

  package var stage: StudyStage { state.withLock { $0.stage } }

  /// Whether the work has gone on so long without a sign that it must be stuck.
  package func isStuck(now: MonotonicSeconds) -> Bool {
    state.withLock { now - $0.progress > 2 * deadlineSeconds }
  }
}
