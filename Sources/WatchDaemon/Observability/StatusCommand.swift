import Platform
import Spool
import Study

extension Command {
  static let status = Command(
    name: "status", operands: "", summary: "Tells how the daemon fares; exit 1 when something is wrong.",
    options: [configurationOption, Option("--json", nil, "the answer as JSON on standard output")],
    run: { arguments in
      let configuration = try configuration(arguments)
      let spool = Spool(path: configuration.spool)
      let status = DaemonStatus(
        ledger: try ledger(spool), snapshot: StatusSnapshot.read(spool),
        isRunning: SpoolLock.isHeld(spool.lock),
        now: SystemClock.utc())
      print(
        arguments.has("--json") ? status.json : TerminalText.visible(status.text, keepsLines: true),
        terminator: "")
      return status.isHealthy ? ExitCode.success : ExitCode.failure
    })
}

/// What `hinged status` tells: from the journal, and from what the running daemon writes. Pure. No names, no
/// identifiers.
struct DaemonStatus {
  let ledger: Ledger
  let snapshot: StatusSnapshot?
  let isRunning: Bool
  /// UTC, milliseconds.
  let now: Int64
  let sums: FileSums
  /// Files in quarantine.
  let setAside: [FilesInTrouble]

  init(ledger: Ledger, snapshot: StatusSnapshot?, isRunning: Bool, now: Int64) {
    self.ledger = ledger
    self.snapshot = snapshot
    self.isRunning = isRunning
    self.now = now
    sums = FileSums(ledger)
    setAside = FilesInTrouble.setAside(ledger)
  }

  /// What is wrong, a sentence each.
  var troubles: [String] {
    var troubles: [String] = []
    if !isRunning { troubles.append("no daemon is running on this spool") }
    if !sums.reconciles { troubles.append("the sums of the files do not reconcile") }
    guard isRunning, let snapshot else { return troubles }
    let silence = Double(now - snapshot.time) / 1000
    if silence > 60 + 3 * snapshot.scanSeconds {
      troubles.append("the daemon has not reported for \(Self.age(silence))")
    }
    if !snapshot.inbox.isReachable {
      troubles.append(
        snapshot.inbox.isShareMissing
          ? "the inbox's share is not mounted; if it is to have none any more, remove inbox-mount from the spool and "
            + "restart the daemon" : "the inbox cannot be read")
    }
    if snapshot.inbox.unreadableFolders > 0 {
      troubles.append("\(Plural.of(snapshot.inbox.unreadableFolders, "folder")) of the inbox cannot be read")
    }
    for (reason, count) in snapshot.stranded.sorted(by: { $0.key < $1.key }) {
      troubles.append("\(Plural.of(count, "claim")) cannot be taken: \(reason)")
    }
    if let pause = snapshot.pause { troubles.append("intake pauses: \(pause)") }
    let oldest = oldestUnfinishedSeconds
    if oldest > max(3600, 4 * snapshot.stageSeconds) {
      troubles.append("a claimed study is unfinished for \(Self.age(oldest))")
    }
    return troubles
  }

  var isHealthy: Bool { troubles.isEmpty }

  private var unfinished: [StudyState] { ledger.unfinished }

  private var oldestUnfinishedSeconds: Double {
    // An archive waits for the files in it, and each of them is counted by itself.
    unfinished.lazy.filter { $0.phase != .unpacked }.map { Double(now - $0.claim.claimedAt) / 1000 }.max()
      ?? 0
  }

  private var oldestPendingSeconds: Double {
    snapshot?.pending.map { Double(now - $0.firstSeen) / 1000 }.max() ?? 0
  }

  private var pendingFiles: Int { snapshot?.pending.reduce(0) { $0 + $1.paths.count } ?? 0 }

  /// Claims of studies by their state, or by what came of them.
  private var studies: [(name: String, count: Int)] {
    var counts: [String: Int] = [:]
    for state in ledger.states where state.claim.study != nil && state.phase != .returned {
      let isOver = state.phase == .settled || state.phase == .concluded
      let name =
        isOver ? state.published == nil ? "not published" : state.status?.rawValue ?? "" : state.phase.name
      counts[name, default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) }
  }

  private var endings: [(name: String, count: Int)] {
    StudyReport.Input.State.allNames.map { (name: $0, count: sums.ends[$0] ?? 0) }
  }
}

