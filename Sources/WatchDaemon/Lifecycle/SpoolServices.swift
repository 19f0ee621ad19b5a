import Platform
import Spool
import Study

/// Parts that know no daemon, as services of one.
extension Intake: Service {
  func describe(_ status: inout StatusSnapshot) {
    let refused = Dictionary(grouping: lastReport?.refused ?? [:], by: \.value.rawValue).mapValues(\.count)
    status.inbox = StatusSnapshot.Inbox(
      isReachable: isReachable, isShareMissing: isShareMissing, lastScan: lastScanAt,
      scanMilliseconds: lastReport.map { ($0.ended - $0.began) * 1000 } ?? 0,
      knownFiles: lastReport?.knownCount ?? 0, temporaryFiles: lastReport?.temporaryCount ?? 0,
      refused: refused, unreadableFolders: lastReport?.unreadableFolders.count ?? 0,
      failure: lastReport?.failure?.reason)
    status.health.notRead = Dictionary(unread.values.map { ($0, 1) }, uniquingKeysWith: +)
    let waiting = waitingFiles()
    status.waiting = Array(waiting.prefix(StatusSnapshot.listed))
    status.waitingCount = waiting.count
  }

  /// Files that are of no study yet, the oldest first.
  private func waitingFiles() -> [StatusSnapshot.Waiting] {
    gate.tracked.compactMap { path, entry in
      switch entry.standing {
      case .settling, .reading:
        let reason =
          entry.stamp.size == 0
          ? "it is empty" : entry.standing == .reading ? "it is being read" : "it may still grow"
        return .init(
          path: path, firstSeen: SystemClock.utc(at: entry.firstSeen), reason: reason,
          givenUpAt: entry.stamp.size == 0 ? givenUpAt(entry) : nil)
      case .waiting(let file, let end, _):
        return .init(
          path: path, firstSeen: SystemClock.utc(at: entry.firstSeen), reason: end.reason?.rawValue ?? "",
          givenUpAt: givenUpAt(entry), code: end.reason, detail: end.detail,
          study: file.assessed.statedStudy)
      case .member, .loose, .correction, .box, .claimed: return nil
      }
    }
    .sorted { ($0.firstSeen, $0.path) < ($1.firstSeen, $1.path) }
  }

  private func givenUpAt(_ entry: ReadinessGate.Tracked) -> Int64 {
    SystemClock.utc(at: entry.changedAt + limitSeconds)
  }

  func describe(_ gauges: inout MetricsState.Gauges) {
    gauges.pendingStudies = gathering.studies.count
    gauges.pendingFiles = gate.tracked.values.count { if case .claimed = $0.standing { false } else { true } }
    let firstSeen = gathering.studies.values.flatMap { $0.values.map(\.firstSeen) }.min()
    gauges.oldestPendingSeconds = firstSeen.map { SystemClock.monotonic() - $0 } ?? 0
    gauges.isInboxReachable = isReachable
    gauges.scanSeconds = lastReport.map { $0.ended - $0.began } ?? 0
    gauges.lastScan = lastScanAt.map { Double($0) / 1000 }
  }
}

extension InferenceQueue: Service {
  var isIdle: Bool { snapshot.runningCount == 0 }

  func describe(_ status: inout StatusSnapshot) {
    let queue = snapshot
    status.running = queue.runningIDs
    (status.queued, status.deferred) = (queue.waitingCount, queue.deferredCount)
  }

  func describe(_ gauges: inout MetricsState.Gauges) {
    let queue = snapshot
    gauges.queueWaiting = queue.waitingCount
    (gauges.queueRunning, gauges.queueDeferred) = (queue.runningCount, queue.deferredCount)
  }
}

extension QueueState.Limits {
  init(_ configuration: Configuration, cores: Int) {
    self.init(
      width: configuration.effectiveWidth(cores: cores),
      backlog: configuration.effectiveBacklog(cores: cores),
      memoryBytes: min(configuration.memoryMegabytes << 20, MachineShare.memoryBytes / 2))
  }
}

extension OutboxIndexer: Service {
  /// Brings the index up to what is in the outbox.
  func start() { wake() }

  func reload(_ configuration: Configuration) { set(configuration) }

  /// What failed is tried again.
  func tick() { if problem != nil { wake() } }

  func stop() { finish() }

  func describe(_ status: inout StatusSnapshot) {
    status.views = views
    status.health.index = problem
  }

  func describe(_ gauges: inout MetricsState.Gauges) {
    (gauges.views, gauges.readings) = (views, readings)
  }
}
