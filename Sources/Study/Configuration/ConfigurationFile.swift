/// The file form: `key = value` lines, `#` comments, each key once (but `view`).
package struct ConfigurationFile {
  fileprivate typealias Fault = ConfigurationError.Fault

  /// What the lines say; keys that are faulty or missing have their defaults.
  package private(set) var draft = Configuration(inbox: "", outbox: "", spool: "")
  package private(set) var faults: [ConfigurationError.Fault] = []
  /// The 1-based line where each key first occurs.
  package private(set) var lines: [String: Int] = [:]

  /// Reads the text without touching the folders that it names.
  /// - Parameter needsPlaces: `false` where no daemon is to run by it, so that it may lack inbox, outbox and spool.
  package init(_ text: String, needsPlaces: Bool = true) {
    // As editors of other systems leave it: a mark before the first line, and line ends of two characters.
    let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    let split = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in split.enumerated() { read(line, number: index + 1) }
    checkWhole(needsPlaces: needsPlaces)
  }

  /// What is wrong with it; `nil` where nothing is.
  /// - Parameter name: The file's path, for messages.
  package func error(name: String) -> ConfigurationError? {
    faults.isEmpty ? nil : ConfigurationError(file: name, faults: faults)
  }

  /// - Parameters:
  ///   - name: The file's path, for messages.
  ///   - needsPlaces: As for `init`.
  package static func parse(
    _ text: String, name: String, needsPlaces: Bool = true
  ) throws(ConfigurationError) -> Configuration {
    let file = ConfigurationFile(text, needsPlaces: needsPlaces)
    guard file.faults.isEmpty else { throw ConfigurationError(file: name, faults: file.faults) }
    return file.draft
  }

  private mutating func read(_ line: Substring, number: Int) {
    let content = Self.withoutComment(line).trimmingBlanks()
    guard !content.isEmpty else { return }
    guard let equals = content.firstIndex(of: "=") else {
      faults.append(Fault(line: number, problem: "'\(content)' is no setting", remedy: "write: key = value"))
      return
    }
    let name = content[..<equals].trimmingBlanks()
    let value = content[content.index(after: equals)...].trimmingBlanks()
    guard let key = ConfigurationKey.all.first(where: { $0.name == name }) else {
      return unknown(name, number)
    }
    if let first = lines[name], !key.mayRepeat {
      faults.append(
        Fault(
          line: number, key: name, problem: "is set on line \(first) already", remedy: "remove one of them"))
      return
    }
    lines[name] = lines[name] ?? number
    guard !value.isEmpty else {
      faults.append(
        Fault(line: number, key: name, problem: "has no value", remedy: "give one or remove the line"))
      return
    }
    if let fault = key.apply(value, &draft) {
      faults.append(Fault(line: number, key: name, problem: fault.problem, remedy: fault.remedy))
    }
  }

  private mutating func unknown(_ name: String, _ number: Int) {
    let near = ConfigurationKey.all.map(\.name).min { Self.distance($0, name) < Self.distance($1, name) }
    let remedy = near.map { Self.distance($0, name) <= 3 ? "did you mean \($0)?" : nil } ?? nil
    faults.append(
      Fault(
        line: number, key: name, problem: "is no key",
        remedy: remedy
          ?? "remove it; the keys are \(ConfigurationKey.all.map(\.name).joined(separator: ", "))"))
  }

  /// What can be checked only once all lines are read.
  private mutating func checkWhole(needsPlaces: Bool) {
    for key in ConfigurationKey.all where needsPlaces && key.isRequired && lines[key.name] == nil {
      faults.append(Fault(key: key.name, problem: "is missing", remedy: "add: \(key.name) = /absolute/path"))
    }
    let folders = [("inbox", draft.inbox), ("outbox", draft.outbox), ("spool", draft.spool)]
    for (index, (name, path)) in folders.enumerated() where !path.isEmpty {
      for (other, otherPath) in folders.dropFirst(index + 1) where !otherPath.isEmpty {
        guard Self.overlap(path, otherPath) else { continue }
        faults.append(
          Fault(
            line: lines[other], key: other, problem: "lies in \(name), or \(name) in it",
            remedy: "give each of them a folder of its own"))
      }
    }
    if draft.limitSeconds < draft.quietSeconds {
      faults.append(
        Fault(
          line: lines["limit_seconds"] ?? lines["quiet_seconds"], key: "limit_seconds",
          problem: "is shorter than quiet_seconds", remedy: "make it longer than the quiet period"))
    }
  }

  private static func overlap(_ a: String, _ b: String) -> Bool {
    a == b || a.hasPrefix(b + "/") || b.hasPrefix(a + "/")
  }

  /// A `#` begins a comment at the start of a line or after a blank, but not within double quotes.
  private static func withoutComment(_ line: Substring) -> Substring {
    var isQuoted = false
    var previous: Character = " "
    for index in line.indices {
      let character = line[index]
      if character == "\"" { isQuoted.toggle() }
      if character == "#", !isQuoted, previous.isWhitespace { return line[..<index] }
      previous = character
    }
    return line
  }

  /// Edits between two words.
  private static func distance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (letter == b[j] ? 0 : 1))
        diagonal = above
      }
    }
    return row[b.count]
  }
}

/// Everything that is wrong with a configuration, reported at once.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  package struct Fault: Sendable, Equatable, CustomStringConvertible {
    /// 1-based; `nil` for what the file as a whole lacks.
    package var line: Int?
    package var key: String?
    /// What is wrong, and after it what to do.
    package var problem: String
    package var remedy: String

    package var description: String {
      let place = line.map { "line \($0): " } ?? ""
      let field = key.map { "\($0): " } ?? ""
      return "\(place)\(field)\(problem); \(remedy)"
    }
  }

  /// The file's path.
  package var file: String
  /// Ascending by line.
  package var faults: [Fault]

  package var description: String {
    faults.map { "\(file): \($0)" }.joined(separator: "\n")
  }
}
