import Dispatch
import Glibc
import Platform
import Spool
import Study

/// Control queue; what is called on another goes there first. The daemon: studies go from the inbox through the inference
/// queue to the outbox. It makes the services, passes on what one tells the others, and holds the order in which they
/// start, drain and stop.
///
/// `@unchecked Sendable`: what changes is used on `control` only.
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
    /// Path of the configuration, to be looked at now and then.
    var configurationFile: String?
  }

  let control = DispatchQueue(label: "hinged.control")
  let parts: Parts
  let claims: ClaimService
  let flow: ClaimFlow
  let requests: OperatorRequests
  private let opened: OpenedSpool
  private let intake: Intake
  private let admission: Admission
  private let refusals: InboxRefusals
  private let queue: InferenceQueue
  private let runs: StudyRuns
  private let announcer: Announcer
  private let indexer: OutboxIndexer
  let metrics: MetricsReporter
  private let status: StatusReporter
  private let health: HealthReporter
  private let notices: TroubleNotices
  /// All of them, each before those that it gives work to. They drain in this order, from where work comes in to where
  /// it goes out, and start in the reverse of it, so that nothing is asked of a service that has not started.
  private let services: [any Service]
  private var configuration: Configuration
  private var lifecycle = LifecycleState()
  private var pulses: [Pulse] = []
  private let onStopped: @Sendable () -> Void

  private static let tickSeconds = 5.0

  var spool: Spool { opened.spool }
  var store: StudyStore { opened.store }

  /// Takes the spool, replays the journal, and is ready to `start`.
  /// - Parameter onStopped: Called once, on a queue of the daemon's, when all is written down.
  init(_ configuration: Configuration, _ parts: Parts, onStopped: @escaping @Sendable () -> Void)
    throws(DaemonFailure)
  {
    self.configuration = configuration
    self.parts = parts
    self.onStopped = onStopped
    let (control, log) = (self.control, parts.log)
    let opened = try OpenedSpool(configuration, log)
    self.opened = opened
    let (spool, store, hash) = (opened.spool, opened.store, opened.hash)
    let processor = try parts.makeProcessor(configuration)
    let (scanned, hasRoom, event) = (Signal<Void>(), Signal<Void>(), Signal<StudyRunEvent>())
    let metrics = MetricsReporter(configuration, on: control, store, version: parts.version, log: log)
    let runs = StudyRuns(
      configuration, processor, opened,
      onStage: { stage, seconds in metrics.count { $0.stageEnded(stage, seconds: seconds) } },
      onEvent: { event.send($0) })
    (self.metrics, self.runs) = (metrics, runs)
    status = StatusReporter(configuration, on: control, spool, parts.notify, version: parts.version)
    notices = TroubleNotices(configuration, spool)
    health = HealthReporter(
      configuration, on: control, opened, notices, file: parts.configurationFile, log: log)
    announcer = Announcer(configuration, store, hash, log)
    indexer = OutboxIndexer(
      outbox: configuration.outbox, mode: configuration.outboxMode,
      form: .init(configuration, key: PatientKey(hash)),
      mayBegin: { try opened.outboxMount.check() }, onError: { _ in })
    queue = InferenceQueue(
      limits: .init(configuration, cores: parts.cores), onRoom: { hasRoom.send() },
      run: { runs.turn(of: $0) })
    let claimant = Claimant(inbox: configuration.inbox, spool: spool)
    claims = ClaimService(store: store, claimant: claimant, spool: spool, hash: hash, log: log)
    refusals = InboxRefusals(on: control, claims: claims, hash: hash, log: log)
    let archives = ArchiveService(store: store, spool: spool, log: log)
    let assessor = FileAssessor(
      inbox: configuration.inbox, spool: spool, headers: parts.headers, memory: parts.headerMemory)
    intake = Intake(
      configuration: configuration, spool: spool, control: control, assessor: assessor,
      readers: max(2, min(parts.cores, 8)), log: log, onNews: { scanned.send() })
    let flow = ClaimFlow(
      configuration, on: control, opened, intake: intake, queue: queue, claims: claims, archives: archives,
      log: log, onSettled: { event.send(.settled($0)) })
    self.flow = flow
    admission = Admission(
      configuration, on: control, opened, intake: intake, queue: queue, flow: flow, log: log)
    requests = OperatorRequests(
      on: control, spool, claims: claims, log: log, giveBack: { flow.giveBack($0) })
    services = [
      intake, admission, requests, flow, archives, claims, queue, runs, announcer, indexer,
      Upkeep(configuration, on: control, store, claims: claims), metrics, health, notices, status,
    ]
    connect(scanned, hasRoom, event)
  }

  /// The handlers hold the daemon weakly: a lane that was given up at the deadline of draining outlives it.
  private func connect(_ scanned: Signal<Void>, _ hasRoom: Signal<Void>, _ event: Signal<StudyRunEvent>) {
    scanned.connect { [weak self] in
      if let self, let report = intake.lastReport { refusals.note(report) }
      self?.admission.admit()
      self?.writeStatus()
    }
    hasRoom.connect { [weak self] in
      self?.control.async { [weak self] in
        self?.admission.admit()
        self?.stopIfIdle()
      }
    }
    let events = StudyEvents(store: store, hash: opened.hash, metrics: metrics, log: parts.log)
    event.connect { [health, weak self] in
      events.report($0, isNews: health.note($0))
      self?.passOn($0)
    }
  }

  /// Tells those whom it concerns what happened to a claim. On any queue.
  private func passOn(_ event: StudyRunEvent) {
    switch event {
    case .published(_, let revision, _):
      announcer.wake()
      indexer.wake(revision.name)
    case .lost(_, let files):
      // They were known since they were claimed; a share that comes back brings them as they were.
      control.async { [self] in intake.setUnknown(files.map(\.source)) }
    case .settled:
      control.async { [self] in
        admission.admit()
        flow.closeArchives()
      }
    case .failed, .nothingNew: break
    }
  }
}

