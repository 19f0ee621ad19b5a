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

  /// Whether one of these claims, which have a turn now, gives no sign of life.
  func isStuck(among running: [Int]) -> Bool {
    let now = SystemClock.monotonic()
    return state.withLock { state in
      running.contains { state.runs[$0]?.context.isStuck(now: now) == true }
    }
  }
}
