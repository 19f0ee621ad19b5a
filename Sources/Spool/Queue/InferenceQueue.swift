import Dispatch
import Platform

/// Runs the turns of claimed studies, bounded in width, in number and in memory. No thread waits for a place: what
/// has none stays in the inbox.
package final class InferenceQueue: Sendable {
  /// How a turn ended.
  package enum Turn: Sendable, Equatable {
    case more
    case done
    case later(MonotonicSeconds)
  }

  private let state: Guarded<QueueState>
  private let lanes = DispatchQueue(label: "hinged.lanes", attributes: .concurrent)
  private let run: @Sendable (_ claim: Int) -> Turn
  /// Called after each turn that made room or may have ended the work.
  private let onRoom: @Sendable () -> Void

  package init(
    limits: QueueState.Limits, onRoom: @escaping @Sendable () -> Void,
    run: @escaping @Sendable (_ claim: Int) -> Turn
  ) {
    state = Guarded(QueueState(limits: limits))
    self.run = run
    self.onRoom = onRoom
  }

  package func admit(_ claim: Int, bytes: Int, isSuspect: Bool = false) {
    state.withLock { $0.admit(claim, bytes: bytes, isSuspect: isSuspect) }
  }

  /// The files of an admitted claim are in the spool.
  package func ready(_ claim: Int) {
    state.withLock { $0.ready(claim) }
    startWhatCan()
  }

  /// The files of an admitted claim cannot be taken for now: it gives up its place until it is `ready`.
  package func strand(_ claim: Int) {
    state.withLock { $0.strand(claim) }
    onRoom()
  }

  /// An admitted claim turned out to need no work.
  package func drop(_ claim: Int) {
    state.withLock { $0.finish(claim) }
    onRoom()
  }

  package func setLimits(_ limits: QueueState.Limits) {
    state.withLock { $0.limits = limits }
    startWhatCan()
  }

  /// Starts no more turns.
  package func drain() { state.withLock { $0.stop() } }

  package var snapshot: QueueState { state.withLock { $0 } }

  private func startWhatCan() {
    let started = state.withLock { $0.start(now: SystemClock.monotonic()) }
    for claim in started { lanes.async { [self] in turn(of: claim) } }
  }

  private func turn(of claim: Int) {
    let start = SystemClock.monotonic()
    let end = run(claim)
    let now = SystemClock.monotonic()
    state.withLock { state in
      switch end {
      case .more: state.pause(claim, served: now - start)
      case .done: state.finish(claim)
      case .later(let seconds): state.defer(claim, served: now - start, until: now + seconds)
      }
    }
    if case .later(let seconds) = end, seconds < RetryPolicy.longestDelaySeconds * 2 {
      lanes.asyncAfter(deadline: .now() + seconds + 0.001) { [weak self] in self?.startWhatCan() }
    }
    startWhatCan()
    onRoom()
  }
}
