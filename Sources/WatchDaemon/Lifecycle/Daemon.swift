import Dispatch
import Glibc
import Platform
import Spool
import Study

/// The daemon: studies go from the inbox through the queue to the outbox.
///
/// `@unchecked Sendable`: what changes is used on `control` only, but for what has a lock of its own.
final class Daemon: @unchecked Sendable {
  /// What the daemon is made with, apart from its configuration.
  struct Parts: Sendable {
    /// Makes the processor for a configuration, at start and at each reload.
    var makeProcessor: @Sendable (Configuration) throws(DaemonFailure) -> any StudyProcessor
    var headers: any HeaderReading
    /// What intake has read, for the processor.
    var headerMemory = HeaderMemory()
    var log = Log()
    var notify = SystemdNotify()
    /// Processors that this process may use.
    var cores: Int
    var version: String
  }

  let control = DispatchQueue(label: "hinged.control")
  let parts: Parts
  let spool: Spool
  let store: StudyStore
  let hash: KeyedHash
  let claims: ClaimDesk
  let boxes: BoxDesk
  let metrics = Guarded(MetricsState())
  private var spoolLock: SpoolLock?
  private var inboxLock: FolderLock?
  var configuration: Configuration
  var processor: any StudyProcessor
  var lifecycle = LifecycleState()
  /// Why nothing is claimed now; `nil` when it is.
  var pause: String?
  /// Names of wishes of `hinged requeue` that the desk has yet to write down.
  var requestsInHand: Set<String> = []
  /// Names of wishes of which the log says that they wait.
  var requestsTold: Set<String> = []
  var timers: [any DispatchSourceTimer] = []
  var lastStatus: StatusSnapshot?
  /// Counting 100,000 files anew every few seconds would be most of what an idle daemon does.
  var lastSums: (version: Int, sums: FileSums)?
  var lastPurge = -MonotonicSeconds.infinity
  /// The store's version when free memory was last given back.
  var versionAtRelease: Int?
  /// The metrics could be written last time.
  var hasMetrics = true
  private(set) var intake: Intake!
  private(set) var queue: InferenceQueue!
  private(set) var announcer: Announcer!
  private(set) var indexer: OutboxIndexer!
  /// The claims that are in work, with their contexts.
  let runs = Guarded<[Int: StudyRun]>([:])
  let onStopped: @Sendable () -> Void
  let started = SystemClock.monotonic()

  /// Takes the spool, replays the journal, and is ready to `start`.
  /// - Parameter onStopped: Called once, on a queue of the daemon's, when all is written down.
  init(_ configuration: Configuration, _ parts: Parts, onStopped: @escaping @Sendable () -> Void)
    throws(DaemonFailure)
  {
    self.configuration = configuration
    self.parts = parts
    self.onStopped = onStopped
    spool = Spool(path: configuration.spool)
    do throws(FileError) {
      try spool.prepare()
      try Files.makeFolder(configuration.outbox, .outbox)
    } catch { throw .file(error) }
    let lock = try Self.lock(spool, configuration)
    spoolLock = lock
    inboxLock = try Self.lockInbox(configuration)
    do throws(FileError) {
      hash = try KeyedHash.load(spool.key)
      try StagingFolder.removeAbandoned(in: configuration.outbox)
    } catch { throw .file(error) }
    Self.removeLeftovers(spool, configuration)
    do throws(StudyJournal.Failure) {
      store = try StudyStore(spool) { [weak lock, log = parts.log] isReplaced throws(FileError) in
        if isReplaced { Self.leave(log, "the journal was replaced under this daemon") }
        if let lock, try !lock.isOwned() { Self.leave(log, "another daemon took the spool over") }
      }
    } catch {
      switch error {
      case .file(let error): throw .file(error)
      case .corrupt(let corruption): throw .journal(corruption)
      }
    }
    // What the owner before may still write, when it wakes up, goes to a journal that nobody reads.
    do throws(FileError) { if lock.isByExpiry { try store.compact() } } catch { throw .file(error) }
    processor = try parts.makeProcessor(configuration)
    let claimant = Claimant(inbox: configuration.inbox, spool: spool)
    claims = ClaimDesk(store: store, claimant: claimant, spool: spool, hash: hash, log: parts.log)
    boxes = BoxDesk(store: store, spool: spool, log: parts.log)
    assemble()
  }

