import Dispatch
import Glibc
import Platform
import Study

/// Brings the outbox's index up to date after results were published. It follows the results and never holds them
/// up: what fails here is told once, and tried again when it is woken next.
package final class OutboxIndexer: Sendable {
  private let outbox: String
  private let mode: OutboxMode
  private let mayBegin: @Sendable () throws -> Void
  private let onError: @Sendable (any Error) -> Void
  private let queue = DispatchQueue(label: "hinged.index", qos: .utility)
  private let state: Guarded<State>

  /// Of a large outbox the index takes a while: between two updates ten times as long passes, but never more than a
  /// minute, for after the first one, which may take minutes, what follows is only added.
  private static let pauseFactor = 10.0
  private static let longestPause = 60.0

  private struct State {
    var form: OutboxIndex.Form
    var index: OutboxIndex
    var isWoken = false
    /// Why the last update failed.
    var problem: String?
    var mayBegin = DispatchTime.now()
    /// Folders that were published since the last update.
    var published: Set<String> = []
  }

  /// - Parameter mayBegin: Asked before each update; throws where the outbox must not be written to.
  package init(
    outbox: String, mode: OutboxMode = .standard, form: OutboxIndex.Form = .init(),
    mayBegin: @escaping @Sendable () throws -> Void = {},
    onError: @escaping @Sendable (any Error) -> Void
  ) {
    self.outbox = outbox
    self.mode = mode
    (self.mayBegin, self.onError) = (mayBegin, onError)
    state = Guarded(State(form: form, index: OutboxIndex(form)))
  }

  /// Has the page made by another form, where it is another. The key stays.
  package func set(_ configuration: Configuration) {
    let isAnother = state.withLock { state in
      let form = OutboxIndex.Form(configuration, key: state.form.key)
      guard state.form != form else { return false }
      (state.form, state.index) = (form, OutboxIndex(form))
      return true
    }
    if isAnother { wake() }
  }

  /// What is known of the views of the studies in the outbox, as of the last update.
  package var views: ViewTally { state.withLock { $0.index.views } }

  /// What readers did with the clips of the studies in the outbox, as of the last update.
  package var readings: ReadingSums { state.withLock { $0.index.readings } }

  /// Why the index is behind; `nil` where it is not.
  package var problem: String? { state.withLock { $0.problem } }

  /// Asks for an update soon; results that come in the meantime share it.
  /// - Parameter folder: What was published.
  package func wake(_ folder: String? = nil) {
    let isNew = state.withLock { state in
      defer { state.isWoken = true }
      if let folder { state.published.insert(folder) }
      return !state.isWoken
    }
    guard isNew else { return }
    queue.asyncAfter(deadline: state.withLock { $0.mayBegin }) { [self] in
      state.withLock { $0.isWoken = false }
      bringUpToDate()
    }
  }

  /// Updates the index now.
  /// - Parameter folder: What was published.
  package func update(_ folder: String? = nil) {
    if let folder { state.withLock { _ = $0.published.insert(folder) } }
    queue.sync { bringUpToDate() }
  }

  /// Ends an update that has begun, and makes the one that what was published last still waits for: otherwise the index
  /// would lack it until the next start.
  package func finish() {
    queue.sync {
      if state.withLock({ !$0.published.isEmpty }) { bringUpToDate() }
    }
  }

  private func bringUpToDate() {
    let (began, clock) = (ContinuousClock.now, ContinuousClock())
    var (index, published, form) = state.withLock { state in
      defer { state.published = [] }
      return (state.index, state.published, state.form)
    }
    let result = Result {
      try mayBegin()
      let lock = Self.lock(outbox)
      try withExtendedLifetime(lock) { try index.update(outbox, mode, published: published) }
    }
    let seconds = (clock.now - began) / .seconds(1)
    state.withLock { state in
      if state.form == form { state.index = index }
      state.mayBegin = .now() + min(Self.longestPause, Self.pauseFactor * seconds)
    }
    switch result {
    case .success: state.withLock { $0.problem = nil }
    case .failure(let error):
      let isFirst = state.withLock { state in
        defer { state.problem = "\(error)" }
        state.published.formUnion(published)
        return state.problem == nil
      }
      if isFirst { onError(error) }
    }
  }

  /// Two processes that publish into one outbox would each leave out what the other one publishes meanwhile. Where the
  /// lock is not to be had, the index is written all the same.
  private static func lock(_ outbox: String) -> FolderLock? {
    for _ in 0..<lockTries {
      do throws(FolderLock.Failure) {
        return try FolderLock(folder: outbox + "/" + StagingFolder.parentName)
      } catch {
        guard case .taken = error else { return nil }
        usleep(lockPause)
      }
    }
    return nil
  }

  /// Ten seconds in all.
  private static let lockTries = 100
  private static let lockPause: UInt32 = 100_000
}
