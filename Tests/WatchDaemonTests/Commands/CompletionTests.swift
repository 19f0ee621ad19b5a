import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import WatchDaemon

@Suite struct CompletionTests {
  private let commands = CommandLineInterface.commands.filter { !$0.isHidden }

  @Test(arguments: ShellCompletion.allCases)
  func namesEveryCommandAndOption(shell: ShellCompletion) {
    let script = shell.script(for: commands)
    for command in commands {
      for word in command.name.split(separator: " ") {
        #expect(script.contains(word), "\(command.name)")
      }
      for option in command.options {
        let name = shell == .fish ? "-l \(option.name.dropFirst(2))" : option.name
        #expect(script.contains(name), "\(command.name) \(option.name)")
      }
    }
  }

  @Test(arguments: [
    (["hinged", "proc"], ["process"]), (["hinged", "process", "--out"], ["--outbox"]),
    (["hinged", "process", "--view", "A"], ["A4C", "A2C"]), (["hinged", "model", "ch"], ["check"]),
    (["hinged", "bat"], ["batch"]), (["hinged", "batch", "p"], ["plan"]),
    (["hinged", "batch", "m"], ["merge"]),
    (["hinged", "batch", "run", "--sh"], ["--shard"]),
  ])
  func completesInBash(words: [String], expected: [String]) throws {
    let folder = ScratchFolder()
    let script = ShellCompletion.bash.script(for: commands)
    try Data(script.utf8).write(to: URL(fileURLWithPath: folder.path + "/hinged"))
    let list = words.map { "'\($0)'" }.joined(separator: " ")
    let run = try ProgramRun.of(
      "/bin/bash",
      [
        "-c",
        "cd \(folder.path) && . ./hinged && COMP_WORDS=(\(list)) COMP_CWORD=\(words.count - 1) && _hinged "
          + "&& printf '%s\\n' \"${COMPREPLY[@]}\"",
      ])
    #expect(run.lines == expected, "\(run.errors)")
  }
}
