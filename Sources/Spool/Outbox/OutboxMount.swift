import Glibc
import Platform
import Study

/// Tells an outbox whose share is not mounted from an empty one, as `InboxMount` does for the inbox: what is written to
/// the folder below a mount point is hidden once the share is back. Any thread; a lock guards it.
package final class OutboxMount: Sendable {
  private let outbox: String
  private let memory: Guarded<InboxMountMemory>

  package init(_ configuration: Configuration) {
    outbox = configuration.outbox
    memory = Guarded(InboxMountMemory(path: Spool(path: configuration.spool).outboxMount))
  }

  /// - Parameter remembers: What is there instead is kept for the next time, where nothing is missing.
  package func isMissing(remembers: Bool = true) -> Bool {
    let now = InboxMount.now(of: outbox)
    return memory.withLock { $0.isMissing(now, isReadable: remembers && access(outbox, R_OK | X_OK) == 0) }
  }

  /// To be asked before anything is written to the outbox.
  /// - Throws: ENODEV where its share is not mounted.
  package func check() throws(FileError) {
    if isMissing() { throw FileError(.examine, .outbox, code: ENODEV) }
  }
}
