import Platform
import Spool

extension Command {
  static let requeue = Command(
    name: "requeue", operands: "STUDY",
    summary: "Gives the files of a study back to the inbox, to be processed again.",
    options: [configurationOption, Option("--json", nil, "the answer as JSON on standard output")],
    run: { arguments in
      guard arguments.operands.count == 1 else {
        throw CommandFailure.usage("name one study: its StudyInstanceUID, or its name in the log")
      }
      let spool = Spool(path: try configuration(arguments).spool)
      return try Requeue(arguments.operands[0], ledger: ledger(spool), hash: spool.hash())
        .leave(in: spool, printsJSON: arguments.has("--json"))
    })
}

/// One call of `hinged requeue`: the request is left in the spool, and the daemon carries it out, at once if it runs.
struct Requeue {
  let word: String
  let settled: [StudyState]

  init(_ word: String, ledger: Ledger, hash: KeyedHash) throws(CommandFailure) {
    self.word = word
    let known = ledger.claims(named: word, hash: hash)
    let claims = known.filter { $0.phase != .returned }
    settled = (claims + Self.boxes(of: claims, in: ledger)).filter { $0.phase == .settled }
    let problem: String? =
      if known.isEmpty {
        "no such study is known; see hinged status"
      } else if claims.isEmpty {
        "the study was given back to the inbox and is taken from there; see hinged explain \(word)"
      } else if settled.isEmpty {
        "the study is in work already; see hinged explain \(word)"
      } else {
        nil
      }
    if let problem { throw CommandFailure(code: ExitCode.failure, sentence: "\(word): \(problem)") }
  }

  /// An inbox that is only read has the files of an archive in the archive alone: that is what is to be read again.
  private static func boxes(of claims: [StudyState], in ledger: Ledger) -> [StudyState] {
    let ids = Set(claims.lazy.filter { !$0.claim.moves }.flatMap { $0.claim.files.compactMap(\.box?.claim) })
    return ids.subtracting(claims.map(\.claim.id)).sorted().compactMap { ledger.state(of: $0) }
  }

  func leave(in spool: Spool, printsJSON: Bool) throws(CommandFailure) -> Int32 {
    do throws(FileError) {
      try RequeueRequest(claims: settled.map(\.claim.id)).leave(in: spool)
    } catch {
      throw CommandFailure(
        code: ExitCode.failure, sentence: "\(spool.requests): \(error); ask as the daemon's user")
    }
    let files = settled.reduce(0) { $0 + $1.claim.files.count }
    let isRunning = SpoolLock.isHeld(spool.lock)
    if printsJSON {
      let names = settled.map { JSONValue.string($0.claim.folderName) }
      let value = JSONValue.object([
        ("claims", .array(names)), ("files", .integer(files)), ("running", .bool(isRunning)),
      ])
      print((try? value.compact()) ?? "{}")
    } else {
      let condition = isRunning ? "" : " when the daemon runs"
      print("\(Plural.of(files, "file")) will be processed again" + condition)
    }
    return ExitCode.success
  }
}
