import Foundation
import Glibc

/// Weight and colour of words that a person reads at a terminal. Elsewhere, on a terminal that calls itself dumb, and
/// where `NO_COLOR` is set to anything (<https://no-color.org>), text stays as it is.
package struct TerminalStyle: Sendable, Equatable {
  /// Parameters of the control sequence SGR (ECMA-48, 8.3.117).
  package enum Ink: String, Sendable {
    case bold = "1"
    case good = "32"
    case bad = "1;31"
  }

  private let isStyled: Bool

  package static let plain = TerminalStyle(isTerminal: false, environment: [:])
  package static var output: TerminalStyle { TerminalStyle(descriptor: STDOUT_FILENO) }
  package static var errors: TerminalStyle { TerminalStyle(descriptor: STDERR_FILENO) }

  private init(descriptor: Int32) {
    self.init(isTerminal: isatty(descriptor) == 1, environment: ProcessInfo.processInfo.environment)
  }

  package init(isTerminal: Bool, environment: [String: String]) {
    isStyled = isTerminal && environment["TERM"] != "dumb" && (environment["NO_COLOR"] ?? "").isEmpty
  }

  package func text(_ text: String, _ ink: Ink) -> String {
    isStyled && !text.isEmpty ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text
  }
}
