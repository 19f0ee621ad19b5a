import Platform

/// Commands of two words that share the first: `hinged batch plan`, `run` and `merge`. The first word alone lists them.
struct CommandGroup {
  let name: String
  /// In the order of the table; none where no command begins with the word.
  let members: [Command]

  init(_ name: String, of commands: [Command]) {
    self.name = name
    members = commands.filter { !$0.isHidden && $0.name.hasPrefix(name + " ") }
  }

  private var words: [String] { members.map { String($0.name.dropFirst(name.count + 1)) } }

  var usage: String { "hinged \(name) \(words.joined(separator: "|"))" }

  func help(width: Int?, style: TerminalStyle) -> String {
    let list = HelpList(zip(words, members).map { (head: $0, text: $1.summary) })
    let ending = "hinged \(name) \(words.first ?? "") --help explains a command."
    return """
      \(style.text("usage:", .bold)) \(usage)

      \(list.text(width: width, style: style))

      \(HelpList.wrapped(ending, width: width).joined(separator: "\n"))

      """
  }

  /// What to say of a second word that is none of them.
  func problem(with word: String) -> String {
    "unknown command \"\(name) \(word)\"; take \(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")"
  }
}