extension DaemonStatus {
  var text: String {
    var lines = [isHealthy ? "healthy" : "UNHEALTHY"] + troubles.map { "  \($0)" }
    if let snapshot, isRunning {
      lines.append(
        "daemon     \(snapshot.phase.rawValue), process \(snapshot.process), version \(snapshot.version)")
      let scan = snapshot.inbox.lastScan.map { Self.age(Double(now - $0) / 1000) + " ago" } ?? "never"
      lines.append("inbox      scanned \(scan) in \(Int(snapshot.inbox.scanMilliseconds)) ms")
      lines.append(
        "           \(snapshot.waitingCount) waiting, \(snapshot.inbox.temporaryFiles) temporary, "
          + "\(refused(snapshot.inbox)), \(snapshot.inbox.knownFiles) known")
      lines += FilesInTrouble.waiting(snapshot.waiting).map { "           \($0.text)" }
      lines.append(
        "gathering  \(Plural.of(snapshot.pending.count, "study")) of \(Plural.of(pendingFiles, "file")), "
          + "oldest \(Self.age(oldestPendingSeconds))")
      lines.append(
        "queue      \(snapshot.running.count) running, \(snapshot.queued) queued, \(snapshot.deferred) deferred, "
          + "oldest \(Self.age(oldestUnfinishedSeconds))")
    }
    lines.append(
      "studies    " + list(studies.map { (name: Self.words[$0.name] ?? $0.name, count: $0.count) }))
    lines += viewLines
    lines.append(
      "files      \(sums.taken) taken = \(sums.open) open + "
        + endings.map { "\($0.count) \($0.name)" }.joined(separator: " + "))
    for (index, files) in setAside.enumerated() {
      lines.append((index == 0 ? "set aside  " : "           ") + files.text)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Measures of a view are withheld where it is unknown, so that is said with its remedy.
  private var viewLines: [String] {
    guard isRunning, let views = snapshot?.views else { return [] }
    let counts = "\(views.stated) stated, \(views.picture) from the picture, \(views.unknown) unknown"
    guard views.unknown > 0 else { return ["views      \(counts)"] }
    return [
      "views      \(counts)",
      "           view unknown in \(Plural.of(views.unknown, "study")): write a view rule into the configuration, "
        + "reload, and requeue them; the outbox's index names them",
    ]
  }

  var json: String {
    var members: [(key: String, value: JSONValue)] = [
      ("healthy", .bool(isHealthy)), ("troubles", .array(troubles.map { .string($0) })),
      ("running", .bool(isRunning)),
      ("studies", .object(studies.map { ($0.name, .integer($0.count)) })),
      (
        "files",
        .object(
          [("taken", .integer(sums.taken)), ("open", .integer(sums.open))]
            + endings.map { ($0.name, .integer($0.count)) } + [("reconciles", .bool(sums.reconciles))])
      ),
      ("set_aside", .array(setAside.map(\.json))),
      ("oldest_unfinished_seconds", .rounded(oldestUnfinishedSeconds, 1)),
      ("oldest_pending_seconds", .rounded(oldestPendingSeconds, 1)),
    ]
    if let views = snapshot?.views {
      members.append(("views", .object(views.counts.map { ($0.name, .integer($0.count)) })))
    }
    if let snapshot { members += Self.members(of: snapshot, pendingFiles: pendingFiles) }
    return ((try? JSONValue.object(members).pretty()) ?? "{}\n")
  }

  private static func members(of snapshot: StatusSnapshot, pendingFiles: Int) -> [(
    key: String, value: JSONValue
  )] {
    let inbox = snapshot.inbox
    return [
      ("phase", .string(snapshot.phase.rawValue)), ("process", .integer(Int(snapshot.process))),
      ("version", .string(snapshot.version)), ("pause", .optional(snapshot.pause)),
      (
        "inbox",
        .object([
          ("reachable", .bool(inbox.isReachable)), ("share_missing", .bool(inbox.isShareMissing)),
          ("last_scan", .optional(inbox.lastScan.map { UTCTime(milliseconds: $0).iso8601 })),
          ("scan_ms", .rounded(inbox.scanMilliseconds, 1)), ("known", .integer(inbox.knownFiles)),
          ("temporary", .integer(inbox.temporaryFiles)),
          (
            "refused",
            .object(inbox.refused.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value.count)) })
          ),
          ("waiting", .integer(snapshot.waitingCount)),
          ("unreadable", .array(FilesInTrouble.waiting(snapshot.waiting).map(\.json))),
        ])
      ),
      (
        "gathering",
        .object([("studies", .integer(snapshot.pending.count)), ("files", .integer(pendingFiles))])
      ),
      (
        "queue",
        .object([
          ("running", .integer(snapshot.running.count)), ("queued", .integer(snapshot.queued)),
          ("deferred", .integer(snapshot.deferred)),
        ])
      ),
    ]
  }

  /// How many files are never opened, and why.
  private func refused(_ inbox: StatusSnapshot.Inbox) -> String {
    let kinds = inbox.refused.sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }
    let count = inbox.refused.values.reduce(0) { $0 + $1.count }
    return "\(count) refused" + (kinds.isEmpty ? "" : " (\(kinds.joined(separator: ", ")))")
  }

  /// Phases as an operator would call them.
  private static let words = [
    "claiming": "being taken", "claimed": "waiting", "started": "in work", "publishing": "being published",
    "returning": "being given back",
  ]

  private func list(_ counts: [(name: String, count: Int)]) -> String {
    counts.isEmpty ? "none" : counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
  }

  /// `5 s`, `12 min`, `3 h`, `2 d`.
  static func age(_ seconds: Double) -> String {
    switch seconds {
    case ..<120: "\(Int(max(0, seconds))) s"
    case ..<7200: "\(Int(seconds / 60)) min"
    case ..<172_800: "\(Int(seconds / 3600)) h"
    default: "\(Int(seconds / 86_400)) d"
    }
  }
}

extension StudyReport.Input.State {
  static let allNames = [Self.used, .excluded, .ignored, .quarantined, .held].map(\.rawValue)
}
