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

/// The central directory of a ZIP archive (PKWARE APPNOTE 6.3, sections 4.3.12 and 4.3.16).
struct ZipDirectory {
  struct Member: Sendable, Equatable {
    /// As it is in the archive.
    var name: [UInt8]
    var method: UInt16
    var checksum: UInt32
    var packedSize: Int
    var size: Int
    /// Of the local header.
    var offset: Int
    var isFolder: Bool
    /// By the file's mode, where the archive was made on a Unix.
    var isFile: Bool
    /// Seconds since 1970, the stated local time taken as UTC.
    var modified: Int64
  }

  private(set) var members: [Member] = []
  /// Where the directory begins; members lie before it.
  let start: Int

  private static let endBytes = 22
  private static let longestComment = 0xFFFF
  private static let largest = 64 << 20

  init(_ input: ArchiveInput, limits: ArchiveLimits) throws(ArchiveFailure) {
    let end = try Self.end(input)
    let count = Int(end.u16(10))
    let size = Int(end.u32(12))
    start = Int(end.u32(16))
    guard end.u16(8) != 0xFFFF, count != 0xFFFF, size != 0xFFFF_FFFF, start != 0xFFFF_FFFF else {
      throw .refused("It is of the form ZIP64, which is not read; pack it in parts or as tar.")
    }
    guard end.u16(4) == 0, end.u16(6) == 0, Int(end.u16(8)) == count else {
      throw .refused("It is one part of several, which are not read.")
    }
    guard count <= limits.entries else { throw .refused("It holds more files than an archive may.") }
    guard size <= Self.largest, start + size <= end.place else {
      throw .refused("Its directory is damaged.")
    }
    // Something before the archive, or within it, that its directory does not know.
    guard start + size == end.place else { throw .refused("Its directory does not lie where it says.") }
    let bytes = try input.read(size, at: start)
    var offset = 0
    for _ in 0..<count { members.append(try Self.member(bytes, &offset)) }
    guard offset == bytes.count else { throw .refused("Its directory is damaged.") }
  }

  private struct End {
    var bytes: [UInt8]
    var place: Int
    func u16(_ offset: Int) -> UInt16 { bytes.u16(offset) }
    func u32(_ offset: Int) -> UInt32 { bytes.u32(offset) }
  }

  /// The record at the end, whose comment fills the rest of the file.
  private static func end(_ input: ArchiveInput) throws(ArchiveFailure) -> End {
    let length = min(input.size, endBytes + longestComment)
    let tail = try input.read(length, at: input.size - length)
    var place = tail.count - endBytes
    while place >= 0 {
      if tail.u32(place) == 0x0605_4B50, place + endBytes + Int(tail.u16(place + 20)) == tail.count {
        return End(bytes: Array(tail[place..<place + endBytes]), place: input.size - length + place)
      }
      place -= 1
    }
    throw .cut("It ends before its directory does.")
  }

  private static func member(_ bytes: [UInt8], _ offset: inout Int) throws(ArchiveFailure) -> Member {
    guard offset + 46 <= bytes.count, bytes.u32(offset) == 0x0201_4B50 else {
      throw .refused("Its directory is damaged.")
    }
    let nameLength = Int(bytes.u16(offset + 28))
    let nameStart = offset + 46
    let following = nameStart + nameLength + Int(bytes.u16(offset + 30)) + Int(bytes.u16(offset + 32))
    guard following <= bytes.count else { throw .refused("Its directory is damaged.") }
    let flags = bytes.u16(offset + 8)
    // Bits 0, 6 and 13: encrypted, strongly encrypted, directory masked.
    guard flags & 0x2041 == 0 else { throw .refused("It is encrypted; send it without a password.") }
    let name = Array(bytes[nameStart..<nameStart + nameLength])
    let (packed, size) = (bytes.u32(offset + 20), bytes.u32(offset + 24))
    let local = bytes.u32(offset + 42)
    guard packed != 0xFFFF_FFFF, size != 0xFFFF_FFFF, local != 0xFFFF_FFFF else {
      throw .refused("It is of the form ZIP64, which is not read; pack it in parts or as tar.")
    }
    let mode = madeOnUnix(bytes[offset + 5]) ? bytes.u32(offset + 38) >> 28 : 0
    let isFolder = name.last.map { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") } ?? true
    let member = Member(
      name: name, method: bytes.u16(offset + 10), checksum: bytes.u32(offset + 16), packedSize: Int(packed),
      size: Int(size), offset: Int(local), isFolder: isFolder, isFile: mode == 0 || mode == 8,
      modified: time(date: bytes.u16(offset + 14), time: bytes.u16(offset + 12)))
    offset = following
    return member
  }

  /// Unix and macOS keep the file's mode in the upper half of the external attributes; its type is 8 for a file.
  private static func madeOnUnix(_ system: UInt8) -> Bool { system == 3 || system == 19 }

  /// An MS-DOS date and time.
  private static func time(date: UInt16, time: UInt16) -> Int64 {
    let (year, month, day) = (1980 + Int64(date >> 9), Int64(date >> 5 & 15), Int64(date & 31))
    guard (1...12).contains(month), (1...31).contains(day) else { return 0 }
    // Days since 1970 of the civil calendar, with years that begin in March.
    let shifted = year - (month <= 2 ? 1 : 0)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    return days * 86_400 + Int64(time >> 11) * 3_600 + Int64(time >> 5 & 63) * 60 + Int64(time & 31) * 2
  }
}

extension [UInt8] {
  /// Little endian.
  func u16(_ offset: Int) -> UInt16 { UInt16(self[offset]) | UInt16(self[offset + 1]) << 8 }
  func u32(_ offset: Int) -> UInt32 { UInt32(u16(offset)) | UInt32(u16(offset + 2)) << 16 }
}
