import Foundation
import Glibc
import Platform

/// One subcommand: how it is called, what it does, and the function that does it.
struct Command: Sendable {
  var name: String
  var operands: String
  var summary: String
  var options: [Option]
  /// Not listed in the help: for the program's own use.
  var isHidden = false
  /// With `--json` it prints a line for each input, and a failure of the call is none of them.
  var printsLines = false
  var run: @Sendable (Arguments) throws -> Int32

  var usage: String {
    "usage: "
      + ["hinged", name, operands, options.isEmpty ? "" : "[options]"].filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  func help(width: Int?, style: TerminalStyle) -> String {
    let all = options + [Option("--help", nil, "show this help")]
    let list = HelpList(all.map { (head: $0.name + ($0.value.map { " " + $0 } ?? ""), text: $0.help) })
    let usage = style.text("usage:", .bold) + self.usage.dropFirst("usage:".count)
    let summary = HelpList.wrapped(summary, width: width).joined(separator: "\n")
    return "\(usage)\n\n\(summary)\n\n\(list.text(width: width, style: style))\n"
  }
}

/// The table of commands, and the one place that turns a failure into a sentence and an exit code.
enum CommandLineInterface {
  static let commands: [Command] = [
    .run, .process, .evaluate, .demo, .status, .explain, .requeue, .correct, .agreement, .checkConfig, .bench,
    .quantize,
    .batchPlan, .batchRun, .batchMerge, .compare, .model, .completion, .decodeWorker,
  ]

  static func run(_ words: [String]) -> Int32 {
    guard let name = words.first else {
      StandardError.write(overview)
      return ExitCode.usage
    }
    switch name {
    case "--help", "-h", "help":
      print(overview, terminator: "")
      return ExitCode.success
    case "--version":
      print("hinged \(Software.version)")
      return ExitCode.success
    default:
      return runNamed(name, Array(words.dropFirst()))
    }
  }

  /// A command's name is one word or two.
  private static func runNamed(_ name: String, _ rest: [String]) -> Int32 {
    let second = rest.first ?? ""
    if let command = commands.first(where: { $0.name == "\(name) \(second)" }) {
      return run(command, Array(rest.dropFirst()))
    }
    if let command = commands.first(where: { $0.name == name }) { return run(command, rest) }
    let group = CommandGroup(name, of: commands)
    guard !group.members.isEmpty else {
      StandardError.complain("unknown command \"\(name)\"; hinged --help lists the commands")
      return ExitCode.usage
    }
    switch second {
    case "--help", "-h", "help":
      print(group.help(width: HelpList.terminalWidth, style: .output), terminator: "")
      return ExitCode.success
    case "--version":
      print("hinged \(Software.version)")
      return ExitCode.success
    case "": StandardError.write(group.help(width: nil, style: .errors))
    default: StandardError.complain(group.problem(with: second))
    }
    return ExitCode.usage
  }

  private static func run(_ command: Command, _ words: [String]) -> Int32 {
    let beforeOperands = words.prefix { $0 != "--" }
    if beforeOperands.contains("--help") || beforeOperands.contains("-h") {
      print(command.help(width: HelpList.terminalWidth, style: .output), terminator: "")
      return ExitCode.success
    }
    if beforeOperands.contains("--version") {
      print("hinged \(Software.version)")
      return ExitCode.success
    }
    let answersJSON =
      beforeOperands.contains("--json") && command.options.contains { $0.name == "--json" }
      && !command.printsLines
    do {
      return try command.run(Arguments(words, options: command.options))
    } catch let failure as CommandFailure {
      tell(failure, asJSON: answersJSON)
      if failure.code == ExitCode.usage { StandardError.write(command.usage + "\n") }
      return failure.code
    } catch {
      tell(CommandFailure(code: ExitCode.software, sentence: "\(error)"), asJSON: answersJSON)
      return ExitCode.software
    }
  }

  /// Who asked for JSON gets it of a failure too, and the sentence on standard error as ever.
  private static func tell(_ failure: CommandFailure, asJSON: Bool) {
    StandardError.complain(failure.sentence)
    if asJSON { print(failure.json) }
  }

  private static var overview: String {
    let list = HelpList(commands.filter { !$0.isHidden }.map { (head: $0.name, text: $0.summary) })
    let (style, width) = (TerminalStyle.output, HelpList.terminalWidth)
    func lines(_ text: String) -> String { HelpList.wrapped(text, width: width).joined(separator: "\n") }
    return """
      \(lines("hinged measures mitral valve hinge points in echocardiogram cines."))
      Research use only. Not for diagnosis.

      \(style.text("usage:", .bold)) hinged COMMAND [options]

      \(list.text(width: width, style: style))

      \(lines("hinged COMMAND --help explains a command."))
      hinged --version prints the version.

      """
  }
}

extension CommandFailure {
  /// One line: the sentence, and the exit code that the call ends with.
  var json: String {
    JSONValue.object([("error", .string(sentence)), ("exit_code", .integer(Int(code)))]).line
  }
}
