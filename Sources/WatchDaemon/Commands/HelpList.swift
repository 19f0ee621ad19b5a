import Glibc
import Platform

/// Names with what they mean, in two columns that fit a terminal.
struct HelpList {
  let rows: [(head: String, text: String)]

  init(_ rows: [(head: String, text: String)]) { self.rows = rows }

  /// Columns of the terminal on standard output; `nil` where it is none, and lines are left as they are.
  static var terminalWidth: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0
    else { return nil }
    return Int(size.ws_col)
  }

  /// Where the second column would be too narrow, the text is put below its name.
  func text(width: Int?, style: TerminalStyle = .plain) -> String {
    let indent = (rows.map(\.head.count).max() ?? 0) + 4
    return rows.flatMap { row in
      let (head, shown) = ("  " + row.head, "  " + style.text(row.head, .bold))
      guard let width, width - indent < Self.leastColumn else {
        let lines = Self.wrapped(row.text, width: width.map { $0 - indent })
        let first = shown + Self.blanks(indent - head.count) + (lines.first ?? "")
        return [first] + lines.dropFirst().map { Self.blanks(indent) + $0 }
      }
      return [shown] + Self.wrapped(row.text, width: width - 6).map { Self.blanks(6) + $0 }
    }
    .joined(separator: "\n")
  }

  private static let leastColumn = 36

  private static func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

  /// Broken at blanks; a word that is longer than a line keeps a line of its own.
  static func wrapped(_ text: String, width: Int?) -> [String] {
    guard let width else { return [text] }
    return text.split(separator: " ").reduce(into: [String]()) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
  }
}
