import Dispatch
import Platform
import Spool
import Study

/// Control queue, with queue `hinged.health` for what may block. Finds out what is wrong with folders, configuration and
/// clock, and tells once of each trouble that starts and of each that ends.
///
/// `@unchecked Sendable`: what changes is used on `control` only, but for what is `Guarded`.
final class HealthReporter: Service, @unchecked Sendable {
  /// What was found on `hinged.health`.
  private struct Findings {
    var unusable: [String: String] = [:]
    /// What is wrong with the configuration on the disk.
    var fault: String?
    /// The configuration on the disk, where nothing is wrong with it.
    var configuration: Configuration?
    var began: MonotonicSeconds?
    /// How many refusals it was begun after.
    var refusals = 0
  }

  private let control: DispatchQueue
  private let probes = DispatchQueue(label: "hinged.health")
  private let opened: OpenedSpool
  private let notices: TroubleNotices
  private let log: Log
  /// The configuration's path; `nil` where there is none.
  private let file: String?
  private var configuration: Configuration
  /// Why the configuration on the disk was refused when it was last to be loaded.
  private var refusal: String?
  private var refusals = 0
  private let findings = Guarded(Findings())
  /// Claims whose last attempt was put off, with why.
  private let putOff = Guarded<[Int: String]>([:])
  private var watch: TroubleWatch
  private var clock = ClockWatch()
  private let began = SystemClock.monotonic()
  /// With the versions of what it was made of.
  private var lastNeeds: (version: Int, acknowledged: FileStamp?, folders: FileStamp?, needs: NeedsPerson)?

  /// How long a trouble that an earlier process saw is given to be met again.
  private static let settlingSeconds = 30.0
  /// A folder that does not answer for that long cannot be used.
  private static let patienceSeconds = 30.0

  init(
    _ configuration: Configuration, on control: DispatchQueue, _ opened: OpenedSpool,
    _ notices: TroubleNotices,
    file: String?, log: Log
  ) {
    self.configuration = configuration
    self.control = control
    self.opened = opened
    self.notices = notices
    self.file = file
    self.log = log
    watch = notices.inherited
  }

  /// What is open now, by its name.
  var open: Set<String> { Set(watch.open.keys) }

  func start() { tick() }

  func reload(_ configuration: Configuration) {
    self.configuration = configuration
    refusal = nil
    tick()
  }

  /// A configuration was to be loaded, and cannot be.
  func refuse(_ why: String) {
    refusal = why
    refusals += 1
  }

  func tick() {
    dispatchPrecondition(condition: .onQueue(control))
    clock.look(utc: SystemClock.utc(), uptime: SystemClock.uptime())
    guard findings.withLock({ $0.began == nil }) else { return }
    findings.withLock { $0.began = SystemClock.monotonic() }
    probes.async { [self, configuration, refusals] in probe(configuration, after: refusals) }
  }

  private func probe(_ configuration: Configuration, after refusals: Int) {
    let unusable = PlaceProbe.problems(configuration)
    var (fault, onDisk): (String?, Configuration?) = (nil, nil)
    if let file {
      do throws(ConfigurationError) {
        onDisk = try ConfigurationFile.parse(ConfigurationCheck.text(of: file), name: file)
      } catch { fault = error.brief }
    }
    findings.withLock { [fault, onDisk] in
      $0 = Findings(unusable: unusable, fault: fault, configuration: onDisk, refusals: refusals)
    }
  }

  /// What happened to a claim, on any queue.
  /// - Returns: Whether it is news: the same reason puts a claim off again and again.
  func note(_ event: StudyRunEvent) -> Bool {
    putOff.withLock { putOff in
      switch event {
      case .failed(let id, let failure, .release):
        return putOff.updateValue(failure.detail, forKey: id) != failure.detail
      case .failed(_, _, .leave): break
      case .failed(let id, _, _), .published(let id, _, _), .lost(let id, _), .nothingNew(let id, _):
        putOff[id] = nil
      case .settled(let state): putOff[state.claim.id] = nil
      }
      return true
    }
  }

  /// Judges how things stand, and tells what is new.
  func look(_ status: StatusSnapshot) {
    dispatchPrecondition(condition: .onQueue(control))
    let before = watch
    let edges = watch.update(
      status.troubles(now: status.time), at: status.time,
      hasLooked: SystemClock.monotonic() - began > Self.settlingSeconds)
    for edge in edges { tell(edge) }
    if watch != before { notices.take(edges, watch) }
  }

  private func tell(_ edge: TroubleWatch.Edge) {
    switch edge {
    case .start(let trouble): log.error("trouble: \(trouble.text)", ["trouble": trouble.name.rawValue])
    case .end(let trouble, let seconds):
      log.notice(
        "trouble over: \(trouble.problem)",
        ["trouble": trouble.name.rawValue, "seconds": "\(Int(seconds))"])
    }
  }
}

extension HealthReporter {
  func describe(_ status: inout StatusSnapshot) {
    let found = findings.withLock { $0 }
    status.health.unusable.merge(found.unusable) { $1 }
    if let began = found.began, SystemClock.monotonic() - began > Self.patienceSeconds {
      status.health.unusable[FileError.Place.outbox.rawValue] = "a folder or a share does not answer"
    }
    status.health.putOff.merge(
      putOff.withLock { Dictionary($0.values.map { ($0, 1) }, uniquingKeysWith: +) }, uniquingKeysWith: +)
    // The file says again what is in force.
    if found.configuration == configuration, found.refusals == refusals { refusal = nil }
    status.health.configuration = found.fault ?? refusal
    status.health.clockJump = clock.jump
    let needs = needs()
    (status.health.held, status.health.quarantined) = (needs.held, needs.quarantined)
    status.health.journal = opened.store.rewriteFailure.map { "\($0)" }
    status.health.oldestUnfinished = opened.store.read { $0.oldestUnfinished }
  }

  func describe(_ gauges: inout MetricsState.Gauges) { gauges.troubles = open }

  /// Looked for again where the ledger, the acknowledgement or `quarantine/` is another than before.
  private func needs() -> NeedsPerson {
    let spool = opened.spool
    let version = opened.store.version
    let (acknowledged, folders) = (Self.stamp(spool.acknowledged), Self.stamp(spool.quarantine))
    if let last = lastNeeds, last.version == version, last.acknowledged == acknowledged,
      last.folders == folders
    {
      return last.needs
    }
    let needs = opened.store.read { NeedsPerson($0, spool) }
    lastNeeds = (version, acknowledged, folders, needs)
    return needs
  }

  private static func stamp(_ path: String) -> FileStamp? {
    guard let status = try? Files.examine(path, .spool) else { return nil }
    return FileStamp(size: Int(status.st_size), modified: status.modifiedNanoseconds)
  }
}

extension ConfigurationError {
  /// The first fault, and how many there are.
  var brief: String {
    guard let first = faults.first else { return file }
    return "\(file): \(first)"
      + (faults.count > 1 ? ", and \(Plural.of(faults.count - 1, "other fault"))" : "")
  }
}