  /// What killed processes left of files that they were writing anew.
  private static func removeLeftovers(_ spool: Spool, _ configuration: Configuration) {
    let index = OutboxIndex.names.map { configuration.outbox + "/" + $0 }
    let files = [spool.journal, spool.status, spool.inboxMount, spool.key] + index
    for file in files + [configuration.metrics].compactMap({ $0 }) {
      // It is in nobody's way, and the next start tries again.
      try? AtomicFile.removeLeftovers(of: file, .spool)
    }
  }

  private static func lock(_ spool: Spool, _ configuration: Configuration) throws(DaemonFailure) -> SpoolLock
  {
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

  /// Whoever owns the spool now goes by what stands in it.
  private static func leave(_ log: Log, _ why: String) -> Never {
    log.error("\(why): leaving at once, and nothing more is written")
    _exit(ExitCode.temporary)
  }

  private func assemble() {
    let assessor = FileAssessor(
      inbox: configuration.inbox, spool: spool, headers: parts.headers, memory: parts.headerMemory)
    intake = Intake(
      configuration: configuration, spool: spool, control: control, assessor: assessor,
      readers: max(2, min(parts.cores, 8)), log: parts.log
    ) { [weak self] in self?.inboxWasLookedAt() }
    queue = InferenceQueue(
      limits: limits,
      onRoom: { [weak self] in self?.control.async { [weak self] in self?.roomWasMade() } },
      run: { [weak self] claim in self?.turn(of: claim) ?? .later(.greatestFiniteMagnitude) })
    announcer = Announcer(store: store, log: parts.log, hash: hash)
    indexer = OutboxIndexer(
      outbox: configuration.outbox, mode: configuration.outboxMode, form: .init(configuration)
    ) {
      [log = parts.log] error in
      log.warning("the outbox's index is not up to date: \(error)")
    }
  }

  var limits: QueueState.Limits {
    QueueState.Limits(
      width: configuration.effectiveWidth(cores: parts.cores),
      backlog: configuration.effectiveBacklog(cores: parts.cores),
      memoryBytes: min(configuration.memoryMegabytes << 20, MachineShare.memoryBytes / 2))
  }

  /// Goes on with what the journal says is unfinished, and begins to look at the inbox.
  func start() {
    control.async { [self] in
      resume()
      announcer.set(configuration)
      intake.start()
      startTimers()
      // What an earlier process told of itself holds no more.
      writeStatus()
      indexer.wake()
      if lifecycle.started() == .announceReady { parts.notify.ready("watching") }
      parts.log.notice(
        "hinged watches the inbox", ["version": parts.version, "mode": configuration.intake.rawValue])
    }
  }

  /// The first time it drains, the second time it ends the process.
  func terminate() {
    control.async { [self] in
      switch lifecycle.terminate() {
      case .drain: drain()
      case .exitNow:
        parts.log.warning("told to stop twice: leaving at once")
        _exit(ExitCode.success)
      default: break
      }
    }
  }

  private func drain() {
    parts.log.notice("stopping: no more studies are claimed")
    parts.notify.stopping("draining")
    intake.stop()
    queue.stop()
    announcer.stop()
    for run in runs.withLock({ Array($0.values) }) { run.context.interrupt() }
    let deadline = DispatchTime.now() + configuration.drainSeconds
    claims.drained { [weak self] in self?.control.async { [weak self] in self?.stopIfIdle() } }
    control.asyncAfter(deadline: deadline) { [weak self] in self?.drainingIsOver() }
    stopIfIdle()
  }

  private func drainingIsOver() {
    if lifecycle.phase == .draining {
      parts.log.warning("the deadline of draining is over: the rest is left to the journal")
    }
    stop()
  }

  private func stopIfIdle() {
    if lifecycle.phase == .draining, queue.snapshot.runningCount == 0, claims.isIdle { stop() }
  }

  private func stop() {
    guard lifecycle.drained() == .stop else { return }
    for timer in timers { timer.cancel() }
    timers = []
    store.close()
    writeStatus()
    parts.log.notice("stopped")
    (spoolLock, inboxLock) = (nil, nil)
    onStopped()
  }

  private func roomWasMade() {
    if lifecycle.mayClaim { admit() } else { stopIfIdle() }
  }

  private func inboxWasLookedAt() {
    admit()
    writeStatus()
  }
}
