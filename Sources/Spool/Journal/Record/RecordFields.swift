/// What is written as fields, one after the other, and read again in the same order.
///
/// One description serves both forms of a record: JSON in the journal (`JSONFieldWriter`) and the few bytes of what is
/// over in memory (`PackedFieldWriter`). The names are part of the journal's format: whoever changes a name, an order
/// or a meaning raises `JournalFormat.current`.
protocol RecordPart {
  init(from fields: inout some FieldReader) throws(RecordProblem)
  func write(to fields: inout some FieldWriter)
}

/// Takes the fields of a record. What is `nil`, and a flag that is not set, need not be written.
protocol FieldWriter {
  mutating func write(_ name: StaticString, _ value: Int)
  mutating func write(_ name: StaticString, _ value: Int?)
  mutating func write(_ name: StaticString, _ value: String?)
  mutating func write(_ name: StaticString, _ flag: Bool)
  mutating func write(_ name: StaticString, _ values: [Int])
  mutating func write(_ name: StaticString, _ texts: [String: String]?)
  mutating func write(_ name: StaticString, _ counts: [String: Int])
  mutating func write<Part: RecordPart>(_ name: StaticString, _ part: Part?)
  mutating func write<Part: RecordPart>(_ name: StaticString, _ parts: [Part])
}

/// Gives the fields of a record in the order in which they were written; `nil` where the next field is another one.
protocol FieldReader {
  mutating func integer(_ name: StaticString) throws(RecordProblem) -> Int
  mutating func integerIfPresent(_ name: StaticString) throws(RecordProblem) -> Int?
  mutating func textIfPresent(_ name: StaticString) throws(RecordProblem) -> String?
  mutating func flag(_ name: StaticString) throws(RecordProblem) -> Bool
  mutating func integers(_ name: StaticString) throws(RecordProblem) -> [Int]
  mutating func textsIfPresent(_ name: StaticString) throws(RecordProblem) -> [String: String]?
  mutating func counts(_ name: StaticString) throws(RecordProblem) -> [String: Int]
  mutating func partIfPresent<Part: RecordPart>(_ name: StaticString) throws(RecordProblem) -> Part?
  mutating func parts<Part: RecordPart>(_ name: StaticString) throws(RecordProblem) -> [Part]
}

/// Why a record is not one of this version. It continues a sentence on the record, and holds no value but a code.
struct RecordProblem: Error, Equatable {
  var text: String

  init(_ text: String) { self.text = text }

  static func missing(_ name: StaticString) -> RecordProblem { RecordProblem("has no field '\(name)'") }

  /// - Parameter word: A code that a program wrote, shortened, for it may be anything.
  static func unknown(_ word: String, in name: StaticString) -> RecordProblem {
    RecordProblem("has the unknown word '\(word.prefix(40))' in '\(name)'")
  }
}

extension FieldWriter {
  mutating func write(_ name: StaticString, _ word: (some RawRepresentable<String>)?) {
    write(name, word?.rawValue)
  }
}

extension FieldReader {
  mutating func text(_ name: StaticString) throws(RecordProblem) -> String {
    guard let value = try textIfPresent(name) else { throw .missing(name) }
    return value
  }

  mutating func part<Part: RecordPart>(_ name: StaticString) throws(RecordProblem) -> Part {
    guard let value: Part = try partIfPresent(name) else { throw .missing(name) }
    return value
  }

  mutating func wordIfPresent<Word: RawRepresentable<String>>(
    _ name: StaticString
  ) throws(RecordProblem) -> Word? {
    guard let text = try textIfPresent(name) else { return nil }
    guard let word = Word(rawValue: text) else { throw .unknown(text, in: name) }
    return word
  }

  mutating func word<Word: RawRepresentable<String>>(_ name: StaticString) throws(RecordProblem) -> Word {
    guard let word: Word = try wordIfPresent(name) else { throw .missing(name) }
    return word
  }
}
