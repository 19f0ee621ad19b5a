import Platform
import Study

/// `log.jsonl`: what was done to one study and when, one JSON object a line.
///
/// It is read by people who may not know whose study it is: an event carries UIDs, counts and texts of the
/// program's own, never text of a file nor a path, and the types of `Fact` see to that.
package struct StudyLog: Sendable, Equatable {
  /// A word of the program's own for an event, a stage or a fact's name.
  package typealias Word = StaticString

  package enum Fact: Sendable {
    case clip(sopInstanceUID: String)
    case reason(ReasonCode)
    case status(ClipReport.Status)
    case count(Word, Int)
    case number(Word, Double)
    case flag(Word, Bool)
    case word(Word, Word)
    /// A lower-case hexadecimal digest.
    case digest(Word, String)
    /// A sentence of this program's or of DCMTK's, without values of a file.
    case cause(String)
  }

  package private(set) var lines: [String] = []

  package init(lines: [String] = []) {
    self.lines = lines
  }

  /// The file's bytes.
  package var text: String { lines.map { $0 + "\n" }.joined() }

  package mutating func add(
    _ event: Word, stage: Word, at time: UTCTime, durationMilliseconds: Double? = nil, _ facts: Fact...
  ) {
    var members: [(key: String, value: JSONValue)] = [
      ("time", .string(time.iso8601)), ("event", .string(event.description)),
      ("stage", .string(stage.description)), ("duration_ms", Self.finite(durationMilliseconds, decimals: 1)),
    ]
    members += facts.map(\.member)
    if let line = try? JSONValue.object(members).compact() { lines.append(line) }
  }

  fileprivate static func finite(_ value: Double?, decimals: Int) -> JSONValue {
    .rounded(value.flatMap { $0.isFinite ? $0 : nil }, decimals)
  }
}

extension StudyLog.Fact {
  fileprivate var member: (key: String, value: JSONValue) {
    switch self {
    case .clip(let uid): ("clip", .optional(Self.only("0123456789.", uid, upTo: 64)))
    case .reason(let code): ("reason", .string(code.rawValue))
    case .status(let status): ("status", .string(status.rawValue))
    case .count(let name, let value): (name.description, .integer(value))
    case .number(let name, let value): (name.description, StudyLog.finite(value, decimals: 3))
    case .flag(let name, let value): (name.description, .bool(value))
    case .word(let name, let value): (name.description, .string(value.description))
    case .cause(let sentence):
      ("cause", .string(String(sentence.unicodeScalars.prefix(200).filter { (" "..."~").contains($0) })))
    case .digest(let name, let value):
      (name.description, .optional(Self.only("0123456789abcdef", value, upTo: 128)))
    }
  }

  /// The value if it consists of such characters only: what claims to be a UID may be text of a hostile file.
  private static func only(_ alphabet: String, _ value: String, upTo length: Int) -> String? {
    value.utf8.count <= length && value.allSatisfy(alphabet.contains) ? value : nil
  }
}
