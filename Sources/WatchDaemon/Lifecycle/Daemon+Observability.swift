import Dispatch
import Foundation
import Platform
import Spool
import Study

/// What the daemon tells of itself: status file, metrics, service manager; and what it does by the clock.
extension Daemon {
  func startTimers() {
    timers.append(every(Self.careSeconds) { [weak self] in self?.care() })
    if let seconds = parts.notify.watchdogSeconds {
      timers.append(every(seconds / 3) { [weak self] in self?.feedWatchdog() })
    }
  }

  private static let careSeconds = 5.0
  private static let purgeSeconds = 3600.0
  private static let statusSeconds = 10.0

  private func every(_ seconds: Double, _ body: @escaping @Sendable () -> Void) -> any DispatchSourceTimer {
    let timer = DispatchSource.makeTimerSource(queue: control)
    timer.setEventHandler(handler: body)
    let leeway = DispatchTimeInterval.milliseconds(Int(min(500, seconds * 100)))
    timer.schedule(deadline: .now() + seconds, repeating: seconds, leeway: leeway)
    timer.activate()
    return timer
  }

  private func care() {
    takeRequests()
    writeMetrics()
    releaseMemory()
    let now = SystemClock.monotonic()
    if configuration.keepDoneDays != nil, now - lastPurge > Self.purgeSeconds {
      lastPurge = now
      claims.purge(before: SystemClock.utc() - Int64(configuration.keepDoneDays ?? 0) * 86_400_000)
    }
  }

  /// What a study needed while it was in work is not kept for the next one: that may come tomorrow.
  private func releaseMemory() {
    let version = store.version
    if version == versionAtRelease { return }
    versionAtRelease = version
    MachineShare.releaseFreeMemory()
  }

  /// A sign of life is given only while work goes on: each study that runs has made progress within twice the time
  /// that a stage may take. A share that hangs stops the looking and nothing else, and a restart would not mend it.
  private func feedWatchdog() {
    let now = SystemClock.monotonic()
    let running = Set(queue.snapshot.runningIDs)
    let isStuck = runs.withLock {
      $0.values.contains { running.contains($0.context.claim) && $0.context.isStuck(now: now) }
    }
    if !isStuck { parts.notify.feedWatchdog() }
  }

  func writeStatus() {
    let status = snapshot()
    let isDue = lastStatus.map { status.time - $0.time > Int64(Self.statusSeconds * 1000) } ?? true
    guard isDue || lastStatus.map({ !status.tellsTheSame(as: $0) }) ?? true else { return }
    lastStatus = status
    try? status.write(spool)
    parts.notify.status(statusLine(status))
  }

  private func statusLine(_ status: StatusSnapshot) -> String {
    if let pause { return "paused: \(pause)" }
    if !status.inbox.isReachable { return "the inbox cannot be read" }
    return "\(status.running.count) running, \(status.queued) queued, \(status.pending.count) gathering"
  }

  private func snapshot() -> StatusSnapshot {
    let report = intake.lastReport
    let queue = queue.snapshot
    let waiting = waitingFiles()
    return StatusSnapshot(
      time: SystemClock.utc(), process: ProcessInfo.processInfo.processIdentifier, version: parts.version,
      phase: lifecycle.phase, scanSeconds: configuration.scanSeconds,
      stageSeconds: configuration.stageSeconds,
      pause: pause, inbox: inbox(report), pending: pendingStudies(),
      waiting: Array(waiting.prefix(StatusSnapshot.listed)), waitingCount: waiting.count,
      running: queue.runningIDs, queued: queue.waitingCount, deferred: queue.deferredCount,
      stranded: claims.strandedCounts, views: indexer.views)
  }

  private func inbox(_ report: ScanReport?) -> StatusSnapshot.Inbox {
    let refused = Dictionary(grouping: report?.refused ?? [:], by: \.value.rawValue).mapValues {
      $0.map(\.key).sorted()
    }
    return StatusSnapshot.Inbox(
      isReachable: intake.isReachable, isShareMissing: intake.isShareMissing, lastScan: intake.lastScanAt,
      scanMilliseconds: report.map { ($0.ended - $0.began) * 1000 } ?? 0, knownFiles: report?.knownCount ?? 0,
      temporaryFiles: report?.temporaryCount ?? 0, refused: refused,
      unreadableFolders: report?.unreadableFolders.count ?? 0)
  }

