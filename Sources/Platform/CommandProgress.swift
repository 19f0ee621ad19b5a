import Foundation
import Synchronization

/// What a command says while it works, on standard error: a line a step, and on a terminal a last line that changes.
package struct CommandProgress: Sendable {
  package var isQuiet: Bool
  /// Whether standard error is a terminal that can erase.
  var isOnTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  package init(isQuiet: Bool) { self.isQuiet = isQuiet }

  package func line(_ text: String) {
    if !isQuiet { StandardError.write(erasure + TerminalText.visible(text) + "\n") }
  }

  /// Stands until the next line.
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

private final class FrameCounter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}

package enum Plural {
  /// `1 file`, `2 files`, `2 studies`.
  package static func of(_ count: Int, _ noun: String) -> String {
    if count == 1 { return "1 \(noun)" }
    return noun.hasSuffix("y") ? "\(count) \(noun.dropLast())ies" : "\(count) \(noun)s"
  }
}
