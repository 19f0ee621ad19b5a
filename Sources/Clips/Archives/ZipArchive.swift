import CPNG

/// Reads a ZIP archive by its directory: stored and deflated members, each checked against its checksum.
final class ZipArchive {
  private let input: ArchiveInput

  init(_ input: ArchiveInput) { self.input = input }

  private static let localBytes = 30

  func read(into sink: ArchiveMeter) throws(ArchiveFailure) {
    let directory = try ZipDirectory(input, limits: sink.limits)
    let isDocument = directory.members.contains { Self.documentMarks.contains($0.name) }
    if isDocument { throw ArchiveFailure(kind: .document, detail: "It is a document or a program.") }
    let announced = directory.members.reduce(0) { $0 + $1.size }
    try sink.expect(entries: directory.members.count, bytes: announced)
    let members = try directory.members.map { member throws(ArchiveFailure) in
      (member: member, data: try data(of: member, before: directory.start))
    }
    try refuseOverlaps(members.map(\.data))
    for (member, data) in members {
      let name = Self.withSlashes(member.name)
      guard let name = try ArchiveName.checked(name), !member.isFolder else { continue }
      let kind: ArchiveEntry.Kind = member.isFile ? .file : .notAFile
      try sink.begin(ArchiveEntry(name: name, kind: kind, modified: member.modified))
      if member.isFile { try unpack(member, data, into: sink) }
      try sink.end()
    }
  }

  /// Names that office documents, books and programs have, and no export of pictures.
  private static let documentMarks: Set<[UInt8]> = [
    Array("[Content_Types].xml".utf8), Array("META-INF/MANIFEST.MF".utf8), Array("mimetype".utf8),
  ]

  /// Some programs for Windows write its separators.
  private static func withSlashes(_ name: [UInt8]) -> [UInt8] {
    name.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
  }

  /// Where a member's bytes lie, by its local header, which has to agree with the directory.
  private func data(of member: ZipDirectory.Member, before end: Int) throws(ArchiveFailure) -> Range<Int> {
    guard member.offset + Self.localBytes <= end else { throw Self.contradiction }
    let header = try input.read(Self.localBytes, at: member.offset)
    guard header.u32(0) == 0x0403_4B50, header.u16(8) == member.method,
      Int(header.u16(26)) == member.name.count
    else { throw Self.contradiction }
    let nameStart = member.offset + Self.localBytes
    let start = nameStart + member.name.count + Int(header.u16(28))
    guard start <= end, member.packedSize <= end - start,
      try input.read(member.name.count, at: nameStart) == member.name
    else { throw Self.contradiction }
    guard member.method == 0 || member.method == 8 else {
      throw .refused("It is packed by a method that is not read; pack it by the usual one, deflate.")
    }
    return member.offset..<start + member.packedSize
  }

  /// Members that share bytes unpack to more than there is.
  private func refuseOverlaps(_ ranges: [Range<Int>]) throws(ArchiveFailure) {
    let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
    for (one, next) in zip(sorted, sorted.dropFirst()) where next.lowerBound < one.upperBound {
      throw .refused("Files in it share their bytes.")
    }
  }

  private func unpack(
    _ member: ZipDirectory.Member, _ data: Range<Int>, into sink: ArchiveMeter
  ) throws(ArchiveFailure) {
    let check = Checked(sink, size: member.size)
    let packed = data.upperBound - member.packedSize..<data.upperBound
    if member.method == 0 {
      guard member.packedSize == member.size else { throw Self.contradiction }
      try copy(packed, into: check)
    } else {
      try inflate(packed, into: check)
    }
    guard check.count == member.size, check.checksum == member.checksum else {
      throw .refused("What it holds is damaged.")
    }
  }

  private func copy(_ range: Range<Int>, into sink: Checked) throws(ArchiveFailure) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let part = try input.read(min(ArchiveChunk.bytes, range.upperBound - offset), at: offset)
      try sink.write(part)
      offset += part.count
    }
  }

  private func inflate(_ range: Range<Int>, into sink: Checked) throws(ArchiveFailure) {
    let inflater = try Inflater(.raw)
    var offset = range.lowerBound
    var pending: ArraySlice<UInt8> = []
    while true {
      if pending.isEmpty, offset < range.upperBound {
        pending = try input.read(min(ArchiveChunk.bytes, range.upperBound - offset), at: offset)[...]
        offset += pending.count
      }
      let step = try inflater.step(pending, limit: ArchiveChunk.bytes)
      pending = pending.dropFirst(step.consumed)
      try sink.write(step.output)
      if step.hasEnded {
        guard pending.isEmpty, offset == range.upperBound else { throw Self.contradiction }
        return
      }
      guard step.consumed > 0 || !step.output.isEmpty else { throw .refused("What it holds is damaged.") }
    }
  }

  /// Counts and checks what goes on to the sink; more than was announced is not passed on.
  private final class Checked {
    private let sink: ArchiveMeter
    private let size: Int
    private(set) var count = 0
    private(set) var checksum: UInt32 = 0

    init(_ sink: ArchiveMeter, size: Int) {
      self.sink = sink
      self.size = size
    }

    func write(_ bytes: [UInt8]) throws(ArchiveFailure) {
      count += bytes.count
      guard count <= size else { throw .refused("What it holds is damaged.") }
      checksum = UInt32(truncatingIfNeeded: crc32(UInt(checksum), bytes, UInt32(bytes.count)))
      try sink.write(bytes[...])
    }
  }

  private static let contradiction = ArchiveFailure.refused("Its directory contradicts its content.")
}
