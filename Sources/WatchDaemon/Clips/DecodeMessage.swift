import FoundationEssentials

/// What the decode worker says on its standard output, one after the other: a header, frames, an end; or at any
/// place a failure. Each message is a kind byte, the payload's length (32 bits, little endian) and the payload.
enum DecodeMessage {
  enum Kind: UInt8 {
    /// JSON of `ClipHeader`.
    case header = 0x48
    /// Index (32 bits), coloured fraction (64-bit floating point), both little endian, then luma row by row.
    case frame = 0x46
    /// Nothing: every frame that was asked for has been sent.
    case end = 0x45
    /// A reason code, a line feed, a sentence.
    case failure = 0x58
  }

  static let prefixBytes = 5
  static let framePrefixBytes = 12
  /// No header or failure is longer: ten thousand frame times take a fifth of it.
  static let maxTextBytes = 1 << 20

  static func prefix(_ kind: Kind, length: Int) -> [UInt8] {
    [kind.rawValue] + bytes(UInt32(length))
  }

  static func framePrefix(index: Int, colouredFraction: Double) -> [UInt8] {
    bytes(UInt32(index)) + bytes(colouredFraction.bitPattern)
  }

  static func kindAndLength(_ prefix: [UInt8]) -> (kind: Kind, length: Int)? {
    guard prefix.count == prefixBytes, let kind = Kind(rawValue: prefix[0]) else { return nil }
    return (kind, Int(integer(prefix[1...], as: UInt32.self)))
  }

  /// `payload` is as long as `framePrefixBytes` and the picture.
  static func frame(_ payload: [UInt8], columns: Int, rows: Int) -> DecodedFrame? {
    guard payload.count == framePrefixBytes + columns * rows else { return nil }
    let fraction = Double(bitPattern: integer(payload[4..<framePrefixBytes], as: UInt64.self))
    guard (0...1).contains(fraction) else { return nil }
    return DecodedFrame(
      index: Int(integer(payload[..<4], as: UInt32.self)),
      gray: GrayFrame(columns: columns, rows: rows, pixels: Array(payload[framePrefixBytes...])),
      colouredFraction: fraction)
  }

  static func failurePayload(_ error: ClipReadError) -> [UInt8] {
    Array("\(error.reason.rawValue)\n\(error.detail)".utf8.prefix(maxTextBytes))
  }

  static func failure(_ payload: [UInt8]) -> ClipReadError? {
    let parts = payload.split(separator: UInt8(ascii: "\n"), maxSplits: 1)
    guard parts.count == 2, let reason = ReasonCode(rawValue: String(decoding: parts[0], as: UTF8.self))
    else {
      return nil
    }
    let printable = parts[1].prefix(300).filter { (0x20..<0x7F).contains($0) }
    return ClipReadError(reason: reason, detail: String(decoding: printable, as: UTF8.self))
  }

  private static func bytes<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func integer<I: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, as: I.Type) -> I {
    bytes.reversed().reduce(0) { $0 << 8 | I($1) }
  }
}