  private func pendingStudies() -> [StatusSnapshot.Pending] {
    let ready = Set(intake.ready().map(\.uid))
    return intake.assembler.studies.sorted { $0.key < $1.key }
      .map { uid, members in
        let quietAt = (members.values.lazy.map(\.changedAt).max() ?? 0) + configuration.quietSeconds
        return StatusSnapshot.Pending(
          study: uid, paths: members.keys.sorted(),
          firstSeen: wallTime(members.values.lazy.map(\.firstSeen).min() ?? 0),
          quietAt: wallTime(quietAt), why: ready.contains(uid) ? whyNotClaimed(uid) : "more files may come")
      }
  }

  private func whyNotClaimed(_ uid: String) -> String {
    if let pause { return pause }
    if store.history(of: uid).isActive { return "an earlier part of it is in work" }
    return queue.snapshot.hasRoom ? "its turn is next" : "the queue is full"
  }

  private func waitingFiles() -> [StatusSnapshot.Waiting] {
    intake.gate.tracked.compactMap { path, entry in
      switch entry.standing {
      case .settling, .reading:
        let reason =
          entry.stamp.size == 0
          ? "it is empty" : entry.standing == .reading ? "it is being read" : "it may still grow"
        let limit = entry.stamp.size == 0 ? wallTime(entry.changedAt + configuration.limitSeconds) : nil
        return .init(path: path, firstSeen: wallTime(entry.firstSeen), reason: reason, givenUpAt: limit)
      case .waiting(let file, let end, _):
        let limit = wallTime(entry.changedAt + configuration.limitSeconds)
        return .init(
          path: path, firstSeen: wallTime(entry.firstSeen), reason: end.reason?.rawValue ?? "",
          givenUpAt: limit, code: end.reason, detail: end.detail, study: file.assessed.statedStudy)
      case .member, .loose, .box, .claimed: return nil
      }
    }
    .sorted { ($0.firstSeen, $0.path) < ($1.firstSeen, $1.path) }
  }

  private func writeMetrics() {
    guard let path = configuration.metrics else { return }
    let text = metrics.withLock { $0 }.text(gauges(), version: parts.version)
    do throws(FileError) {
      try AtomicFile.write(Array(text.utf8), to: path, mode: 0o644, durable: false, .metrics)
      hasMetrics = true
    } catch {
      if hasMetrics { parts.log.warning("\(error)") }
      hasMetrics = false
    }
  }

  private func fileSums() -> FileSums {
    let version = store.version
    if let last = lastSums, last.version == version { return last.sums }
    let sums = FileSums(store.read { $0 })
    lastSums = (version, sums)
    return sums
  }

  private func gauges() -> MetricsState.Gauges {
    let queue = queue.snapshot
    let sums = fileSums()
    let firstSeen = intake.assembler.studies.values.flatMap { $0.values.map(\.firstSeen) }.min()
    return MetricsState.Gauges(
      queueWaiting: queue.waitingCount, queueRunning: queue.runningCount, queueDeferred: queue.deferredCount,
      pendingStudies: intake.assembler.studies.count,
      pendingFiles: intake.gate.tracked.values.count {
        if case .claimed = $0.standing { false } else { true }
      },
      oldestPendingSeconds: firstSeen.map { SystemClock.monotonic() - $0 } ?? 0,
      quarantinedFiles: sums.count(.quarantined), heldFiles: sums.count(.held),
      isInboxReachable: intake.isReachable, isPaused: pause != nil,
      scanSeconds: intake.lastReport.map { $0.ended - $0.began } ?? 0,
      lastScan: intake.lastScanAt.map { Double($0) / 1000 }, views: indexer.views)
  }
}

/// Files by their end, of all claims that count. What was taken is the sum of what is open and of all ends.
struct FileSums: Sendable, Equatable {
  private(set) var open = 0
  private(set) var ends: [String: Int]
  /// Counted on its own, for comparison.
  private(set) var taken: Int

  init(_ ledger: Ledger) {
    ends = ledger.forgotten.files.merging(ledger.packed.files, uniquingKeysWith: +)
    taken = ends.values.reduce(0, +)
    for state in ledger.open.values where state.phase != .returned {
      taken += state.claim.files.count
      for file in state.claim.files {
        if let end = file.end { ends[end.state.rawValue, default: 0] += 1 } else { open += 1 }
      }
    }
  }

  func count(_ state: StudyReport.Input.State) -> Int { ends[state.rawValue] ?? 0 }

  var reconciles: Bool { taken == open + ends.values.reduce(0, +) }
}
