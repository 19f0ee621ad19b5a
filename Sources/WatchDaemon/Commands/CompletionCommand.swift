import Platform

extension Command {
  static let completion = Command(
    name: "completion", operands: "bash|zsh|fish",
    summary: "Prints what a shell needs to complete the command line.", options: [],
    run: { arguments in
      let word = arguments.operands.first ?? ""
      guard arguments.operands.count == 1, let shell = ShellCompletion(rawValue: word) else {
        throw CommandFailure.usage("name one shell: bash, zsh or fish")
      }
      print(shell.script(for: CommandLineInterface.commands.filter { !$0.isHidden }), terminator: "")
      return ExitCode.success
    })
}

/// Completions of the command line, made from the table of commands.
enum ShellCompletion: String, CaseIterable {
  case bash, zsh, fish

  func script(for commands: [Command]) -> String {
    let commands = Command.byFirstWord(commands)
    return switch self {
    case .bash: BashCompletion(commands: commands).script
    case .zsh: ZshCompletion(commands: commands).script
    case .fish: FishCompletion(commands: commands).script
    }
  }
}

extension Option {
  /// What may be an option's value, by its placeholder.
  enum Values: Equatable {
    case none, folders, files, anything
    case words([String])
  }

  var values: Values {
    switch value {
    case nil: .none
    case "DIR": .folders
    case "FILE": .files
    case let text? where text.contains("|"): .words(text.split(separator: "|").map(String.init))
    default: .anything
    }
  }
}

extension Command {
  /// Commands of two words share what is offered after the first: the second words, and the options of all of them.
  fileprivate static func byFirstWord(_ commands: [Command]) -> [Command] {
    commands.reduce(into: []) { list, command in
      let words = command.name.split(separator: " ").map(String.init)
      guard words.count == 2 else { return list.append(command) }
      if let place = list.firstIndex(where: { $0.name == words[0] }) {
        list[place].operands += "|" + words[1]
        list[place].summary = "One of several: " + list[place].operandWords.joined(separator: ", ") + "."
        let known = Set(list[place].options.map(\.name))
        list[place].options += command.options.filter { !known.contains($0.name) }
      } else {
        var first = command
        (first.name, first.operands) = (words[0], words[1])
        list.append(first)
      }
    }
  }

  /// Words that an operand is one of; empty where operands are files or words that only the caller knows.
  var operandWords: [String] {
    guard let first = operands.split(separator: " ").first, first.allSatisfy({ $0.isLowercase || $0 == "|" })
    else { return [] }
    return first.split(separator: "|").map(String.init)
  }

  fileprivate var completedOptions: [Option] { options + [Option("--help", nil, "show this help")] }
}

/// The completion script for bash.
private struct BashCompletion {
  var commands: [Command]

  var script: String {
    """
    # bash completion of hinged
    _hinged() {
      local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words="" operands=""
      COMPREPLY=()
      if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "\(words(commands.map(\.name) + ["--help", "--version"]))" -- "$word")
        return
      fi
      case "${COMP_WORDS[1]}:$before" in
    \(commands.flatMap(values).joined(separator: "\n"))
      esac
      case "${COMP_WORDS[1]}" in
    \(commands.map(arms).joined(separator: "\n"))
      esac
      case "$word" in
        -*) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word") ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$operands" -f -- "$word") ;;
      esac
    }
    complete -o filenames -F _hinged hinged

    """
  }

  private func words(_ words: [String]) -> String { words.joined(separator: " ") }

  private func values(_ command: Command) -> [String] {
    command.options.compactMap { option in
      let generate: String
      switch option.values {
      case .none: return nil
      case .anything: generate = "return"
      case .folders: generate = "mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); return"
      case .files: generate = "mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return"
      case .words(let words):
        generate = "mapfile -t COMPREPLY < <(compgen -W \"\(self.words(words))\" -- \"$word\"); return"
      }
      return "    \(command.name):\(option.name)) \(generate) ;;"
    }
  }

  private func arms(_ command: Command) -> String {
    let options = words(command.completedOptions.map(\.name))
    return "    \(command.name)) words=\"\(options)\" operands=\"\(words(command.operandWords))\" ;;"
  }
}

/// The completion script for zsh.
private struct ZshCompletion {
  var commands: [Command]

  var script: String {
    """
    #compdef hinged
    _hinged() {
      local -a commands
      commands=(
    \(commands.map { "    '\($0.name):\(quoted($0.summary))'" }.joined(separator: "\n"))
      )
      if (( CURRENT == 2 )); then
        _describe command commands
        return
      fi
      local command=$words[2]
      shift words
      (( CURRENT-- ))
      case $command in
    \(commands.map(arms).joined(separator: "\n"))
      esac
    }
    _hinged "$@"

    """
  }

  private func arms(_ command: Command) -> String {
    let specifications = command.completedOptions.map { "'\($0.name)\(explained($0))'" }
    let operand =
      command.operandWords.isEmpty
      ? "'*:file:_files'" : "'1:what:(\(command.operandWords.joined(separator: " ")))' '*:file:_files'"
    let lines = (specifications + [operand]).joined(separator: " \\\n        ")
    return "    \(command.name))\n      _arguments \\\n        \(lines)\n      ;;"
  }

  private func explained(_ option: Option) -> String {
    let help = "[\(quoted(option.help).replacing("[", with: "\\[").replacing("]", with: "\\]"))]"
    switch option.values {
    case .none: return help
    case .folders: return help + ":folder:_files -/"
    case .files: return help + ":file:_files"
    case .anything: return help + ":\(quoted(option.value ?? "")): "
    case .words(let words): return help + ":value:(\(words.joined(separator: " ")))"
    }
  }

  /// Within single quotes, where a colon would end a description.
  private func quoted(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing(":", with: "\\:").replacing("'", with: "'\\''")
  }
}

/// The completion script for fish.
private struct FishCompletion {
  var commands: [Command]

  var script: String {
    let heads = commands.map {
      "complete -c hinged -n __fish_use_subcommand -f -a \($0.name) -d \(quoted($0.summary))"
    }
    return (["# fish completion of hinged"] + heads + commands.flatMap(lines)).joined(separator: "\n") + "\n"
  }

  private func lines(_ command: Command) -> [String] {
    let start = "complete -c hinged -n '__fish_seen_subcommand_from \(command.name)'"
    let options = command.completedOptions.map { option in
      "\(start) -l \(option.name.dropFirst(2))\(arguments(option)) -d \(quoted(option.help))"
    }
    guard !command.operandWords.isEmpty else { return options }
    return options + ["\(start) -a '\(command.operandWords.joined(separator: " "))'"]
  }

  private func arguments(_ option: Option) -> String {
    switch option.values {
    case .none: ""
    case .folders: " -x -a '(__fish_complete_directories)'"
    case .files: " -r -F"
    case .anything: " -x"
    case .words(let words): " -x -a '\(words.joined(separator: " "))'"
    }
  }

  private func quoted(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }
}
