import Study

/// Writes a record into as few bytes as need no compression: without names, numbers in seven bits a byte, digests and
/// UIDs in half a byte a character, words of the program's own in one or two bytes. Read again by `PackedFieldReader` of the same process, and never stored.
struct PackedFieldWriter: FieldWriter {
  private(set) var bytes: [UInt8] = []

  static func bytes(of record: some RecordPart) -> [UInt8] {
    var fields = PackedFieldWriter()
    record.write(to: &fields)
    return fields.bytes
  }

  /// With its sign in the lowest bit.
  mutating func write(_ name: StaticString, _ value: Int) {
    append(UInt(bitPattern: (value << 1) ^ (value >> (Int.bitWidth - 1))))
  }

  mutating func write(_ name: StaticString, _ value: Int?) {
    append(value == nil ? 0 : 1)
    if let value { write(name, value) }
  }

  mutating func write(_ name: StaticString, _ value: String?) {
    if let value { append(value) } else { append(0) }
  }

  mutating func write(_ name: StaticString, _ flag: Bool) { append(flag ? 1 : 0) }

  mutating func write(_ name: StaticString, _ values: [Int]) {
    append(UInt(values.count))
    for value in values { write(name, value) }
  }

  mutating func write(_ name: StaticString, _ texts: [String: String]?) {
    append(texts.map { UInt($0.count) + 1 } ?? 0)
    for (key, value) in texts ?? [:] {
      append(key)
      append(value)
    }
  }

  mutating func write(_ name: StaticString, _ counts: [String: Int]) {
    append(UInt(counts.count))
    for (key, value) in counts {
      append(key)
      write(name, value)
    }
  }

  mutating func write<Part: RecordPart>(_ name: StaticString, _ part: Part?) {
    append(part == nil ? 0 : 1)
    part?.write(to: &self)
  }

  mutating func write<Part: RecordPart>(_ name: StaticString, _ parts: [Part]) {
    append(UInt(parts.count))
    for part in parts { part.write(to: &self) }
  }

  private mutating func append(_ number: UInt) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Its length and alphabet, which together are never 0, and its characters.
  private mutating func append(_ text: String) {
    if let place = PackedWords.places[text] {
      return append(UInt(place) << 2 | UInt(PackedAlphabet.words.rawValue) + 1)
    }
    let alphabet = PackedAlphabet(of: text)
    append(UInt(text.utf8.count) << 2 | UInt(alphabet.rawValue) + 1)
    guard alphabet != .any else { return bytes.append(contentsOf: text.utf8) }
    var half: UInt8?
    for byte in text.utf8 {
      let digit = alphabet.digit(of: byte)
      if let first = half {
        bytes.append(first << 4 | digit)
        half = nil
      } else {
        half = digit
      }
    }
    if let half { bytes.append(half << 4) }
  }
}

/// What the characters of a text are, and so how many bits each takes.
private enum PackedAlphabet: UInt8 {
  /// Eight bits.
  case any
  /// Lower-case hexadecimal digits, as of a digest, in four bits.
  case hexadecimal
  /// Digits and dots, as of a UID, in four bits.
  case dotted
  /// It is one of `PackedWords`, whose index takes the place of the length; no characters follow.
  case words

  init(of text: String) {
    var (isHexadecimal, isDotted) = (true, true)
    for byte in text.utf8 where !(0x30...0x39).contains(byte) {
      if !(0x61...0x66).contains(byte) { isHexadecimal = false }
      if byte != 0x2E { isDotted = false }
      if !isHexadecimal, !isDotted { break }
    }
    self = isHexadecimal ? .hexadecimal : isDotted ? .dotted : .any
  }

  func digit(of byte: UInt8) -> UInt8 {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x2E: 10
    default: byte - 0x61 + 10
    }
  }

  func byte(of digit: UInt8) -> UInt8 {
    if digit < 10 { return digit + 0x30 }
    return self == .dotted ? 0x2E : digit - 10 + 0x61
  }
}

/// Texts that many claims have. Their order is that of this process alone.
private enum PackedWords {
  static let all =
    ReasonCode.allCases.map(\.rawValue) + StudyStage.allCases.map(\.rawValue)
    + ["used", "excluded", "ignored", "quarantined", "held"]
    + ["settled", "completed", "partial", "ineligible", "failed"]
    + ["PatientID", "PatientBirthDate", "PatientName.1", "PatientName.2", "PatientName.3"]
  static let places = Dictionary(zip(all, all.indices)) { first, _ in first }
}

/// Reads what `PackedFieldWriter` wrote. Other bytes end the process: they were written by it, and are a fault of it.
struct PackedFieldReader: FieldReader {
  private let bytes: ArraySlice<UInt8>
  private var place: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    place = bytes.startIndex
  }

  mutating func integer(_ name: StaticString) -> Int {
    let number = next()
    return Int(bitPattern: number >> 1) ^ -Int(bitPattern: number & 1)
  }

  mutating func integerIfPresent(_ name: StaticString) -> Int? { next() == 0 ? nil : integer(name) }

  mutating func textIfPresent(_ name: StaticString) -> String? {
    let number = next()
    return number == 0 ? nil : text(number)
  }

  mutating func flag(_ name: StaticString) -> Bool { next() == 1 }

  mutating func integers(_ name: StaticString) -> [Int] {
    var values: [Int] = []
    for _ in 0..<next() { values.append(integer(name)) }
    return values
  }

  mutating func textsIfPresent(_ name: StaticString) -> [String: String]? {
    let count = next()
    if count == 0 { return nil }
    var texts: [String: String] = [:]
    for _ in 1..<count {
      let key = text(next())
      texts[key] = text(next())
    }
    return texts
  }

  mutating func counts(_ name: StaticString) -> [String: Int] {
    var counts: [String: Int] = [:]
    for _ in 0..<next() {
      let key = text(next())
      counts[key] = integer(name)
    }
    return counts
  }

  mutating func partIfPresent<Part: RecordPart>(_ name: StaticString) throws(RecordProblem) -> Part? {
    next() == 0 ? nil : try Part(from: &self)
  }

  mutating func parts<Part: RecordPart>(_ name: StaticString) throws(RecordProblem) -> [Part] {
    var parts: [Part] = []
    for _ in 0..<next() { parts.append(try Part(from: &self)) }
    return parts
  }

  private mutating func next() -> UInt {
    var (number, shift) = (UInt(0), UInt(0))
    while true {
      let byte = bytes[place]
      place += 1
      number |= UInt(byte & 0x7F) << shift
      if byte < 0x80 { return number }
      shift += 7
    }
  }

  private mutating func text(_ number: UInt) -> String {
    let count = Int((number - 1) >> 2)
    guard let alphabet = PackedAlphabet(rawValue: UInt8((number - 1) & 3)) else {
      preconditionFailure("a text of this process is of an alphabet that it knows")
    }
    if alphabet == .words { return PackedWords.all[count] }
    if alphabet == .any {
      defer { place += count }
      return String(decoding: bytes[place..<place + count], as: UTF8.self)
    }
    defer { place += (count + 1) / 2 }
    return String(unsafeUninitializedCapacity: count) { target in
      for index in 0..<count {
        let pair = bytes[place + index / 2]
        target[index] = alphabet.byte(of: index % 2 == 0 ? pair >> 4 : pair & 15)
      }
      return count
    }
  }
}
