import Glibc
import Platform
import Spool
import Study

extension Command {
  static let checkConfig = Command(
    name: "check-config", operands: "FILE", summary: "Tells everything that is wrong with a configuration.",
    options: [Option("--json", nil, "the answer as JSON on standard output")],
    run: { arguments in try CheckConfig(arguments).run() })
}

/// One call of `hinged check-config`.
struct CheckConfig {
  private let file: String
  private let printsJSON: Bool

  init(_ arguments: Arguments) throws(CommandFailure) {
    guard arguments.operands.count == 1 else { throw .usage("name one configuration file") }
    file = arguments.operands[0]
    printsJSON = arguments.has("--json")
  }

  func run() -> Int32 {
    do throws(ConfigurationError) {
      let warnings = ConfigurationCheck.warnings(try ConfigurationCheck.load(file))
      if printsJSON { print(json([], warnings)) }
      for warning in warnings where !printsJSON { StandardError.write("\(file): note: \(warning)\n") }
      if !printsJSON { print("\(file): the configuration is good") }
      return ExitCode.success
    } catch {
      if printsJSON { print(json(error.faults, [])) } else { StandardError.write("\(error)\n") }
      return ExitCode.configuration
    }
  }

  private func json(_ faults: [ConfigurationError.Fault], _ warnings: [String]) -> String {
    let list = faults.map { fault in
      JSONValue.object([
        ("line", fault.line.map { .integer($0) } ?? .null), ("key", .optional(fault.key)),
        ("problem", .string(fault.problem)), ("remedy", .string(fault.remedy)),
      ])
    }
    let value = JSONValue.object([
      ("file", .string(file)), ("valid", .bool(faults.isEmpty)), ("faults", .array(list)),
      ("notes", .array(warnings.map { .string($0) })),
    ])
    return (try? value.compact()) ?? "{}"
  }
}

extension Command {
  /// `--config FILE`, for the commands that work on a daemon's spool.
  static let configurationOption = Option("--config", "FILE", "the daemon's configuration (required)")

  /// The configuration of a daemon that may be running.
  static func configuration(_ arguments: Arguments) throws(CommandFailure) -> Configuration {
    let file = try arguments.require("--config", "FILE")
    do throws(ConfigurationError) { return try ConfigurationCheck.load(file) } catch {
      throw CommandFailure(code: ExitCode.configuration, sentence: "\(error)")
    }
  }

  /// What a daemon's journal tells. A spool that was never used tells nothing.
  static func ledger(_ spool: Spool) throws(CommandFailure) -> Ledger {
    guard access(spool.journal, F_OK) == 0 || errno != ENOENT else { return Ledger() }
    do throws(StudyJournal.Failure) { return try StudyJournal.read(spool.journal) } catch {
      switch error {
      case .file(let error):
        throw CommandFailure(
          code: ExitCode.failure, sentence: "\(spool.journal): \(error); ask as the daemon's user")
      case .corrupt(let corruption):
        throw CommandFailure(code: ExitCode.failure, sentence: "\(corruption)")
      }
    }
  }
}
