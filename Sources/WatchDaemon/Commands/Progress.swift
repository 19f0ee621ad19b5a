import Foundation

/// What a command says while it works, on standard error: a line a step.
struct Progress: Sendable {
  var isQuiet: Bool

  func line(_ text: String) {
    if !isQuiet { StandardError.write(text + "\n") }
  }
}

enum Plural {
  /// `1 file`, `2 files`, `2 studies`.
  static func of(_ count: Int, _ noun: String) -> String {
    if count == 1 { return "1 \(noun)" }
    return noun.hasSuffix("y") ? "\(count) \(noun.dropLast())ies" : "\(count) \(noun)s"
  }
}
