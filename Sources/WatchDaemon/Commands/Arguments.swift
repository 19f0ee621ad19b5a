import Lab
import Platform
import Study

/// One option of a command, `--name` or `--name VALUE`.
struct Option: Sendable {
  var name: String
  /// What the value is called in the help; `nil` for a switch.
  var value: String?
  var help: String
  /// It may be given several times; the values are then separated by line feeds.
  var isRepeatable = false

  init(_ name: String, _ value: String? = nil, _ help: String, isRepeatable: Bool = false) {
    self.isRepeatable = isRepeatable
    self.name = name
    self.value = value
    self.help = help
  }
}

/// The arguments of one command, checked against its options.
struct Arguments: Sendable, Equatable {
  private(set) var operands: [String] = []
  private var values: [String: String] = [:]
  private var switches: Set<String> = []

  /// `--name VALUE`, `--name=VALUE` and switches in any order; after `--` everything is an operand.
  init(_ words: [String], options: [Option]) throws(CommandFailure) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        return
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      try parse(word, options: options, rest: &rest)
    }
  }

  private mutating func parse(
    _ word: String, options: [Option], rest: inout ArraySlice<String>
  ) throws(CommandFailure) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let option = options.first(where: { $0.name == parts[0] }) else {
      throw .usage("unknown option \(parts[0]); --help lists the options")
    }
    guard let placeholder = option.value else {
      if parts.count > 1 { throw .usage("\(option.name) takes no value; leave out \"=\(parts[1])\"") }
      switches.insert(option.name)
      return
    }
    if values[option.name] != nil, !option.isRepeatable {
      throw .usage("\(option.name) is given twice; give it once")
    }
    guard let value = parts.count > 1 ? parts[1] : rest.popFirst() else {
      throw .usage("\(option.name) needs a value: \(option.name) \(placeholder)")
    }
    values[option.name] = values[option.name].map { $0 + "\n" + value } ?? value
  }

  func has(_ name: String) -> Bool { switches.contains(name) }

  subscript(_ name: String) -> String? { values[name] }

  func require(_ name: String, _ placeholder: String) throws(CommandFailure) -> String {
    guard let value = values[name] else { throw .usage("\(name) is missing; add \(name) \(placeholder)") }
    return value
  }

  /// `--threads`, or `nil` where it is absent.
  func threads() throws(CommandFailure) -> Int? {
    guard let wanted = try positiveInteger("--threads") else { return nil }
    let most = Configuration.mostThreads
    guard wanted <= most else { throw .usage("--threads \(wanted): \(most) is the most; take that or fewer") }
    return wanted
  }

  /// A positive whole number, or `nil` where the option is absent.
  func positiveInteger(_ name: String) throws(CommandFailure) -> Int? {
    guard let text = values[name] else { return nil }
    guard let number = Int(text), number > 0 else {
      throw .usage("\(name) \(text): a whole number above 0 is needed")
    }
    return number
  }
}
