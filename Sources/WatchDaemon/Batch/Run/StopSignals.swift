import Dispatch
import Glibc
import Lab
import Platform
import Synchronization

/// Hears that the process is to end: SIGTERM, SIGINT and the SIGUSR1 that a scheduler sends before the time is over.
/// The second one ends it on the spot.
final class StopSignals: Sendable {
  private let count = Atomic(0)
  private let sources = Guarded<[any DispatchSourceSignal]>([])

  var isRequested: Bool { count.load(ordering: .relaxed) > 0 }

  init() {
    for number in [SIGTERM, SIGINT, SIGUSR1] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: DispatchQueue(label: "hinged.signals"))
      source.setEventHandler { [weak self] in self?.hear() }
      source.activate()
      sources.withLock { $0.append(source) }
    }
  }

  private func hear() {
    if count.wrappingAdd(1, ordering: .relaxed).oldValue > 0 { _exit(ExitCode.temporary) }
  }

  /// Ends the study in hand at its next frame.
  var checkpoint: Checkpoint { Checkpoint { [self] _ in !isRequested } }
}
