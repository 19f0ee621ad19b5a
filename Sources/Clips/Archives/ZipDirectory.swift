/// The central directory of a ZIP archive (PKWARE APPNOTE 6.3, sections 4.3.12 and 4.3.16).
struct ZipDirectory {
  struct Member: Sendable, Equatable {
    /// As it stands there.
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
