import Platform
import Study

/// Decides which files no longer change and may be read. Pure: scans and times in, decisions out.
package struct ReadinessGate: Sendable, Equatable {
  package struct Rules: Sendable, Equatable {
    /// Scans that must have seen the file as it is, the first of them included.
    var sightings = 3
    /// And the time over which they saw it: scans that a notification brought on lie close together.
    var stillSeconds: MonotonicSeconds
    /// After that long without a change, a file that cannot be read to its end is given up.
    package var limitSeconds: MonotonicSeconds
    /// Between two attempts to open a file that may not be read.
    var retrySeconds: MonotonicSeconds

    package init(_ configuration: Configuration) {
      stillSeconds = 1.5 * configuration.scanSeconds
      limitSeconds = configuration.limitSeconds
      retrySeconds = max(5 * configuration.scanSeconds, 1)
    }
  }

  package enum Standing: Sendable, Equatable {
    case settling
    case reading
    /// Read, and part of a study that is not claimed yet.
    case member(ReadFile)
    /// Read, and of no study.
    case loose(ReadFile, InputEnd)
    /// A reader's correction of a study.
    case correction(ReadFile, study: String)
    /// An archive that can be taken apart.
    case box(ReadFile)
    /// Unfinished as it is. Its end if it stays so; when it is to be tried again.
    case waiting(ReadFile, InputEnd, retryAt: MonotonicSeconds)
    /// Taken; a scan that began before that may still list it.
    case claimed(at: MonotonicSeconds)
  }

  package struct Tracked: Sendable, Equatable {
    package var stamp: FileStamp
    package var firstSeen: MonotonicSeconds
    package var changedAt: MonotonicSeconds
    var sightings = 1
    package var standing = Standing.settling
    /// Where it lies, if it was taken out of an archive: no scan lists it.
    package var box: BoxedFile?

    /// Not yet known what it is.
    var isUnresolved: Bool { standing == .settling || standing == .reading }

    /// The system does not let it be read, and that may pass.
    var isUnreadable: Bool {
      guard case .waiting(_, let end, _) = standing else { return false }
      return end.reason == .unreadable
    }
  }

  /// What a scan brought about.
  package struct Changes: Sendable, Equatable {
    /// Files that no longer change, oldest first.
    var toRead: [ScanReport.File] = []
    /// New or changed, and small enough for a reader's correction.
    var toPeek: [ScanReport.File] = []
    /// Members that are no longer what was read.
    package var lost: [String] = []
  }

  var rules: Rules
  package private(set) var tracked: [String: Tracked] = [:]

  package init(rules: Rules) { self.rules = rules }

  package mutating func observe(_ report: ScanReport) -> Changes {
    var changes = Changes()
    let now = report.began
    var seen = Set<String>(minimumCapacity: report.files.count)
    for file in report.files {
      seen.insert(file.path)
      observe(file, now, &changes)
    }
    if report.failure == nil { drop(notIn: seen, report, &changes) }
    readAgain(now, &changes)
    changes.toRead.sort {
      (tracked[$0.path]?.firstSeen ?? 0, $0.path) < (tracked[$1.path]?.firstSeen ?? 0, $1.path)
    }
    return changes
  }

  private mutating func observe(_ file: ScanReport.File, _ now: MonotonicSeconds, _ changes: inout Changes) {
    if tracked[file.path]?.stamp != file.stamp, (1...ReaderCorrection.mostBytes).contains(file.stamp.size) {
      changes.toPeek.append(file)
    }
    guard var entry = tracked[file.path] else {
      tracked[file.path] = Tracked(stamp: file.stamp, firstSeen: now, changedAt: now)
      return
    }
    if case .claimed(let at) = entry.standing {
      // A look that began before the claim tells nothing new of it.
      if now > at { tracked[file.path] = Tracked(stamp: file.stamp, firstSeen: now, changedAt: now) }
      return
    }
    if entry.stamp == file.stamp {
      entry.sightings += 1
    } else {
      if case .member = entry.standing { changes.lost.append(file.path) }
      entry = Tracked(stamp: file.stamp, firstSeen: entry.firstSeen, changedAt: now)
    }
    if isToBeRead(entry, now) {
      entry.standing = .reading
      changes.toRead.append(file)
    }
    tracked[file.path] = entry
  }

  private func isToBeRead(_ entry: Tracked, _ now: MonotonicSeconds) -> Bool {
    switch entry.standing {
    case .settling:
      entry.stamp.size > 0 && entry.sightings >= rules.sightings
        && now - entry.changedAt >= rules.stillSeconds
    case .waiting(_, let end, let retryAt): end.reason == .unreadable && now >= retryAt
    case .reading, .member, .loose, .correction, .box, .claimed: false
    }
  }

  /// Files from archives that could not be read when it was tried.
  private mutating func readAgain(_ now: MonotonicSeconds, _ changes: inout Changes) {
    for (path, entry) in tracked where entry.box != nil && isToBeReadAgain(entry, now) {
      tracked[path]?.standing = .reading
      changes.toRead.append(.init(path: path, stamp: entry.stamp, box: entry.box))
    }
  }

  private func isToBeReadAgain(_ entry: Tracked, _ now: MonotonicSeconds) -> Bool {
    if entry.standing == .settling { return now - entry.changedAt >= rules.stillSeconds }
    return isToBeRead(entry, now)
  }

  /// Takes in a file that was taken out of an archive and is to be read; one that is known already stays as it is.
  /// - Returns: Whether it is to be read.
  package mutating func add(_ file: ScanReport.File, now: MonotonicSeconds) -> Bool {
    guard tracked[file.path] == nil else { return false }
    tracked[file.path] = Tracked(
      stamp: file.stamp, firstSeen: now, changedAt: now, standing: .reading, box: file.box)
    return true
  }

  /// Takes in a file that was taken out of an archive and whose end is decided.
  package mutating func add(_ file: ReadFile, _ end: InputEnd, now: MonotonicSeconds) {
    guard tracked[file.source] == nil else { return }
    tracked[file.source] = Tracked(
      stamp: file.stamp, firstSeen: now, changedAt: now, standing: .loose(file, end), box: file.box)
  }

  /// What a scan does not list is gone, unless its folder could not be listed.
  private mutating func drop(notIn seen: Set<String>, _ report: ScanReport, _ changes: inout Changes) {
    for (path, entry) in tracked where !seen.contains(path) && !SourcePath.isUnpacked(path) {
      if case .claimed(let at) = entry.standing, report.began <= at { continue }
      if report.unreadableFolders.contains(where: { InboxName.lies(path, in: $0) }) { continue }
      if case .member = entry.standing { changes.lost.append(path) }
      tracked[path] = nil
    }
    changes.lost.sort()
  }

  /// Takes in a correction that was whole when it came.
  mutating func setPeeked(_ file: ReadFile) {
    guard tracked[file.source]?.standing == .settling, tracked[file.source]?.stamp == file.stamp else {
      return
    }
    tracked[file.source]?.standing = .reading
    _ = setRead(file, now: 0)
  }

  /// Takes in what was read of a file.
  /// - Returns: Whether the file is still as it was read.
  package mutating func setRead(_ file: ReadFile, now: MonotonicSeconds) -> Bool {
    guard var entry = tracked[file.source], entry.standing == .reading, entry.stamp == file.stamp else {
      return false
    }
    switch file.assessed.verdict {
    case .member: entry.standing = .member(file)
    case .correction(let study): entry.standing = .correction(file, study: study)
    case .box: entry.standing = .box(file)
    case .loose(let state, let reason, let detail):
      entry.standing = .loose(file, InputEnd(state: state, reason: reason, detail: detail))
    case .unfinished(let reason, let detail):
      let end = InputEnd(state: .quarantined, reason: reason, detail: detail)
      entry.standing = .waiting(file, end, retryAt: now + rules.retrySeconds)
    }
    tracked[file.source] = entry
    return true
  }

  /// The file could not be read for a reason that lies elsewhere, or changed while it was read.
  mutating func readAgainLater(_ path: String, now: MonotonicSeconds) {
    guard tracked[path]?.standing == .reading else { return }
    tracked[path]?.standing = .settling
    tracked[path]?.sightings = 1
    tracked[path]?.changedAt = now
  }

  mutating func setClaimed(_ paths: some Sequence<String>, at now: MonotonicSeconds) {
    for path in paths {
      // What came out of an archive and is taken never comes again under its name.
      let isGone = SourcePath.isUnpacked(path) && now < .greatestFiniteMagnitude
      if isGone { tracked[path] = nil } else { tracked[path]?.standing = .claimed(at: now) }
    }
  }

  /// Files of a claim that are still being fetched: what is under their names is part of it.
  package mutating func expect(_ paths: some Sequence<String>) {
    for path in paths {
      tracked[path] = Tracked(
        stamp: FileStamp(size: 0, modified: 0), firstSeen: 0, changedAt: 0,
        standing: .claimed(at: .greatestFiniteMagnitude))
    }
  }

  /// Files whose end is decided: of no study, or given up at their limit.
  package func decided(now: MonotonicSeconds) -> [(file: ReadFile, end: InputEnd)] {
    tracked.sorted { $0.key < $1.key }
      .compactMap { path, entry in
        let isOverdue = now - entry.changedAt >= rules.limitSeconds
        switch entry.standing {
        case .loose(let file, let end): return (file, end)
        case .waiting(let file, let end, _) where isOverdue: return (file, end)
        case .settling where entry.stamp.size == 0 && isOverdue:
          return (Self.empty(path, entry.stamp), Self.emptyEnd)
        default: return nil
        }
      }
  }

  /// Archives that can be taken apart, oldest first.
  package var boxes: [ReadFile] {
    tracked.values.sorted { ($0.firstSeen, $0.stamp.modified) < ($1.firstSeen, $1.stamp.modified) }
      .compactMap { entry in
        if case .box(let file) = entry.standing { file } else { nil }
      }
  }

  /// Readers' corrections by what they were written for, oldest first.
  package var corrections: [(study: String, file: ReadFile, firstSeen: MonotonicSeconds)] {
    tracked.values.sorted { ($0.firstSeen, $0.stamp.modified) < ($1.firstSeen, $1.stamp.modified) }
      .compactMap { entry in
        if case .correction(let file, let study) = entry.standing {
          (study, file, entry.firstSeen)
        } else {
          nil
        }
      }
  }

  private static let emptyEnd = InputEnd(
    state: .quarantined, reason: .truncated, detail: "The file is empty and stayed so.")

  private static func empty(_ path: String, _ stamp: FileStamp) -> ReadFile {
    let verdict = AssessedFile.Verdict.unfinished(.truncated, detail: "The file is empty.")
    return ReadFile(
      stamp: stamp, assessed: AssessedFile(path: path, sha256: SHA256.hexDigest(of: []), verdict: verdict))
  }
}
