import Glibc

/// Reads what `JSONFieldWriter` wrote, byte by byte and in its order: years of claims are read at every start, and a
/// general reader of JSON takes ten times as long.
///
/// The bytes have to outlive it. No text may come between what the writer writes, not even a blank.
struct JSONFieldReader: FieldReader {
  private let bytes: UnsafeRawBufferPointer
  private var place = 0
  private var isFirst = true

  /// The whole of the bytes as one record.
  static func record<Record: RecordPart>(_ bytes: UnsafeRawBufferPointer) throws(RecordProblem) -> Record {
    var fields = JSONFieldReader(bytes)
    let record: Record = try fields.object()
    guard fields.place == bytes.count else { throw fields.illegible }
    return record
  }

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func integer(_ name: StaticString) throws(RecordProblem) -> Int {
    guard seek(name) else { throw .missing(name) }
    return try number()
  }

  mutating func integerIfPresent(_ name: StaticString) throws(RecordProblem) -> Int? {
    seek(name) ? try number() : nil
  }

  mutating func textIfPresent(_ name: StaticString) throws(RecordProblem) -> String? {
    seek(name) ? try string() : nil
  }

  mutating func flag(_ name: StaticString) throws(RecordProblem) -> Bool {
    guard seek(name) else { return false }
    for byte in "true".utf8 { try pass(byte) }
    return true
  }

  mutating func integers(_ name: StaticString) throws(RecordProblem) -> [Int] {
    guard seek(name) else { throw .missing(name) }
    var values: [Int] = []
    try list("[", "]") { fields throws(RecordProblem) in values.append(try fields.number()) }
    return values
  }

  mutating func textsIfPresent(_ name: StaticString) throws(RecordProblem) -> [String: String]? {
    guard seek(name) else { return nil }
    var texts: [String: String] = [:]
    try list("{", "}") { fields throws(RecordProblem) in
      let key = try fields.key()
      texts[key] = try fields.string()
    }
    return texts
  }

  mutating func counts(_ name: StaticString) throws(RecordProblem) -> [String: Int] {
    guard seek(name) else { throw .missing(name) }
    var counts: [String: Int] = [:]
    try list("{", "}") { fields throws(RecordProblem) in
      let key = try fields.key()
      counts[key] = try fields.number()
    }
    return counts
  }

  mutating func partIfPresent<Part: RecordPart>(_ name: StaticString) throws(RecordProblem) -> Part? {
    seek(name) ? try object() : nil
  }

  mutating func parts<Part: RecordPart>(_ name: StaticString) throws(RecordProblem) -> [Part] {
    guard seek(name) else { throw .missing(name) }
    var parts: [Part] = []
    try list("[", "]") { fields throws(RecordProblem) in parts.append(try fields.object()) }
    return parts
  }

  /// Whether the next field is the named one; its value is then the next thing to read.
  private mutating func seek(_ name: StaticString) -> Bool {
    var start = place
    if !isFirst {
      guard next == UInt8(ascii: ",") else { return false }
      start += 1
    }
    let count = name.utf8CodeUnitCount
    guard let base = bytes.baseAddress, start + count + 3 <= bytes.count,
      bytes[start] == UInt8(ascii: "\""), bytes[start + 1 + count] == UInt8(ascii: "\""),
      bytes[start + 2 + count] == UInt8(ascii: ":"),
      memcmp(base + start + 1, name.utf8Start, count) == 0
    else { return false }
    place = start + count + 3
    isFirst = false
    return true
  }

  private mutating func object<Part: RecordPart>() throws(RecordProblem) -> Part {
    try pass(UInt8(ascii: "{"))
    isFirst = true
    let part = try Part(from: &self)
    guard next == UInt8(ascii: "}") else { throw unknownField }
    place += 1
    isFirst = false
    return part
  }

  private mutating func list(
    _ opening: Unicode.Scalar, _ closing: Unicode.Scalar,
    _ element: (inout JSONFieldReader) throws(RecordProblem) -> Void
  ) throws(RecordProblem) {
    try pass(UInt8(ascii: opening))
    if next == UInt8(ascii: closing) {
      place += 1
      return
    }
    while true {
      try element(&self)
      guard next == UInt8(ascii: ",") else { return try pass(UInt8(ascii: closing)) }
      place += 1
    }
  }

  private mutating func key() throws(RecordProblem) -> String {
    let key = try string()
    try pass(UInt8(ascii: ":"))
    return key
  }
}

extension JSONFieldReader {
  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func pass(_ byte: UInt8) throws(RecordProblem) {
    guard next == byte else { throw illegible }
    place += 1
  }

  private mutating func number() throws(RecordProblem) -> Int {
    let isNegative = next == UInt8(ascii: "-")
    if isNegative { place += 1 }
    let start = place
    var value = 0
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (tens, isOver) = value.multipliedReportingOverflow(by: 10)
      let (sum, isTooLarge) = tens.subtractingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      if isOver || isTooLarge { throw illegible }
      value = sum
      place += 1
    }
    // Counted downwards: there is one more number below zero than above.
    guard place > start, isNegative || value != .min else { throw illegible }
    return isNegative ? value : -value
  }

  private mutating func string() throws(RecordProblem) -> String {
    try pass(UInt8(ascii: "\""))
    let start = place
    while let byte = next, byte != UInt8(ascii: "\"") {
      if byte == UInt8(ascii: "\\") { return try stringWithEscapes(from: start) }
      place += 1
    }
    guard let text = Self.text(bytes[start..<place]) else { throw illegible }
    try pass(UInt8(ascii: "\""))
    return text
  }

  private mutating func stringWithEscapes(from start: Int) throws(RecordProblem) -> String {
    var content = Array(bytes[start..<place])
    while let byte = next, byte != UInt8(ascii: "\"") {
      place += 1
      content.append(byte == UInt8(ascii: "\\") ? try escaped() : byte)
    }
    guard let text = content.withUnsafeBytes({ Self.text($0[...]) }) else { throw illegible }
    try pass(UInt8(ascii: "\""))
    return text
  }

  /// Behind a backslash: a quote, a backslash, or `u00` and two digits.
  private mutating func escaped() throws(RecordProblem) -> UInt8 {
    guard let byte = next else { throw illegible }
    place += 1
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return byte }
    guard byte == UInt8(ascii: "u"), place + 4 <= bytes.count,
      let digits = Self.text(bytes[place..<place + 4]), let value = UInt8(digits, radix: 16), value < 0x80
    else { throw illegible }
    place += 4
    return value
  }

  private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String? {
    String(validating: bytes, as: UTF8.self)
  }

  private var illegible: RecordProblem { RecordProblem("cannot be read from its byte \(place) on") }

  private var unknownField: RecordProblem {
    var rest = self
    guard next == UInt8(ascii: ",") || isFirst else { return illegible }
    if !isFirst { rest.place += 1 }
    guard let name = try? rest.string() else { return illegible }
    return RecordProblem("has the field '\(name.prefix(40))', which is not known there")
  }
}
