import Glibc
import Lab
import Platform
import Spool

extension Command {
  static let explain = Command(
    name: "explain", operands: "STUDY", summary: "Tells where a study is, and why.",
    options: [
      configurationOption, Option("--show-paths", nil, "name the files; names may carry patients' names"),
      Option("--json", nil, "the answer as JSON on standard output"),
    ],
    run: { arguments in
      guard arguments.operands.count == 1 else {
        throw CommandFailure.usage("name one study: its StudyInstanceUID, or its name in the log")
      }
      let spool = Spool(path: try configuration(arguments).spool)
      let explanation = try StudyExplanation(
        arguments.operands[0], ledger: ledger(spool), snapshot: StatusSnapshot.read(spool),
        isRunning: SpoolLock.isHeld(spool.lock), hash: spool.hash(),
        showsPaths: arguments.has("--show-paths"))
      if explanation.isEmpty {
        let word = arguments.operands[0]
        throw CommandFailure(
          code: ExitCode.failure,
          sentence: "\(word): no such study is known; a file that came just now is read first")
      }
      print(
        arguments.has("--json") ? explanation.json : TerminalText.visible(explanation.text, keepsLines: true),
        terminator: "")
      return ExitCode.success
    })
}

extension Spool {
  /// The key is made by the daemon; before that there is nothing to explain.
  func hash() throws(CommandFailure) -> KeyedHash {
    guard access(key, F_OK) == 0 || errno != ENOENT else {
      throw CommandFailure(code: ExitCode.failure, sentence: "\(path): no daemon has used this spool yet")
    }
    do throws(FileError) { return try KeyedHash.load(key) } catch {
      throw CommandFailure(code: ExitCode.failure, sentence: "\(key): \(error); ask as the daemon's user")
    }
  }
}

/// Where a study is and why, from the journal and the running daemon's own account. Pure.
struct StudyExplanation {
  let claims: [StudyState]
  let pending: [StatusSnapshot.Pending]
  /// Files that state the study and cannot be read as they are.
  let waiting: [StatusSnapshot.Waiting]
  let name: String
  private let hash: KeyedHash
  private let showsPaths: Bool
  private let isRunning: Bool
  private let runningClaims: Set<Int>

  /// - Parameters:
  ///   - word: A StudyInstanceUID, the keyed hash of one, or a claim's folder name such as `c12`.
  ///   - isRunning: Whether the daemon that wrote the snapshot, or any other, works on the spool.
  init(
    _ word: String, ledger: Ledger, snapshot: StatusSnapshot?, isRunning: Bool, hash: KeyedHash,
    showsPaths: Bool
  ) {
    claims = ledger.claims(named: word, hash: hash)
    pending = snapshot?.pending.filter { $0.study == word || hash.name(of: $0.study) == word } ?? []
    waiting =
      snapshot?.waiting.filter { file in
        file.study.map { $0 == word || hash.name(of: $0) == word } ?? false
      } ?? []
    let study = claims.first?.claim.namedStudy ?? pending.first?.study ?? waiting.first?.study
    let isOfNoStudy = study == nil && !claims.isEmpty
    name = study.map { showsPaths ? $0 : hash.name(of: $0) } ?? (isOfNoStudy ? "none" : word)
    self.hash = hash
    self.showsPaths = showsPaths
    self.isRunning = isRunning
    runningClaims = Set(snapshot?.running ?? [])
  }

  var isEmpty: Bool { claims.isEmpty && pending.isEmpty && waiting.isEmpty }