extension Daemon {
  /// Goes on with what the journal says is unfinished, and begins to look at the inbox.
  func start() {
    control.async { [self] in
      for service in services.reversed() { service.start() }
      pulses = [Pulse(on: control, every: Self.tickSeconds) { [weak self] in self?.tick() }]
      if let seconds = parts.notify.watchdogSeconds {
        pulses.append(Pulse(on: control, every: seconds / 3) { [weak self] in self?.feedWatchdog() })
      }
      // What an earlier process wrote of itself holds no more.
      writeStatus()
      if lifecycle.started() == .announceReady { parts.notify.ready("watching") }
      parts.log.notice(
        "hinged watches the inbox", ["version": parts.version, "mode": configuration.intake.rawValue])
    }
  }

  private func tick() {
    dispatchPrecondition(condition: .onQueue(control))
    for service in services { service.tick() }
    writeStatus()
    metrics.write(of: services)
  }

  /// A sign of life is given only while work goes on: each study that runs has made progress within twice the time
  /// that a stage may take. A share that hangs stops the looking and nothing else, and a restart would not mend it.
  private func feedWatchdog() {
    if runs.stuckCount(among: queue.snapshot.runningIDs) == 0 { parts.notify.feedWatchdog() }
  }

  private func writeStatus() {
    let snapshot = status.snapshot(lifecycle.phase, of: services)
    health.look(snapshot)
    status.write(snapshot)
  }

  /// Reads the configuration again; one that is wrong is logged and changes nothing.
  func reload(_ file: String) {
    control.async { [self] in
      guard lifecycle.reload() == .reload else { return }
      parts.notify.reloading()
      defer { parts.notify.ready("watching") }
      do throws(ConfigurationError) {
        reload(try ConfigurationCheck.load(file))
      } catch {
        refuse(error.faults.map { "\(error.file): \($0)" }, brief: error.brief)
      }
    }
  }

  /// - Parameter faults: Each is a line of the log.
  private func refuse(_ faults: [String], brief: String) {
    if faults.count > 1 {
      parts.log.error(
        "the configuration is kept as it was: \(Plural.of(faults.count, "fault")) in the new one")
    }
    for fault in faults {
      parts.log.error(faults.count > 1 ? fault : "the configuration is kept as it was: \(fault)")
    }
    health.refuse(brief)
    writeStatus()
  }

  private func reload(_ new: Configuration) {
    dispatchPrecondition(condition: .onQueue(control))
    guard new.places == configuration.places else {
      let why = "inbox, outbox, spool, intake and outbox_mode change with a restart only"
      return refuse([why], brief: why)
    }
    do throws(DaemonFailure) {
      runs.setProcessor(try parts.makeProcessor(new))
    } catch {
      return refuse(["\(error)"], brief: "\(error)")
    }
    configuration = new
    for service in services { service.reload(new) }
    queue.setLimits(.init(new, cores: parts.cores))
    parts.log.notice("the configuration was reloaded")
    admission.admit()
  }
}

extension Daemon {
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
    for service in services { service.drain() }
    claims.whenDone { [weak self] in self?.control.async { [weak self] in self?.stopIfIdle() } }
    let deadline = DispatchTime.now() + configuration.drainSeconds
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
    if lifecycle.phase == .draining, services.allSatisfy({ $0.isIdle }) { stop() }
  }

  /// The journal is closed before the locks are released: from then on another daemon may own it. What a lane that was
  /// given up would still record is refused, and the next start goes on from what is there.
  private func stop() {
    dispatchPrecondition(condition: .onQueue(control))
    guard lifecycle.drained() == .stop else { return }
    pulses = []
    for service in services { service.stop() }
    store.close()
    writeStatus()
    status.flush()
    notices.flush()
    parts.log.notice("stopped")
    opened.locks.release()
    onStopped()
  }
}
