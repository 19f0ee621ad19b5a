import Dispatch
import Glibc
import Platform
import Study

/// Keeps looking through the inbox, reads what no longer changes, and knows which studies are ready.
///
/// `@unchecked Sendable`: `scan`, `mounts` and `sweep` are used on `scanQueue` only, all else on `control` only.
/// A look may block on a share that has gone, which is why it has a queue of its own.
package final class Intake: @unchecked Sendable {
  private let control: DispatchQueue
  private let scanQueue = DispatchQueue(label: "hinged.scan")
  private let readers = DispatchQueue(label: "hinged.readers", attributes: .concurrent)
  private let assessor: FileAssessor
  private let log: Log
  private let readerCount: Int
  /// Files whose headers one process reads.
  static let filesABatch = 64
  /// A tenth of a second of digests on a fast disk, a second on a slow share.
  static let bytesABatch = 128 << 20
  private let scan: InboxScan
  private let mounts: InboxMountMemory
  private var sweep: InboxSweep
  private var watcher: InboxWatcher?
  private var timer: (any DispatchSourceTimer)?
  private var configuration: Configuration

  package private(set) var gate: ReadinessGate
  package private(set) var gathering: StudyGathering
  private(set) var surroundings = StudyGathering.Surroundings()
  /// The last look that succeeded or failed; `nil` before the first.
  package private(set) var lastReport: ScanReport?
  package private(set) var isReachable = true
  package private(set) var isShareMissing = false
  /// UTC, milliseconds.
  package private(set) var lastScanAt: Int64?
  /// Files that could not be read for a reason that is not theirs when it was last tried, with why.
  package private(set) var unread: [String: String] = [:]
  private var toRead: [ScanReport.File] = []
  private var batchesBeingRead = 0
  private var isScanning = false
  private var isStopped = false
  private var lastHinted: MonotonicSeconds = 0
  /// Called on `control` after each look and after each file that was read.
  private let onNews: () -> Void

  package init(
    configuration: Configuration, spool: Spool, control: DispatchQueue, assessor: FileAssessor, readers: Int,
    log: Log, onNews: @escaping () -> Void
  ) {
    self.configuration = configuration
    self.control = control
    self.log = log
    self.onNews = onNews
    self.assessor = assessor
    readerCount = readers
    gate = ReadinessGate(rules: .init(configuration))
    gathering = StudyGathering(rules: .init(configuration))
    mounts = InboxMountMemory(path: spool.inboxMount)
    sweep = InboxSweep(inbox: configuration.inbox)
    let watched = WatchedFolders()
    scan = InboxScan(inbox: configuration.inbox) { watched.watcher?.watch($0) }
    watcher = InboxWatcher(inbox: configuration.inbox) { [weak self] folder in self?.hint(folder) }
    watched.watcher = watcher
  }

  /// What lies in the inbox and is done with, from the journal.
  package func setKnown(_ files: [ScanReport.File]) { setKnown { files.forEach($0) } }

  /// - Parameter files: Tells each of them, before the next look; it may take its time.
  package func setKnown(_ files: @escaping @Sendable (_ tell: (ScanReport.File) -> Void) -> Void) {
    scanQueue.async { [self] in files { scan.setKnown($0.path, $0.stamp) } }
  }

  package func setUnknown(_ paths: [String]) {
    scanQueue.async { [self] in for path in paths { scan.setUnknown(path) } }
  }

  /// Files that were moved out of the inbox: what they leave behind is cleared away.
  package func setEmptied(_ paths: [String]) { scanQueue.async { [self] in sweep.add(paths) } }

  package func start() {
    dispatchPrecondition(condition: .onQueue(control))
    let timer = DispatchSource.makeTimerSource(queue: control)
    timer.setEventHandler { [weak self] in self?.look() }
    self.timer = timer
    timer.schedule(deadline: .now())
    timer.activate()
  }

  /// Looks no more, and reads no more.
  package func drain() {
    dispatchPrecondition(condition: .onQueue(control))
    isStopped = true
    timer?.cancel()
    timer = nil
    watcher = nil
    toRead = []
  }

  package func reload(_ configuration: Configuration) {
    self.configuration = configuration
    gate.rules = .init(configuration)
    gathering.rules = .init(configuration)
    timer?.schedule(deadline: .now())
  }

  /// How long a file that cannot be read to its end is waited for after its last change, in seconds.
  package var limitSeconds: MonotonicSeconds { gate.rules.limitSeconds }

  /// The studies that may be claimed, oldest first.
  ///
  /// Judged by the time of the last look: that nothing came since is not known.
  package func ready() -> [StudyGathering.Ready] {
    guard let report = lastReport, report.failure == nil else { return [] }
    return gathering.ready(now: report.began, surroundings)
  }

  /// Files of no study whose end is decided.
  package func decided() -> [(file: ReadFile, end: InputEnd)] { gate.decided(now: SystemClock.monotonic()) }

  /// Readers' corrections, oldest first.
  package func corrections() -> [(study: String, file: ReadFile, firstSeen: MonotonicSeconds)] {
    gate.corrections
  }

  /// Archives that can be taken apart.
  package func boxes() -> [ReadFile] { gate.boxes }

  /// A file that was taken out of an archive.
  package struct Unpacked: Sendable {
    package var file: ScanReport.File
    package var sha256: String
    /// Decided for an archive in the archive.
    package var end: InputEnd?

    package init(file: ScanReport.File, sha256: String, end: InputEnd? = nil) {
      self.file = file
      self.sha256 = sha256
      self.end = end
    }
  }

  /// Takes in what an archive held.
  package func add(_ unpacked: [Unpacked]) {
    dispatchPrecondition(condition: .onQueue(control))
    let now = SystemClock.monotonic()
    for entry in unpacked {
      if let end = entry.end {
        let verdict = AssessedFile.Verdict.loose(end.state, end.reason ?? .unpacked, detail: end.detail ?? "")
        let assessed = AssessedFile(path: entry.file.path, sha256: entry.sha256, verdict: verdict)
        gate.add(ReadFile(stamp: entry.file.stamp, assessed: assessed, box: entry.file.box), end, now: now)
      } else if gate.add(entry.file, now: now) {
        toRead.append(entry.file)
      }
    }
    updateUnresolved()
    readNext()
    onNews()
  }

  /// Files are on their way out of the inbox.
  package func setClaimed(_ paths: [String], study: String?) {
    gate.setClaimed(paths, at: .greatestFiniteMagnitude)
    if let study { gathering.removeStudy(study) }
  }

  /// And now they are out of it, or known where it is only read.
  package func setFetched(_ files: [ScanReport.File], known: Bool) {
    dispatchPrecondition(condition: .onQueue(control))
    let own = files.filter { !SourcePath.isUnpacked($0.path) }
    if known { setKnown(own) } else { setEmptied(own.map(\.path)) }
    gate.setClaimed(files.map(\.path), at: SystemClock.monotonic())
  }

  /// Files that were on their way out of the inbox and are no longer what they were: what is under their names
  /// now is news.
  package func forget(_ paths: [String]) { gate.setClaimed(paths, at: SystemClock.monotonic()) }

  /// Files that were claimed when the daemon started: what a scan finds under their names is not news yet.
  package func expect(_ paths: [String]) { gate.expect(paths) }

  private func hint(_ folder: String?) {
    scanQueue.async { [self] in
      if let folder { scan.setRestless(folder) } else { scan.setAllRestless() }
    }
    control.async { [self] in
      // A scan that takes long is not worth repeating for each file that comes.
      let cost = lastReport.map { $0.ended - $0.began } ?? 0
      let now = SystemClock.monotonic()
      let next = max(lastHinted + min(configuration.scanSeconds, 1), (lastReport?.ended ?? 0) + 20 * cost)
      if isScanning || isStopped || now < next { return }
      lastHinted = now
      timer?.schedule(deadline: .now() + 0.05)
    }
  }

  private func look() {
    dispatchPrecondition(condition: .onQueue(control))
    if isScanning || isStopped { return }
    isScanning = true
    let quietSeconds = configuration.quietSeconds
    scanQueue.async { [self] in
      let mount = InboxMount.now(of: assessor.inbox)
      scan.trustsFolderTimes = mount?.keepsFolderTimes ?? false
      var report = scan.scan()
      if mounts.isMissing(mount, isReadable: report.failure == nil) {
        report.failure = FileError(.list, .inbox, code: ENODEV)
      }
      if report.failure == nil { sweep.sweep(quietSeconds: quietSeconds, now: report.ended) }
      control.async { [self, report] in finish(report) }
    }
  }

  private func finish(_ report: ScanReport) {
    isScanning = false
    if isStopped { return }
    tellReachability(report)
    lastReport = report
    lastScanAt = SystemClock.utc()
    let changes = gate.observe(report)
    for path in changes.lost {
      gathering.remove(path)
      unread[path] = nil
    }
    if report.failure == nil { surroundings.markers = report.markers }
    toRead += changes.toRead
    peek(changes.toPeek)
    updateUnresolved()
    readNext()
    onNews()
    schedule()
  }

  /// The next look: after the usual time, or when a study becomes ready before that.
  private func schedule() {
    let now = SystemClock.monotonic()
    var delay = configuration.scanSeconds
    if let ready = gathering.nextReady(surroundings), ready > now { delay = min(delay, ready - now + 0.001) }
    timer?.schedule(deadline: .now() + max(delay, 0.01), leeway: .milliseconds(10))
  }

  private func updateUnresolved() {
    surroundings.unresolved = gate.tracked.filter { $0.value.isUnresolved }.mapValues(\.changedAt)
    // What cannot be read now may be a file of the study in whose folder it lies, and counts as still coming.
    let now = SystemClock.monotonic()
    for (path, entry) in gate.tracked where entry.isUnreadable || unread[path] != nil {
      surroundings.unresolved[path] = now
    }
    // What cannot be looked at may be a file of the study in whose folder it lies, as far as one can wait for it.
    for path in lastReport?.unexamined ?? [] { surroundings.unresolved[path] = lastReport?.ended }
    surroundings.oldestUnread = gate.tracked.values.lazy.filter { $0.standing == .reading }.map(\.firstSeen)
      .min()
  }

  private func readNext() {
    while batchesBeingRead < readerCount, !toRead.isEmpty, !isStopped {
      let files = takeBatch()
      batchesBeingRead += 1
      readers.async { [self] in
        let outcomes = assessor.assess(files)
        control.async { [self] in finish(outcomes) }
      }
    }
  }

  private func takeBatch() -> [ScanReport.File] {
    let count = Self.batch(of: toRead.lazy.map(\.stamp.size), readers: readerCount)
    defer { toRead.removeFirst(count) }
    return Array(toRead.prefix(count))
  }

  /// How many of the next files one reader takes: a share for each reader, not more than one process is to read, and
  /// not so many bytes that the first of them wait long for the last.
  static func batch(of sizes: some Collection<Int>, readers: Int) -> Int {
    let share = (sizes.count + readers - 1) / readers
    var bytes = 0
    return sizes.prefix(min(share, filesABatch)).prefix { size in
      defer { bytes += min(size, bytesABatch) }
      return bytes < bytesABatch
    }.count
  }

  /// Corrections need not wait for what a file of a study waits for.
  private func peek(_ files: [ScanReport.File]) {
    if files.isEmpty { return }
    readers.async { [self] in
      let found = files.compactMap(assessor.peek)
      if found.isEmpty { return }
      control.async { [self] in
        if isStopped { return }
        for file in found { gate.setPeeked(file) }
        updateUnresolved()
        onNews()
      }
    }
  }

  private func finish(_ outcomes: [FileAssessor.Outcome]) {
    batchesBeingRead -= 1
    let now = SystemClock.monotonic()
    for outcome in outcomes { add(outcome, now: now) }
    readNext()
    if batchesBeingRead == 0 {
      updateUnresolved()
      onNews()
      if !isScanning { schedule() }
    }
  }

  private func add(_ outcome: FileAssessor.Outcome, now: MonotonicSeconds) {
    switch outcome {
    case .read(let file):
      unread[file.source] = nil
      if gate.setRead(file, now: now), let member = file.assessed.member,
        let entry = gate.tracked[file.source]
      {
        gathering.add(
          .init(file: file, firstSeen: entry.firstSeen, changedAt: entry.changedAt),
          to: member.studyInstanceUID)
      }
    case .changed(let path): gate.readAgainLater(path, now: now)
    case .failed(let path, let error):
      unread[path] = "\(error)"
      gate.readAgainLater(path, now: now)
    }
  }

  private func tellReachability(_ report: ScanReport) {
    if isReachable == (report.failure == nil) { return }
    isReachable = report.failure == nil
    isShareMissing = report.failure?.code == ENODEV
  }
}

/// Lets the scan, which is made first, tell the watcher of folders. Set once before the first scan.
private final class WatchedFolders {
  var watcher: InboxWatcher?
}
