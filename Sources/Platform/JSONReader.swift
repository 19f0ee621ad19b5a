extension JSONValue {
  /// The text is no JSON, or nested deeper than anything that is written here; the place in it, in bytes.
  package struct Malformed: Error, Equatable { package var place: Int }

  /// The value of a JSON text (RFC 8259, UTF-8). Of a number that is written without fraction and exponent and fits
  /// an `Int` comes `.integer`, of any other `.number`.
  /// - Parameter leftOut: Keys whose objects and arrays are passed over, at whatever depth: `null` and `[]` are in
  ///   their place. What they hold is not looked at.
  package init(json: [UInt8], leavingOut leftOut: [String] = []) throws(Malformed) {
    self = try json.withUnsafeBufferPointer { bytes throws(Malformed) in
      var reader = JSONReader(bytes: bytes, leftOut: leftOut)
      return try reader.document()
    }
  }
}

/// A parser of one JSON text in memory; `place` is the offset of the next byte.
private struct JSONReader {
  let bytes: UnsafeBufferPointer<UInt8>
  let leftOut: [String]
  private var place = 0

  /// A text from elsewhere must not exhaust the stack.
  private static let mostDepth = 64

  init(bytes: UnsafeBufferPointer<UInt8>, leftOut: [String]) { (self.bytes, self.leftOut) = (bytes, leftOut) }

  mutating func document() throws(JSONValue.Malformed) -> JSONValue {
    let value = try value(depth: 0)
    guard next == nil else { throw malformed }
    return value
  }

  private var malformed: JSONValue.Malformed { .init(place: place) }

  /// `nil` at the end.
  private var byte: UInt8? { place < bytes.count ? bytes[place] : nil }

  /// The byte after any blanks, which are passed.
  private var next: UInt8? {
    mutating get {
      while let byte, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D { place += 1 }
      return byte
    }
  }

  private mutating func value(depth: Int) throws(JSONValue.Malformed) -> JSONValue {
    guard depth < Self.mostDepth else { throw malformed }
    switch next {
    case UInt8(ascii: "{"): return .object(try members(depth: depth))
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try list(until: UInt8(ascii: "]")) { (reader: inout Self) throws(JSONValue.Malformed) in
        elements.append(try reader.value(depth: depth + 1))
      }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func members(depth: Int) throws(JSONValue.Malformed) -> JSONValue.Members {
    var members: JSONValue.Members = []
    try list(until: UInt8(ascii: "}")) { (reader: inout Self) throws(JSONValue.Malformed) in
      guard reader.next == UInt8(ascii: "\"") else { throw reader.malformed }
      let key = try reader.string()
      guard reader.next == UInt8(ascii: ":") else { throw reader.malformed }
      reader.place += 1
      let isLeftOut = reader.leftOut.contains(key)
      members.append((key, try isLeftOut ? reader.passOver() : reader.value(depth: depth + 1)))
    }
    return members
  }

  private mutating func list(
    until end: UInt8, _ element: (inout Self) throws(JSONValue.Malformed) -> Void
  ) throws(JSONValue.Malformed) {
    place += 1
    var found = next == end ? end : nil
    while found != end {
      try element(&self)
      found = next
      guard found == end || found == UInt8(ascii: ",") else { throw malformed }
      if found != end { place += 1 }
    }
    place += 1
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONValue.Malformed) -> JSONValue {
    for letter in 0..<word.utf8CodeUnitCount {
      guard byte == word.utf8Start[letter] else { throw malformed }
      place += 1
    }
    return value
  }

  /// Objects and arrays by their brackets alone.
  private mutating func passOver() throws(JSONValue.Malformed) -> JSONValue {
    let first = next
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return try value(depth: 0) }
    var depth = 0
    repeat {
      switch byte {
      case nil: throw malformed
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        repeat {
          place += byte == UInt8(ascii: "\\") ? 2 : 1
        } while byte.map { $0 != UInt8(ascii: "\"") } ?? false
      default: break
      }
      place += 1
    } while depth > 0
    return first == UInt8(ascii: "[") ? .array([]) : .null
  }
}

extension JSONReader {
  private mutating func number() throws(JSONValue.Malformed) -> JSONValue {
    let start = place
    if byte == UInt8(ascii: "-") { place += 1 }
    let hasLeadingZero = byte == UInt8(ascii: "0")
    let digits = try digits()
    guard !hasLeadingZero || digits == 1 else { throw malformed }
    var isWhole = true
    if byte == UInt8(ascii: ".") {
      (isWhole, place) = (false, place + 1)
      _ = try self.digits()
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      (isWhole, place) = (false, place + 1)
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { place += 1 }
      _ = try self.digits()
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<place]), as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw malformed }
    return .number(number)
  }

  /// - Returns: How many there are.
  private mutating func digits() throws(JSONValue.Malformed) -> Int {
    let start = place
    while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
    guard place > start else { throw malformed }
    return place - start
  }

  /// From its opening quote to after its closing one.
  private mutating func string() throws(JSONValue.Malformed) -> String {
    place += 1
    var (start, unescaped) = (place, [UInt8]())
    while let byte, byte >= 0x20 {
      if byte == UInt8(ascii: "\"") {
        let rest = UnsafeBufferPointer(rebasing: bytes[start..<place])
        let text = try unescaped.isEmpty ? text(rest) : (unescaped + rest).withUnsafeBufferPointer(text)
        place += 1
        return text
      }
      if byte == UInt8(ascii: "\\") {
        unescaped += bytes[start..<place]
        unescaped += String(Character(try escaped())).utf8
        start = place
      } else {
        place += 1
      }
    }
    throw malformed
  }

  /// Names are ASCII, for which there is no need to look at the rules of UTF-8.
  private func text(_ utf8: UnsafeBufferPointer<UInt8>) throws(JSONValue.Malformed) -> String {
    if utf8.allSatisfy({ $0 < 0x80 }) { return String(decoding: utf8, as: UTF8.self) }
    guard let text = String(validating: utf8, as: UTF8.self) else { throw malformed }
    return text
  }

  /// What follows a backslash.
  private mutating func escaped() throws(JSONValue.Malformed) -> Unicode.Scalar {
    place += 2
    switch place <= bytes.count ? bytes[place - 1] : 0 {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try codeUnit()
      guard UTF16.isLeadSurrogate(unit) else { return try scalar(UInt32(unit)) }
      guard bytes[place...].starts(with: "\\u".utf8) else { throw malformed }
      place += 2
      let trail = try codeUnit()
      guard UTF16.isTrailSurrogate(trail) else { throw malformed }
      return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
    default: throw malformed
    }
  }

  private func scalar(_ value: UInt32) throws(JSONValue.Malformed) -> Unicode.Scalar {
    guard let scalar = Unicode.Scalar(value) else { throw malformed }
    return scalar
  }

  /// Four hexadecimal digits.
  private mutating func codeUnit() throws(JSONValue.Malformed) -> UInt16 {
    let digits = bytes[place...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw malformed }
    place += 4
    return unit
  }
}
