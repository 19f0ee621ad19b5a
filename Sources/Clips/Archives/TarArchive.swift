/// Reads a tar archive from a stream, header by header.
final class TarArchive {
  private let stream: any ArchiveStream
  private var buffer: ArraySlice<UInt8>
  /// Of the entry that comes next, from headers of its own.
  private var next = Attributes()

  /// What a header of attributes says of an entry.
  private struct Attributes {
    var name: [UInt8]?
    var size: Int?
    var modified: Int64?
  }

  private static let longestAttributes = 1 << 20
  private static let mostBlocksWithoutEntry = 64

  /// - Parameter start: What was already read of the stream.
  init(_ stream: any ArchiveStream, start: [UInt8] = []) {
    self.stream = stream
    buffer = start[...]
  }

  /// Ends at the archive's end mark, two blocks of zeros. What follows is read, and no part of it.
  func read(into sink: ArchiveMeter) throws(ArchiveFailure) {
    var headers = 0
    while let header = try header() {
      headers += 1
      // Attributes of attributes lead nowhere.
      guard headers <= Self.mostBlocksWithoutEntry else { throw .refused("Its headers follow on nothing.") }
      if try readAttributes(header) { continue }
      headers = 0
      try entry(header, into: sink)
      next = Attributes()
    }
    try drain(sink)
  }

  private func header() throws(ArchiveFailure) -> TarHeader? {
    guard let block = TarHeader.Block(try bytes(TarHeader.blockBytes)) else {
      throw .refused("A header in it is damaged.")
    }
    if !block.isEmpty { return try TarHeader(block) }
    guard TarHeader.Block(try bytes(TarHeader.blockBytes))?.isEmpty == true else {
      throw .refused("There is more behind its end.")
    }
    return nil
  }

  /// - Returns: Whether the header spoke of the next one.
  private func readAttributes(_ header: TarHeader) throws(ArchiveFailure) -> Bool {
    switch header.kind {
    case .file, .folder, .notAFile: return false
    case .longName: next.name = Array(try text(header).prefix { $0 != 0 })
    case .attributes(isGlobal: false): try readRecords(try text(header))
    case .longLink, .attributes(isGlobal: true): _ = try text(header)
    }
    return true
  }

  private func text(_ header: TarHeader) throws(ArchiveFailure) -> [UInt8] {
    guard header.size <= Self.longestAttributes else { throw .refused("A header in it is too long.") }
    let text = try bytes(header.size)
    try skipPadding(after: header.size)
    return text
  }

  /// Records `length keyword=value\n` of a pax header.
  private func readRecords(_ text: [UInt8]) throws(ArchiveFailure) {
    var rest = text[...]
    while !rest.isEmpty {
      let digits = rest.prefix { (48...57).contains($0) }
      guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 1,
        length <= rest.count
      else { throw .refused("A header in it is damaged.") }
      let record = rest.prefix(length).dropFirst(digits.count + 1).dropLast()
      rest = rest.dropFirst(length)
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { continue }
      try setAttribute(String(decoding: record[..<equals], as: UTF8.self), Array(record[(equals + 1)...]))
    }
  }

  private func setAttribute(_ keyword: String, _ value: [UInt8]) throws(ArchiveFailure) {
    let text = String(decoding: value, as: UTF8.self)
    switch keyword {
    case "path": next.name = value
    case "size":
      guard let size = Int(text), size >= 0 else { throw .refused("A size in it is none.") }
      next.size = size
    case "mtime": next.modified = Double(text).flatMap { Int64(exactly: $0.rounded(.down)) }
    case _ where keyword.hasPrefix("GNU.sparse."):
      throw .refused("It holds a sparse file, which is not read.")
    default: break
    }
  }

  private func entry(_ header: TarHeader, into sink: ArchiveMeter) throws(ArchiveFailure) {
    let name = try ArchiveName.checked(next.name ?? header.name)
    let size = header.kind == .file ? next.size ?? header.size : 0
    guard let name, header.kind != .folder else { return }
    let kind: ArchiveEntry.Kind = header.kind == .file ? .file : .notAFile
    try sink.begin(ArchiveEntry(name: name, kind: kind, modified: next.modified ?? header.modified))
    var left = size
    while left > 0 {
      let part = try some(upTo: left)
      try sink.write(part)
      left -= part.count
    }
    try skipPadding(after: size)
    try sink.end()
  }

  /// What follows may be padding of any length, and a compressed stream's checksum comes after it.
  private func drain(_ sink: ArchiveMeter) throws(ArchiveFailure) {
    var drained = sink.bytes
    while true {
      let part = try stream.next()
      if part.isEmpty { return }
      drained += part.count
      try sink.expect(entries: 0, bytes: drained)
    }
  }

  private func skipPadding(after size: Int) throws(ArchiveFailure) {
    let rest = size % TarHeader.blockBytes
    if rest > 0 { _ = try bytes(TarHeader.blockBytes - rest) }
  }

