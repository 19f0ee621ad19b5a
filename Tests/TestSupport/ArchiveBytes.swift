/// Archives put together byte by byte, so that a test can also say what no packer would write.
public enum ArchiveBytes {
  /// A file in an archive.
  public struct Member: Sendable {
    public var name: String
    public var content: [UInt8]
    /// Deflated content (RFC 1951); stored as it is without.
    public var deflated: [UInt8]?
    /// ZIP: the method that is stated where it is not the true one.
    public var method: UInt16?
    /// ZIP: general purpose flags.
    public var flags: UInt16 = 0
    /// ZIP: the size that is stated where it is not the true one.
    public var statedSize: UInt32?
    /// ZIP: the name in the local header where that is another one.
    public var localName: String?
    /// The file's mode with its type.
    public var mode: UInt32 = 0o100_644
    /// tar: the kind of entry.
    public var kind: Character = "0"
    /// tar: the size that is stated, octal.
    public var statedTarSize: String?

    public init(_ name: String, _ content: [UInt8], deflated: [UInt8]? = nil) {
      self.name = name
      self.content = content
      self.deflated = deflated
    }

    public init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }
  }

  public static func zip(_ members: [Member], comment: String = "") -> [UInt8] {
    var body: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      let offset = body.count
      let data = member.deflated ?? member.content
      let method: UInt16 = member.method ?? (member.deflated == nil ? 0 : 8)
      func common(_ name: [UInt8]) -> [UInt8] {
        little(UInt16(20)) + little(member.flags) + little(method) + little(UInt16(0))
          + little(UInt16(0x5521))
          + little(crc32(member.content)) + little(UInt32(data.count))
          + little(member.statedSize ?? UInt32(member.content.count)) + little(UInt16(name.count))
          + little(UInt16(0))
      }
      let name = Array(member.name.utf8)
      let local = Array((member.localName ?? member.name).utf8)
      body += little(UInt32(0x0403_4B50)) + common(local) + local + data
      directory +=
        little(UInt32(0x0201_4B50)) + [20, 3] + common(name) + little(UInt16(0)) + little(UInt16(0))
      directory += little(UInt16(0)) + little(member.mode << 16) + little(UInt32(offset)) + name
    }
    let end =
      little(UInt32(0x0605_4B50)) + little(UInt32(0)) + little(UInt16(members.count))
      + little(UInt16(members.count)) + little(UInt32(directory.count)) + little(UInt32(body.count))
      + little(UInt16(comment.utf8.count)) + Array(comment.utf8)
    return body + directory + end
  }

  public static func tar(_ members: [Member], isEnded: Bool = true) -> [UInt8] {
    let entries = members.flatMap { member in
      let padding = (512 - member.content.count % 512) % 512
      return tarHeader(member) + member.content + [UInt8](repeating: 0, count: padding)
    }
    return entries + [UInt8](repeating: 0, count: isEnded ? 1024 : 0)
  }

  private static func tarHeader(_ member: Member) -> [UInt8] {
    func octal(_ value: Int, _ width: Int) -> [UInt8] {
      let digits = String(value, radix: 8)
      return Array((String(repeating: "0", count: width - 1 - digits.count) + digits).utf8) + [0]
    }
    func field(_ text: String, _ width: Int) -> [UInt8] {
      let bytes = Array(text.utf8.prefix(width))
      return bytes + [UInt8](repeating: 0, count: width - bytes.count)
    }
    let size = member.statedTarSize.map { field($0, 12) } ?? octal(member.content.count, 12)
    var block =
      field(member.name, 100) + octal(0o644, 8) + octal(0, 8) + octal(0, 8) + size + octal(1_000, 12)
    block += [UInt8](repeating: 0x20, count: 8) + Array(String(member.kind).utf8) + field("target", 100)
    block += field("ustar", 6) + Array("00".utf8)
    block += [UInt8](repeating: 0, count: 512 - block.count)
    let sum = Array((octal(block.reduce(0) { $0 + Int($1) }, 7)).prefix(6)) + [0, 0x20]
    block.replaceSubrange(148..<156, with: sum)
    return block
  }

  /// A gzip file (RFC 1952) whose content is in stored blocks.
  public static func gzip(_ content: [UInt8]) -> [UInt8] {
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + stored(content) + little(crc32(content))
      + little(UInt32(truncatingIfNeeded: content.count))
  }

  /// A deflate stream of stored blocks.
  public static func stored(_ content: [UInt8]) -> [UInt8] {
    var blocks: [UInt8] = []
    var start = 0
    repeat {
      let end = min(start + 0xFFFF, content.count)
      let length = UInt16(end - start)
      blocks += [end == content.count ? 1 : 0] + little(length) + little(~length) + content[start..<end]
      start = end
    } while start < content.count
    return blocks
  }

  public static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { crc, byte in table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8) }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }

  private static func little<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
