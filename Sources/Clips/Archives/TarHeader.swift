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
  /// As it stands there.
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
