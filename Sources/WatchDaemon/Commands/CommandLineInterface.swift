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
  var run: @Sendable (Arguments) throws -> Int32

  var usage: String {
    let words = ["hinged", name, operands, options.isEmpty ? "" : "[options]"].filter { !$0.isEmpty }
    return "usage: " + words.joined(separator: " ")
  }

  var help: String {
    let all = options + [Option("--help", nil, "show this help")]
    let list = HelpList(all.map { (head: $0.name + ($0.value.map { " " + $0 } ?? ""), text: $0.help) })
    let summary = HelpList.wrapped(summary, width: HelpList.terminalWidth).joined(separator: "\n")
    return "\(usage)\n\n\(summary)\n\n\(list.text(width: HelpList.terminalWidth))\n"
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
      // A command's name is one word or two.
      let pair = words.prefix(2).joined(separator: " ")
      let count = commands.contains { $0.name == pair } ? 2 : 1
      return runCommand(count == 2 ? pair : name, Array(words.dropFirst(count)))
    }
  }

  private static func runCommand(_ name: String, _ words: [String]) -> Int32 {
    guard let command = commands.first(where: { $0.name == name }) else {
      StandardError.complain("unknown command \"\(name)\"; hinged --help lists the commands")
      return ExitCode.usage
    }
    let beforeOperands = words.prefix { $0 != "--" }
    if beforeOperands.contains("--help") || beforeOperands.contains("-h") {
      print(command.help, terminator: "")
      return ExitCode.success
    }
    if beforeOperands.contains("--version") {
      print("hinged \(Software.version)")
      return ExitCode.success
    }
    do {
      return try command.run(Arguments(words, options: command.options))
    } catch let failure as CommandFailure {
      StandardError.complain(failure.sentence)
      if failure.code == ExitCode.usage { StandardError.write(command.usage + "\n") }
      return failure.code
    } catch {
      StandardError.complain("\(error)")
      return ExitCode.software
    }
  }

  private static var overview: String {
    let list = HelpList(commands.filter { !$0.isHidden }.map { (head: $0.name, text: $0.summary) })
    return """
      hinged measures mitral valve hinge points
      in echocardiogram cines.
      Research use only. Not for diagnosis.

      usage: hinged COMMAND [options]

      \(list.text(width: HelpList.terminalWidth))

      hinged COMMAND --help explains a command.
      hinged --version prints the version.

      """
  }
}
