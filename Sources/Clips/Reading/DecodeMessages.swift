import FoundationEssentials
import Platform
import Study

/// What a decode worker is asked for; its command line.
package struct DecodeRequest: Equatable {
  package enum Frames: Equatable {
    case none
    case all
    case some([Int])
    /// No frames: the file is a list of paths, each ended by a NUL, and the headers of all of them are asked for.
    case headersOfList
    /// The file is an archive: what it holds is asked for, with or without the content.
    case archive(unpacks: Bool)
    /// No file is read: what a worker may not do is tried, and each attempt answered by a line of text.
    case confinement
  }

  package static let command = "decode-worker"
  fileprivate static let chroma = "chroma"
  fileprivate static let luma = "luma"

  package var frames: Frames
  /// Whether frames come with their chroma.
  var withChroma = false
  package var limits: DecodeLimits

  package var arguments: [String] {
    [
      Self.command, String(limits.maxPixels), String(limits.maxFrames), String(limits.maxTotalPixels),
      String(limits.memoryMegabytes), String(limits.cpuSeconds), framesArgument,
      withChroma ? Self.chroma : Self.luma,
    ]
  }

  private var framesArgument: String {
    switch frames {
    case .none: "none"
    case .all: "all"
    case .headersOfList: "list"
    case .archive(unpacks: true): "unpack"
    case .archive(unpacks: false): "check"
    case .confinement: "confinement"
    case .some(let indices): indices.map(String.init).joined(separator: ",")
    }
  }
}

extension DecodeRequest {
  /// `nil` where the arguments, the command's name first, are not those of a request.
  package init?(arguments: [String]) {
    let numbers = arguments.dropFirst().prefix(5).compactMap(Int.init)
    guard arguments.first == Self.command, arguments.count == 8, numbers.count == 5,
      numbers.allSatisfy({ (1...Int(Int32.max) * 1024).contains($0) }),
      let frames = Frames(argument: arguments[6])
    else { return nil }
    guard [Self.chroma, Self.luma].contains(arguments[7]) else { return nil }
    self.frames = frames
    withChroma = arguments[7] == Self.chroma
    limits = DecodeLimits(
      maxPixels: numbers[0], maxFrames: numbers[1], maxTotalPixels: numbers[2], memoryMegabytes: numbers[3],
      cpuSeconds: numbers[4])
  }
}

extension DecodeRequest.Frames {
  fileprivate init?(argument: String) {
    switch argument {
    case "none": self = .none
    case "all": self = .all
    case "list": self = .headersOfList
    case "unpack": self = .archive(unpacks: true)
    case "check": self = .archive(unpacks: false)
    case "confinement": self = .confinement
    default:
      let parts = argument.split(separator: ",", omittingEmptySubsequences: true)
      let indices = parts.compactMap { UInt32($0).map(Int.init) }
      guard indices.count == parts.count else { return nil }
      self = .some(indices)
    }
  }
}

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
    /// A reason code, the StudyInstanceUID that the file states or nothing, the errno of the read that failed or nothing,
    /// a sentence; a line feed between them.
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
    let code = error.failure.map { "\($0.code)" } ?? ""
    return Array(
      "\(error.reason.rawValue)\n\(error.study ?? "")\n\(code)\n\(error.detail)".utf8.prefix(maxTextBytes))
  }

  static func failure(_ payload: [UInt8]) -> ClipReadError? {
    let parts = payload.split(
      separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, let reason = ReasonCode(rawValue: String(decoding: parts[0], as: UTF8.self))
    else {
      return nil
    }
    let study = String(decoding: parts[1].prefix(128), as: UTF8.self)
    let code = Int32(String(decoding: parts[2].prefix(8), as: UTF8.self))
    let printable = parts[3].prefix(300).filter { (0x20..<0x7F).contains($0) }
    return ClipReadError(
      reason: reason, detail: String(decoding: printable, as: UTF8.self),
      study: DICOMUID.isValid(study) ? study : nil,
      failure: code.map { FileError(.read, .inbox, code: $0) })
  }

  private static func bytes<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func integer<I: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, as: I.Type) -> I {
    bytes.reversed().reduce(0) { $0 << 8 | I($1) }
  }
}
