import Glibc
import Platform
import Spool
import Study

extension Command {
  static let status = Command(
    name: "status", operands: "", summary: "Tells how the daemon fares; exit 1 when something is wrong.",
    options: [
      configurationOption,
      Option(
        "--acknowledge", nil, "files that are held or in quarantine now are seen, and no trouble any more"),
      Option("--json", nil, "the answer as JSON on standard output"),
    ],
    run: { arguments in
      let question = StatusQuestion(try arguments.require("--config", "FILE"))
      if arguments.has("--acknowledge") { try question.acknowledge() }
      let status = question.answer
      print(arguments.has("--json") ? status.json : status.shown(.output), terminator: "")
      return status.isHealthy ? ExitCode.success : ExitCode.failure
    })
}

extension DaemonStatus {
  /// For a terminal: the verdict, which is the first line, in its colour.
  func shown(_ style: TerminalStyle) -> String {
    let text = TerminalText.visible(text, keepsLines: true)
    let verdict = text.prefix { $0 != "\n" }
    return style.text(String(verdict), isHealthy ? .good : .bad) + text.dropFirst(verdict.count)
  }
}

/// One call of `hinged status`. It answers as far as it can: what is wrong with the configuration, with a folder or with
/// the journal is a trouble like others.
struct StatusQuestion {
  private let spool: Spool?
  private let ledger: Ledger
  private var found: [Trouble] = []
  private var unusable: [String: String] = [:]

  init(_ file: String) {
    var text = ""
    do throws(ConfigurationError) { text = try ConfigurationCheck.text(of: file) } catch {
      found.append(Self.trouble(error))
    }
    let content = ConfigurationFile(text)
    if found.isEmpty, let error = content.error(name: file) { found.append(Self.trouble(error)) }
    spool = content.draft.spool.isEmpty ? nil : Spool(path: content.draft.spool)
    unusable = PlaceProbe.problems(content.draft)
    var ledger = Ledger()
    if let spool {
      do throws(CommandFailure) { ledger = try Command.ledger(spool) } catch {
        found.append(
          Trouble(.journalUnreadable, error.sentence, "until then no claim and no sum of files is known"))
      }
    }
    self.ledger = ledger
  }

  private static func trouble(_ error: ConfigurationError) -> Trouble {
    Trouble(
      .configurationBad, "the configuration on the disk is bad: \(error.brief)",
      "hinged check-config tells all faults; then reload the daemon, or start it")
  }

  var answer: DaemonStatus {
    DaemonStatus(
      ledger: ledger, snapshot: spool.flatMap { StatusSnapshot.read($0) },
      isRunning: spool.map { SpoolLock.isHeld($0.lock) } ?? false, now: SystemClock.utc(), found: found,
      needs: spool.map { NeedsPerson(ledger, $0) }, unusable: unusable)
  }

  /// What needs a person now needs one no more.
  func acknowledge() throws(CommandFailure) {
    guard let spool else { return }
    let seen = Set(Acknowledgement.read(spool).claims).intersection(ledger.setAside.map(\.claim))
    do throws(FileError) {
      try Acknowledgement(claims: seen.union(NeedsPerson(ledger, spool).claims)).write(spool)
    } catch {
      throw CommandFailure(
        code: ExitCode.failure, sentence: "\(spool.acknowledged): \(error); ask as the daemon's user")
    }
  }
}
