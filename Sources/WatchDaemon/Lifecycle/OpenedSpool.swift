import Glibc
import Platform
import Spool
import Study

/// A spool that this process alone works on, with its journal replayed. Made on the thread that makes the daemon.
struct OpenedSpool: Sendable {
  let spool: Spool
  let store: StudyStore
  let hash: KeyedHash
  let outboxMount: OutboxMount
  let locks: Locks

  /// What keeps other daemons out. Any queue: a lock guards it.
  final class Locks: Sendable {
    private let held: Guarded<(spool: SpoolLock, inbox: FolderLock?)?>

    fileprivate init(_ spool: SpoolLock, _ inbox: FolderLock?) { held = Guarded((spool, inbox)) }

    /// Lets another daemon in.
    func release() { held.withLock { $0 = nil } }
  }

  /// Takes the spool and the inbox, clears away what killed processes left, and replays the journal.
  init(_ configuration: Configuration, _ log: Log) throws(DaemonFailure) {
    let spool = Spool(path: configuration.spool)
    self.spool = spool
    do throws(FileError) {
      try spool.prepare()
      try Files.makeRoot(configuration.outbox, .outbox)
    } catch { throw .file(error) }
    // The locks come before anything is read or removed: it might be another daemon's work.
    let lock = try Self.lockSpool(spool, configuration)
    locks = Locks(lock, try Self.lockInbox(configuration))
    do throws(FileError) {
      hash = try KeyedHash.load(spool.key)
      try StagingFolder.removeAbandoned(in: configuration.outbox)
    } catch { throw .file(error) }
    Self.removeLeftovers(spool, configuration)
    outboxMount = OutboxMount(configuration)
    // Where the share is missing, whatever would write to the outbox waits for it.
    _ = outboxMount.isMissing()
    store = try Self.openStore(spool, lock, log)
    Self.tellOrphans(spool, store, log)
    // A lock that had run out was taken from an owner that may only sleep. What that one still appends when it wakes up
    // goes to the file that it has open, which is no journal any more.
    do throws(FileError) { if lock.isByExpiry { try store.compact() } } catch { throw .file(error) }
  }

  private static func lockSpool(
    _ spool: Spool, _ configuration: Configuration
  ) throws(DaemonFailure) -> SpoolLock {
    do throws(SpoolLock.Failure) { return try SpoolLock(spool.lock, inbox: configuration.inbox) } catch {
      switch error {
      case .taken(let owner): throw .spoolInUse(spool: spool.path, holder: owner?.description)
      case .file(let error): throw .file(error)
      }
    }
  }

  /// An inbox that is not there now is waited for.
  private static func lockInbox(_ configuration: Configuration) throws(DaemonFailure) -> FolderLock? {
    guard configuration.intake == .move else { return nil }
    do throws(FolderLock.Failure) { return try FolderLock(folder: configuration.inbox) } catch {
      guard case .taken(let holder) = error else { return nil }
      throw .inboxInUse(inbox: configuration.inbox, holder: holder)
    }
  }

  /// Files that killed processes had begun to replace.
  private static func removeLeftovers(_ spool: Spool, _ configuration: Configuration) {
    let index = OutboxIndex.names.map { configuration.outbox + "/" + $0 }
    let files =
      [
        spool.journal, spool.status, spool.inboxMount, spool.outboxMount, spool.acknowledged, spool.troubles,
        spool.key,
      ] + index
    for file in files + [configuration.metrics].compactMap({ $0 }) {
      // It is in nobody's way, and the next start tries again.
      try? AtomicFile.removeLeftovers(of: file, .spool)
    }
  }

  /// What a journal that was set aside had taken lies there, and nobody would ever look at it.
  private static func tellOrphans(_ spool: Spool, _ store: StudyStore, _ log: Log) {
    let open = store.read { Set($0.open.keys) }
    guard let orphans = try? spool.orphans(besides: open), !orphans.isEmpty else { return }
    log.error(
      "inputs lie in \(spool.claimed) that no claim of the journal has; put them back into the inbox",
      ["folders": orphans.prefix(20).joined(separator: ","), "count": "\(orphans.count)"])
  }

  /// - Parameter lock: Held weakly: the store outlives it for a moment when the daemon stops, and records nothing then.
  private static func openStore(
    _ spool: Spool, _ lock: SpoolLock, _ log: Log
  ) throws(DaemonFailure) -> StudyStore {
    do throws(StudyJournal.Failure) {
      return try StudyStore(spool) { [weak lock] isReplaced throws(FileError) in
        if isReplaced { leave(log, "the journal was replaced under this daemon") }
        if let lock, try !lock.isOwned() { leave(log, "another daemon took the spool over") }
      }
    } catch {
      switch error {
      case .file(let error): throw .file(error)
      case .corrupt(let corruption): throw .journal(corruption)
      }
    }
  }

  /// Whoever owns the spool now goes by what is in it: an orderly end would still write to it.
  private static func leave(_ log: Log, _ why: String) -> Never {
    log.error("\(why): leaving at once, and nothing more is written")
    _exit(ExitCode.temporary)
  }
}

/// Why the daemon cannot work: the process ends, and the service manager starts it again.
enum DaemonFailure: Error, Sendable, CustomStringConvertible {
  case file(FileError)
  case journal(StudyJournal.Corruption)
  case spoolInUse(spool: String, holder: String?)
  case inboxInUse(inbox: String, holder: String?)
  /// The processor cannot be made: the model is missing, say.
  case processor(String)

  /// What a person has to mend first: the service manager does not start the daemon again by itself.
  var exitCode: Int32 {
    if case .journal = self { return ExitCode.configuration }
    return ExitCode.failure
  }

  var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .journal(let corruption): "\(corruption)"
    case .spoolInUse(let spool, let holder):
      "the spool \(spool) is in use by \(holder ?? "another daemon"); stop that one or give this one a spool of its own"
    case .inboxInUse(let inbox, let holder):
      "the inbox \(inbox) is in use by \(holder ?? "another daemon"); stop that one, or let this one only read the "
        + "inbox with intake = leave"
    case .processor(let text): text
    }
  }
}
