import FoundationEssentials

/// What the decode worker says on its standard output, one after the other: a header, frames, an end; or at any
/// place a failure. Each message is a kind byte, the payload's length (32 bits, little endian) and the payload.
enum DecodeMessage {
  enum Kind: UInt8 {
    /// JSON of `ClipHeader`.
    case header = 0x48
    /// Index (32 bits, little endian), then luma row by row, then chroma where it was asked for.
    case frame = 0x46
    /// Index (32 bits, little endian) of a frame that cannot be decoded, then what a failure has.
    case missing = 0x4D
    /// Nothing: every frame that was asked for has been sent.
    case end = 0x45
    /// A reason code, a line feed, a sentence.
    case failure = 0x58
  }

  static let prefixBytes = 5
  static let framePrefixBytes = 4
  /// No header or failure is longer: ten thousand frame times take a fifth of it.
  static let maxTextBytes = 1 << 20

  static func prefix(_ kind: Kind, length: Int) -> [UInt8] {
    [kind.rawValue] + bytes(UInt32(length))
  }

  static func framePrefix(index: Int) -> [UInt8] { bytes(UInt32(index)) }

  static func kindAndLength(_ prefix: [UInt8]) -> (kind: Kind, length: Int)? {
    guard prefix.count == prefixBytes, let kind = Kind(rawValue: prefix[0]) else { return nil }
    return (kind, Int(integer(prefix[1...], as: UInt32.self)))
  }

  static func frameBytes(columns: Int, rows: Int, withChroma: Bool) -> Int {
    framePrefixBytes + columns * rows
      + (withChroma ? ChromaPlanes.byteCount(frameColumns: columns, frameRows: rows) : 0)
  }

  /// `nil` where `payload` is not as long as `frameBytes` says.
  static func frame(_ payload: [UInt8], columns: Int, rows: Int, withChroma: Bool) -> DecodedFrame? {
    guard payload.count == frameBytes(columns: columns, rows: rows, withChroma: withChroma) else {
      return nil
    }
    let end = framePrefixBytes + columns * rows
    return DecodedFrame(
      index: Int(integer(payload[..<framePrefixBytes], as: UInt32.self)),
      gray: GrayFrame(columns: columns, rows: rows, pixels: Array(payload[framePrefixBytes..<end])),
      chroma: withChroma
        ? ChromaPlanes(bytes: payload[end...], frameColumns: columns, frameRows: rows) : nil)
  }

  /// A frame that could not be decoded, as a black picture.
  static func missingFrame(_ payload: [UInt8], columns: Int, rows: Int) -> DecodedFrame? {
    guard payload.count > framePrefixBytes, let error = failure(Array(payload[framePrefixBytes...])) else {
      return nil
    }
    return DecodedFrame(
      index: Int(integer(payload[..<framePrefixBytes], as: UInt32.self)),
      gray: GrayFrame(columns: columns, rows: rows, pixels: Array(repeating: 0, count: columns * rows)),
      missing: error)
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
