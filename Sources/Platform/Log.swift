import Glibc

/// One line an event on standard error, for journald and for a terminal: a short text, then `key=value` facts that
/// are easy to search for. Names and texts of inputs never appear; a file or a study is a keyed hash.
package struct Log: Sendable {
  /// Levels of syslog(3) that are used here.
  enum Level: Int, Sendable {
    case error = 3
    case warning = 4
    case notice = 5
    case info = 6
  }

  /// The journal takes a level in angle brackets and knows the time; a terminal wants the time.
  private let isJournal: Bool
  private let output: @Sendable (String) -> Void

  package init(
    isJournal: Bool = Self.writesToJournal, output: @escaping @Sendable (String) -> Void = Self.standardError
  ) {
    self.isJournal = isJournal
    self.output = output
  }

  package func error(_ text: String, _ facts: KeyValuePairs<String, String> = [:]) {
    write(.error, text, facts)
  }
  package func warning(_ text: String, _ facts: KeyValuePairs<String, String> = [:]) {
    write(.warning, text, facts)
  }
  package func notice(_ text: String, _ facts: KeyValuePairs<String, String> = [:]) {
    write(.notice, text, facts)
  }
  package func info(_ text: String, _ facts: KeyValuePairs<String, String> = [:]) {
    write(.info, text, facts)
  }

  private func write(_ level: Level, _ text: String, _ facts: KeyValuePairs<String, String>) {
    let head =
      isJournal ? "<\(level.rawValue)>" : "\(UTCTime(milliseconds: SystemClock.utc()).iso8601) \(level) "
    let tail = facts.map { " \($0.key)=\(Self.quoted($0.value))" }.joined()
    output(head + text.replacing("\n", with: " ") + tail + "\n")
  }

  private static func quoted(_ value: String) -> String {
    let plain = value.replacing("\n", with: " ").replacing("\"", with: "'")
    return plain.isEmpty || plain.contains(" ") ? "\"\(plain)\"" : plain
  }

  /// systemd names the stream that it connected as device and inode.
  static var writesToJournal: Bool {
    guard let stream = getenv("JOURNAL_STREAM") else { return false }
    var status = stat()
    guard fstat(STDERR_FILENO, &status) == 0 else { return false }
    return String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
  }

  /// One write a line, so that lines of several threads do not mix.
  package static let standardError: @Sendable (String) -> Void = { line in
    let bytes = Array(line.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