  private func some(upTo count: Int) throws(ArchiveFailure) -> ArraySlice<UInt8> {
    if buffer.isEmpty { buffer = try stream.next()[...] }
    guard !buffer.isEmpty else { throw .cut("It ends before its content does.") }
    let part = buffer.prefix(count)
    buffer = buffer.dropFirst(part.count)
    return part
  }

  private func bytes(_ count: Int) throws(ArchiveFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += try some(upTo: count - bytes.count) }
    return bytes
  }
}

/// Reads a gzip file: a tar archive or a single file.
final class GzipArchive {
  private let stream: GzipStream

  init(_ stream: GzipStream) { self.stream = stream }

  func read(into sink: ArchiveMeter) throws(ArchiveFailure) {
    var start: [UInt8] = []
    while start.count < TarHeader.blockBytes {
      let part = try stream.next()
      if part.isEmpty { break }
      start += part
    }
    if ArchiveForm(start: Array(start.prefix(TarHeader.blockBytes))) == .tar {
      return try TarArchive(stream, start: start).read(into: sink)
    }
    try sink.begin(ArchiveEntry(name: "", kind: .file, modified: 0))
    var part = start
    while !part.isEmpty {
      try sink.write(part[...])
      part = try stream.next()
    }
    try sink.end()
  }
}

/// One header of a tar archive (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU), a block of 512 bytes.
struct TarHeader: Sendable, Equatable {
  static let blockBytes = 512

  enum Kind: Sendable, Equatable {
    case file
    case folder
    /// A link, a pipe or a device.
    case notAFile
    /// Attributes of the entry that follows, or of all that follow.
    case attributes(isGlobal: Bool)
    /// The name of the entry that follows; the target of a link.
    case longName
    case longLink
  }

  var kind: Kind
  /// As it is in the header.
  var name: [UInt8]
  var size: Int
  /// Seconds since 1970.
  var modified: Int64

  /// A block whose checksum is right, or one of zeros.
  struct Block: Sendable {
    let bytes: [UInt8]
    let isEmpty: Bool

    init?(_ bytes: some Collection<UInt8>) {
      let bytes = Array(bytes)
      guard bytes.count == TarHeader.blockBytes else { return nil }
      self.bytes = bytes
      isEmpty = bytes.allSatisfy { $0 == 0 }
      guard isEmpty || Self.isSound(bytes) else { return nil }
    }

    /// The sum of all bytes, its own field counted as blanks; some writers summed signed characters.
    private static func isSound(_ bytes: [UInt8]) -> Bool {
      guard let stated = TarHeader.number(bytes[148..<156]) else { return false }
      var unsigned = 0
      var signed = 0
      for (index, byte) in bytes.enumerated() {
        let value = (148..<156).contains(index) ? 0x20 : byte
        unsigned += Int(value)
        signed += Int(Int8(bitPattern: value))
      }
      return stated == unsigned || stated == signed
    }
  }

  init(_ block: Block) throws(ArchiveFailure) {
    let bytes = block.bytes
    guard let size = Self.number(bytes[124..<136]), size >= 0 else { throw .refused("A size in it is none.") }
    self.size = size
    modified = Int64(Self.number(bytes[136..<148]) ?? 0)
    kind = try Self.kind(bytes[156])
    let isPOSIX = bytes[257..<263].elementsEqual(Array("ustar".utf8) + [0])
    let prefix = isPOSIX ? Self.text(bytes[345..<500]) : []
    name =
      prefix.isEmpty ? Self.text(bytes[0..<100]) : prefix + [UInt8(ascii: "/")] + Self.text(bytes[0..<100])
    // Archives of old mark a folder by the end of its name.
    if kind == .file, name.last == UInt8(ascii: "/") { kind = .folder }
    if kind == .folder || kind == .notAFile { self.size = 0 }
  }

  private static func kind(_ flag: UInt8) throws(ArchiveFailure) -> Kind {
    switch Character(Unicode.Scalar(flag)) {
    case "0", "7", "\0": .file
    case "5": .folder
    case "1", "2", "3", "4", "6": .notAFile
    case "x": .attributes(isGlobal: false)
    case "g": .attributes(isGlobal: true)
    case "L": .longName
    case "K": .longLink
    default: throw .refused("It holds an entry of a kind that is not read.")
    }
  }

  private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

  /// Octal digits, or GNU's binary numbers; `nil` where it is neither, or too large.
  static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 {
      var value = Int(first & 0x7F)
      // A set sign bit would be a negative number.
      guard first & 0x40 == 0 else { return nil }
      for byte in field.dropFirst() {
        guard value <= Int.max >> 8 else { return nil }
        value = value << 8 | Int(byte)
      }
      return value
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    if digits.isEmpty { return 0 }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}
