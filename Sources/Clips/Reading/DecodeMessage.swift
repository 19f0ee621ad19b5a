import FoundationEssentials
import Platform
import Study

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
    /// What begins in an archive: kind (8 bits), time (64 bits), both little endian, the name's bytes.
    case entry = 0x4E
    /// Bytes of its content.
    case content = 0x44
    /// Its length (64 bits, little endian).
    case entryEnd = 0x5A
    /// Nothing: all that was asked for has been sent.
    case end = 0x45
    /// A reason code, the StudyInstanceUID that the file states or nothing, a sentence; a line feed between them.
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

  static let countBytes = 8
  private static let entryPrefixBytes = 9
  static let longestEntryPayload = entryPrefixBytes + ArchiveName.longest

  static func entryPayload(_ entry: ArchiveEntry) -> [UInt8] {
    [entry.kind.rawValue] + bytes(entry.modified) + FileName.bytes(of: entry.name)
  }

  static func entry(_ payload: [UInt8]) -> ArchiveEntry? {
    guard payload.count >= entryPrefixBytes, let kind = ArchiveEntry.Kind(rawValue: payload[0]) else {
      return nil
    }
    let modified = Int64(bitPattern: integer(payload[1..<entryPrefixBytes], as: UInt64.self))
    let stated = Array(payload[entryPrefixBytes...])
    if stated.isEmpty { return ArchiveEntry(name: "", kind: kind, modified: modified) }
    guard let name = try? ArchiveName.checked(stated) else { return nil }
    return ArchiveEntry(name: name, kind: kind, modified: modified)
  }

  static func countPayload(_ count: Int) -> [UInt8] { bytes(Int64(count)) }

  static func count(_ payload: [UInt8]) -> Int {
    Int(Int64(bitPattern: integer(payload[..<countBytes], as: UInt64.self)))
  }

  static func failurePayload(_ error: ClipReadError) -> [UInt8] {
    Array("\(error.reason.rawValue)\n\(error.study ?? "")\n\(error.detail)".utf8.prefix(maxTextBytes))
  }

  static func failure(_ payload: [UInt8]) -> ClipReadError? {
    let parts = payload.split(
      separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let reason = ReasonCode(rawValue: String(decoding: parts[0], as: UTF8.self))
    else {
      return nil
    }
    let study = String(decoding: parts[1].prefix(128), as: UTF8.self)
    let printable = parts[2].prefix(300).filter { (0x20..<0x7F).contains($0) }
    return ClipReadError(
      reason: reason, detail: String(decoding: printable, as: UTF8.self),
      study: DICOMUID.isValid(study) ? study : nil)
  }

  private static func bytes<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func integer<I: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, as: I.Type) -> I {
    bytes.reversed().reduce(0) { $0 << 8 | I($1) }
  }
}