  var text: String {
    var lines = ["study \(name)"]
    if !isRunning { lines.append("no daemon is running on this spool; this is how the last one left it") }
    for state in claims { lines += describe(state) }
    for study in pending {
      lines.append("in the inbox since \(Self.time(study.firstSeen)): \(study.why)")
      lines.append("  quiet at \(Self.time(study.quietAt)) if nothing more comes")
      lines += study.paths.map { "  \(file($0))" }
      if study.fileCount > study.paths.count {
        lines.append("  and \(study.fileCount - study.paths.count) more")
      }
    }
    for file in waiting { lines += describe(file) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func describe(_ file: StatusSnapshot.Waiting) -> [String] {
    let limit = file.givenUpAt.map { ", given up at \(Self.time($0)) if it stays so" } ?? ""
    return [
      "in the inbox since \(Self.time(file.firstSeen)): a file that cannot be read yet\(limit)",
      "  \(self.file(file.path)): \(file.reason)" + (file.detail.map { ": \($0)" } ?? ""),
    ]
  }

  private func describe(_ state: StudyState) -> [String] {
    var lines = ["\(state.claim.folderName), claimed \(Self.time(state.claim.claimedAt)): \(standing(state))"]
    if state.claim.closedAtLimit { lines.append("  closed at its limit while files still came") }
    if state.attempts > 1 { lines.append("  begun \(state.attempts) times") }
    if let failure = state.lastFailure, state.published == nil {
      lines.append(
        "  last failure \(Self.time(failure.at)), stage \(failure.stage.rawValue): \(failure.detail)")
    }
    for file in state.claim.files {
      let end =
        file.end.map { "\($0.state.rawValue)\($0.reason.map { " (\($0.rawValue))" } ?? "")" } ?? "open"
      lines.append("  \(self.file(file.source)): \(end)")
      if let detail = file.end?.detail { lines.append("    \(detail)") }
    }
    return lines
  }

  private func standing(_ state: StudyState) -> String {
    switch state.phase {
    case .claiming: return "its files are on their way into the spool"
    case .claimed: return state.lastFailure == nil ? "waits for its turn" : "waits to be tried again"
    case .unpacked: return "taken apart; each file in it comes to an end of its own"
    case .started where !isRunning: return "begun, and goes on when the daemon runs"
    case .started: return runningClaims.contains(state.claim.id) ? "in work" : "in work, between turns"
    case .publishing(let publication):
      if publication.isReleased == true { return "waits to be tried again" }
      return "about to be published as \(publication.revision.number)"
    case .concluded: return "its files are on their way to their ends"
    case .settled:
      if let revision = state.published, isOfEarlierClaim(revision, than: state) {
        return "nothing new: the same as revision \(revision.number), \(state.status?.rawValue ?? "")"
      }
      if let revision = state.published {
        return "published as revision \(revision.number), \(state.status?.rawValue ?? "")"
      }
      if state.claim.files.contains(where: { $0.end?.isSetAside == true }) { return "set aside" }
      return state.claim.study == nil ? "files of no study" : "nothing new to publish"
    case .returning: return "on its way back to the inbox"
    case .returned: return "given back to the inbox"
    }
  }

  private func isOfEarlierClaim(_ revision: PublishedRevision, than state: StudyState) -> Bool {
    claims.contains { $0.claim.id < state.claim.id && $0.published == revision }
  }

  private func file(_ path: String) -> String { showsPaths ? path : hash.name(of: path) }

  private static func time(_ milliseconds: Int64) -> String { UTCTime(milliseconds: milliseconds).iso8601 }
}

extension StudyExplanation {
  var json: String {
    let value = JSONValue.object([
      ("study", .string(name)), ("running", .bool(isRunning)), ("claims", .array(claims.map(json))),
      ("inbox", .array(pending.map(json))),
      ("unreadable", .array(waiting.map(json))),
    ])
    return (try? value.pretty()) ?? "{}\n"
  }

  private func json(_ state: StudyState) -> JSONValue {
    .object([
      ("claim", .string(state.claim.folderName)), ("phase", .string(state.phase.name)),
      ("standing", .string(standing(state))), ("claimed_at", .string(Self.time(state.claim.claimedAt))),
      ("concluded_at", .optional(state.concludedAt.map(Self.time))), ("attempts", .integer(state.attempts)),
      ("closed_at_limit", .bool(state.claim.closedAtLimit)), ("status", .optional(state.status?.rawValue)),
      ("revision", state.published.map { .integer($0.number) } ?? .null),
      ("last_failure", .optional(state.lastFailure?.detail)),
      (
        "files",
        .array(
          state.claim.files.map { file in
            .object([
              ("file", .string(self.file(file.source))), ("sha256", .string(file.sha256)),
              ("state", .optional(file.end?.state.rawValue)),
              ("reason", .optional(file.end?.reason?.rawValue)),
              ("detail", .optional(file.end?.detail)),
            ])
          })
      ),
    ])
  }

  private func json(_ file: StatusSnapshot.Waiting) -> JSONValue {
    .object([
      ("file", .string(self.file(file.path))), ("since", .string(Self.time(file.firstSeen))),
      ("reason", .optional(file.code?.rawValue)), ("detail", .optional(file.detail)),
      ("given_up_at", .optional(file.givenUpAt.map(Self.time))),
    ])
  }

  private func json(_ study: StatusSnapshot.Pending) -> JSONValue {
    .object([
      ("since", .string(Self.time(study.firstSeen))), ("quiet_at", .string(Self.time(study.quietAt))),
      ("why", .string(study.why)), ("file_count", .integer(study.fileCount)),
      ("files", .array(study.paths.map { .string(file($0)) })),
    ])
  }
}

extension Ledger {
  /// The claims that a person means by a StudyInstanceUID, by its keyed hash, or by a claim's folder name.
  func claims(named word: String, hash: KeyedHash) -> [StudyState] {
    let known = claims(naming: word)
    if !known.isEmpty { return known }
    if word.hasPrefix("c"), let id = Int(word.dropFirst()), let state = state(of: id) { return [state] }
    let study = states.lazy.compactMap(\.claim.namedStudy).first { hash.name(of: $0) == word }
    return study.map { claims(naming: $0) } ?? []
  }
}
