import Platform
import Spool
import Study

/// What `hinged status` tells: from the journal, and from what the running daemon writes. Pure. No names, no
/// identifiers.
struct DaemonStatus {
  let ledger: Ledger
  let snapshot: StatusSnapshot?
  let isRunning: Bool
  /// UTC, milliseconds.
  let now: Int64
  let sums: FileSums
  /// Files in quarantine, whether a person has seen them or not.
  let setAside: [FilesInTrouble]
  /// What is wrong, each once.
  let list: [Trouble]

  /// - Parameters:
  ///   - snapshot: What the daemon wrote last; it tells nothing where no daemon runs.
  ///   - found: What the command found out by itself, of troubles that no daemon can tell of too.
  ///   - needs: Files that need a person, as the command found them.
  ///   - unusable: Why folders cannot be used, by the raw value of their place.
  init(
    ledger: Ledger, snapshot: StatusSnapshot?, isRunning: Bool, now: Int64, found: [Trouble] = [],
    needs: NeedsPerson? = nil, unusable: [String: String] = [:]
  ) {
    self.ledger = ledger
    self.snapshot = snapshot
    self.isRunning = isRunning
    self.now = now
    sums = FileSums(ledger)
    setAside = FilesInTrouble.setAside(ledger)
    var facts = (isRunning ? snapshot : nil) ?? .nothing
    facts.health.sumsReconcile = sums.reconciles
    facts.health.unusable.merge(unusable) { $1 }
    if let needs { (facts.health.held, facts.health.quarantined) = (needs.held, needs.quarantined) }
    if isRunning { facts.health.oldestUnfinished = ledger.oldestUnfinished }
    let known = Set(found.map(\.name))
    list =
      Self.seenFromOutside(facts, isRunning: isRunning, now: now) + found
      + facts.troubles(now: now).filter { !known.contains($0.name) }
  }

  /// Of the daemon itself.
  private static func seenFromOutside(_ facts: StatusSnapshot, isRunning: Bool, now: Int64) -> [Trouble] {
    guard isRunning else {
      return [
        Trouble(.notRunning, "no daemon is running on this spool", "start it; its log tells why it ended")
      ]
    }
    let silence = Double(now - facts.time) / 1000
    guard facts.process != 0, silence > StatusSnapshot.longestSilenceSeconds + 3 * facts.scanSeconds else {
      return []
    }
    return [
      Trouble(
        .notReporting, "the daemon has not reported for \(age(silence))",
        "see whether the spool's disk answers and has space; restart the daemon if it stays so")
    ]
  }

  /// A sentence each.
  var troubles: [String] { list.map(\.text) }

  var isHealthy: Bool { list.isEmpty }

  private var oldestUnfinishedSeconds: Double {
    ledger.oldestUnfinished.map { Double(now - $0) / 1000 } ?? 0
  }

  private var oldestPendingSeconds: Double {
    snapshot?.pending.map { Double(now - $0.firstSeen) / 1000 }.max() ?? 0
  }

  /// Claims that are not at their end, of studies and of other files, by how far they are.
  private var unfinished: [(name: String, count: Int)] {
    let counts = Dictionary(ledger.unfinished.map { ($0.phase.name, 1) }, uniquingKeysWith: +)
    return counts.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) }
  }

  /// Claims of studies by their state, or by what came of them.
  private var studies: [(name: String, count: Int)] {
    var counts: [String: Int] = [:]
    for (outcome, count) in ledger.settledOutcomes { if let name = outcome.name { counts[name] = count } }
    for state in ledger.open.values where state.claim.study != nil && state.phase != .returned {
      let isOver = state.phase == .settled || state.phase == .concluded
      counts[(isOver ? ClaimOutcome(state).name : state.phase.name) ?? "", default: 0] += 1
    }
    counts = counts.filter { $0.value > 0 }
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
        "gathering  \(Plural.of(snapshot.pendingCount, "study")) of \(Plural.of(snapshot.pendingFiles, "file")), "
          + "oldest \(Self.age(oldestPendingSeconds))")
      lines.append(
        "queue      \(snapshot.running.count) running, \(snapshot.queued) queued, \(snapshot.deferred) deferred, "
          + "oldest \(Self.age(oldestUnfinishedSeconds))")
    }
    lines.append(
      "claims     "
        + Self.list(unfinished.map { (name: Self.words[$0.name] ?? $0.name, count: $0.count) }))
    lines.append(
      "studies    " + Self.list(studies.map { (name: Self.words[$0.name] ?? $0.name, count: $0.count) }))
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
      ("trouble_list", .array(list.map(\.json))),
      ("running", .bool(isRunning)),
      ("claims", .object(unfinished.map { ($0.name, .integer($0.count)) })),
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
    if let snapshot { members += Self.members(of: snapshot) }
    return ((try? JSONValue.object(members).pretty()) ?? "{}\n")
  }

  private static func members(of snapshot: StatusSnapshot) -> [(key: String, value: JSONValue)] {
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
            .object(inbox.refused.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })
          ),
          ("waiting", .integer(snapshot.waitingCount)),
          ("unreadable_folders", .integer(inbox.unreadableFolders)),
          ("unreadable", .array(FilesInTrouble.waiting(snapshot.waiting).map(\.json))),
        ])
      ),
      (
        "gathering",
        .object([
          ("studies", .integer(snapshot.pendingCount)), ("files", .integer(snapshot.pendingFiles)),
        ])
      ),
      (
        "queue",
        .object([
          ("running", .integer(snapshot.running.count)), ("queued", .integer(snapshot.queued)),
          ("deferred", .integer(snapshot.deferred)),
          (
            "stranded",
            .object(snapshot.stranded.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })
          ),
        ])
      ),
    ]
  }

  /// How many files are never opened, and why.
  private func refused(_ inbox: StatusSnapshot.Inbox) -> String {
    let kinds = inbox.refused.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    let count = inbox.refused.values.reduce(0, +)
    return "\(count) refused" + (kinds.isEmpty ? "" : " (\(kinds.joined(separator: ", ")))")
  }

  /// Phases as an operator would call them.
  private static let words = [
    "claiming": "being taken", "claimed": "waiting", "started": "in work", "publishing": "being published",
    "returning": "being given back",
  ]

  private static func list(_ counts: [(name: String, count: Int)]) -> String {
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

extension ClaimOutcome {
  /// What it is called among the studies; `nil` for files of no study.
  fileprivate var name: String? {
    switch self {
    case .ofNoStudy: nil
    case .notPublished: "not published"
    case .nothingNew: "nothing new"
    case .completed, .partial, .ineligible, .failed: "\(self)"
    }
  }
}

extension Trouble {
  var json: JSONValue {
    .object([
      ("name", .string(name.rawValue)), ("problem", .string(problem)), ("remedy", .string(remedy)),
    ])
  }
}

extension StudyReport.Input.State {
  static let allNames = [Self.used, .excluded, .ignored, .quarantined, .held].map(\.rawValue)
}
