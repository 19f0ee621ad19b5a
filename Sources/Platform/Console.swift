import Foundation
import Glibc
import Synchronization

/// Standard error, where everything goes that is not a result.
package enum StandardError {
  /// Where it cannot be written, on a full disk say, the work is not to end for it.
  package static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// One sentence, with the program's name before it.
  package static func complain(_ sentence: String) {
    let name = TerminalStyle.errors.text("hinged:", .bad)
    write("\(name) \(TerminalText.visible(sentence, keepsLines: true))\n")
  }
}

/// Text that others chose, names of files and values of tags, where a person reads it on a terminal.
package enum TerminalText {
  /// With what would move the cursor, set a title or turn the direction of writing made visible, as `\u{1B}`. Line
  /// feeds stay where a text has several lines.
  package static func visible(_ text: String, keepsLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: { isHidden($0, keepsLines) }) else { return text }
    return text.unicodeScalars.reduce(into: "") { visible, scalar in
      if isHidden(scalar, keepsLines) {
        visible += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      } else {
        visible.unicodeScalars.append(scalar)
      }
    }
  }

  private static func isHidden(_ scalar: Unicode.Scalar, _ keepsLines: Bool) -> Bool {
    if scalar == "\n" { return !keepsLines }
    switch scalar.properties.generalCategory {
    // Controls; formats, those of writing directions among them; line and paragraph separators.
    case .control: return scalar != "\t"
    case .format, .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
  }
}

/// What a command says while it works, on standard error: a line a step, and on a terminal a last line that changes.
package struct CommandProgress: Sendable {
  package var isQuiet: Bool
  /// Whether standard error is a terminal that can erase.
  var isOnTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  package init(isQuiet: Bool) { self.isQuiet = isQuiet }

  package func line(_ text: String) {
    if !isQuiet { StandardError.write(erasure + TerminalText.visible(text) + "\n") }
  }

  /// Stays on screen until the next line.
  package func step(_ text: String) {
    if !isQuiet, isOnTerminal { StandardError.write(erasure + text) }
  }

  private var erasure: String { isOnTerminal ? "\r\u{1B}[K" : "" }

  /// Counts frames as they are begun, and says so now and then.
  /// - Parameter total: as many as there can be.
  package func counting(_ total: Int) -> Checkpoint {
    let counter = FrameCounter()
    return Checkpoint { step in
      guard step == .inference else { return true }
      let done = counter.next()
      if done % 10 == 0 { self.step("segmenting, \(done) of \(total) frames at most") }
      return true
    }
  }
}

/// Counts frames from 1 on, from any thread.
private final class FrameCounter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}

/// A count with its noun, for messages.
package enum Plural {
  /// `1 file`, `2 files`, `2 studies`.
  package static func of(_ count: Int, _ noun: String) -> String {
    if count == 1 { return "1 \(noun)" }
    return noun.hasSuffix("y") ? "\(count) \(noun.dropLast())ies" : "\(count) \(noun)s"
  }
}
