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
      if try take(header) { continue }
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
      throw .refused("Behind its end stands more.")
    }
    return nil
  }

  /// - Returns: Whether the header spoke of the next one.
  private func take(_ header: TarHeader) throws(ArchiveFailure) -> Bool {
    switch header.kind {
    case .file, .folder, .notAFile: return false
    case .longName: next.name = Array(try text(header).prefix { $0 != 0 })
    case .attributes(isGlobal: false): try takeRecords(try text(header))
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
  private func takeRecords(_ text: [UInt8]) throws(ArchiveFailure) {
    var rest = text[...]
    while !rest.isEmpty {
      let digits = rest.prefix { (48...57).contains($0) }
      guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 1,
        length <= rest.count
      else { throw .refused("A header in it is damaged.") }
      let record = rest.prefix(length).dropFirst(digits.count + 1).dropLast()
      rest = rest.dropFirst(length)
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { continue }
      try take(String(decoding: record[..<equals], as: UTF8.self), Array(record[(equals + 1)...]))
    }
  }

  private func take(_ keyword: String, _ value: [UInt8]) throws(ArchiveFailure) {
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

  /// What follows may be padding of any length, and a compressed stream's checksum stands behind it.
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
    while start.count < ArchiveForm.startBytes {
      let part = try stream.next()
      if part.isEmpty { break }
      start += part
    }
    if ArchiveForm(start: Array(start.prefix(ArchiveForm.startBytes))) == .tar {
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
