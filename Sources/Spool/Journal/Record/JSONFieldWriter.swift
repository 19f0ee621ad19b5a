/// Writes a record as JSON on one line, without a blank: the same record is always the same bytes.
struct JSONFieldWriter: FieldWriter {
  private(set) var bytes: [UInt8]
  private var isFirst = true

  /// The record's JSON behind `prefix`.
  static func bytes(of record: some RecordPart, after prefix: [UInt8] = []) -> [UInt8] {
    var fields = JSONFieldWriter(bytes: prefix)
    fields.writeObject(record)
    return fields.bytes
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func write(_ name: StaticString, _ value: Int) {
    begin(name)
    append(value)
  }

  mutating func write(_ name: StaticString, _ value: Int?) {
    if let value { write(name, value) }
  }

  mutating func write(_ name: StaticString, _ value: String?) {
    guard let value else { return }
    begin(name)
    append(value)
  }

  mutating func write(_ name: StaticString, _ flag: Bool) {
    guard flag else { return }
    begin(name)
    appendRaw("true")
  }

  mutating func write(_ name: StaticString, _ values: [Int]) {
    begin(name)
    list(values, "[", "]") { $0.append($1) }
  }

  mutating func write(_ name: StaticString, _ texts: [String: String]?) {
    guard let texts else { return }
    begin(name)
    list(texts.sorted { $0.key < $1.key }, "{", "}") { fields, member in
      fields.append(member.key)
      fields.appendRaw(":")
      fields.append(member.value)
    }
  }

  mutating func write(_ name: StaticString, _ counts: [String: Int]) {
    begin(name)
    list(counts.sorted { $0.key < $1.key }, "{", "}") { fields, member in
      fields.append(member.key)
      fields.appendRaw(":")
      fields.append(member.value)
    }
  }

  mutating func write<Part: RecordPart>(_ name: StaticString, _ part: Part?) {
    guard let part else { return }
    begin(name)
    writeObject(part)
  }

  mutating func write<Part: RecordPart>(_ name: StaticString, _ parts: [Part]) {
    begin(name)
    list(parts, "[", "]") { $0.writeObject($1) }
  }

  private mutating func writeObject(_ part: some RecordPart) {
    appendRaw("{")
    isFirst = true
    part.write(to: &self)
    appendRaw("}")
    isFirst = false
  }

  private mutating func begin(_ name: StaticString) {
    appendRaw(isFirst ? "\"" : ",\"")
    appendRaw(name)
    appendRaw("\":")
    isFirst = false
  }

  private mutating func list<Element>(
    _ elements: [Element], _ opening: StaticString, _ closing: StaticString,
    _ write: (inout JSONFieldWriter, Element) -> Void
  ) {
    appendRaw(opening)
    for (index, element) in elements.enumerated() {
      if index > 0 { appendRaw(",") }
      write(&self, element)
    }
    appendRaw(closing)
  }

  private mutating func appendRaw(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func append(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

  /// A string with its quotes (RFC 8259, section 7).
  private mutating func append(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    if text.utf8.contains(where: Self.isEscaped) {
      for byte in text.utf8 {
        if Self.isEscaped(byte) { appendEscape(of: byte) } else { bytes.append(byte) }
      }
    } else {
      bytes.append(contentsOf: text.utf8)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// What would end the string, and control characters.
  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func appendEscape(of byte: UInt8) {
    let digits = Array("0123456789abcdef".utf8)
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
    default: bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
}
