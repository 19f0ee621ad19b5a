import Dispatch

/// Brings the outbox's index up to date after results were published. It follows the results and never holds them
/// up: what fails here is told once, and tried again with the next result.
final class OutboxIndexer: Sendable {
  private let outbox: String
  private let mode: OutboxMode
  private let onError: @Sendable (FileError) -> Void
  private let queue = DispatchQueue(label: "hinged.index", qos: .utility)
  private let state = Guarded(State())

  private struct State {
    var index: OutboxIndex?
    var isWoken = false
    var hasFailed = false
  }

  init(outbox: String, mode: OutboxMode = .standard, onError: @escaping @Sendable (FileError) -> Void) {
    self.outbox = outbox
    self.mode = mode
    self.onError = onError
  }

  /// Asks for an update soon; results that come in the meantime share it.
  func wake() {
    let isNew = state.withLock { state in
      defer { state.isWoken = true }
      return !state.isWoken
    }
    guard isNew else { return }
    queue.async { [self] in
      state.withLock { $0.isWoken = false }
      bringUpToDate()
    }
  }

  /// Updates the index now.
  func update() { queue.sync { bringUpToDate() } }

  private func bringUpToDate() {
    var index = state.withLock { $0.index } ?? OutboxIndex(outbox: outbox)
    do throws(FileError) {
      try index.refresh(outbox)
      try index.write(to: outbox, mode)
      state.withLock { state in
        state.index = index
        state.hasFailed = false
      }
    } catch {
      let isFirst = state.withLock { state in
        defer { state.hasFailed = true }
        return !state.hasFailed
      }
      if isFirst { onError(error) }
    }
  }
}
