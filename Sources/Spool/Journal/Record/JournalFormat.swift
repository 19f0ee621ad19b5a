import Platform

/// The journal's form on disk.
///
/// Every line is the CRC-32C of its text in eight hexadecimal digits, a space, JSON, a line feed. The first line is the
/// header, which names the format and its version; every other line is a record, named by its first field. Version 2
/// has no books. Version 1, of hinged 0.2.0 and before, has no header and other records (`EarlierRecord`).
enum JournalFormat {
  static let name = "hinged.journal"

  /// What this version writes. Raised with any change of what a record holds.
  static let current = 3
  static let earliest = 1
  /// Since then records are named by their first field. A record that a version does not have is none of it, but one
  /// that it has is the same in each.
  static let named = 2

  /// The first line.
  static var header: [UInt8] { line(of: Header(name: name, version: current)) }

  static func line(of record: some RecordPart) -> [UInt8] {
    var line = JSONFieldWriter.bytes(of: record, after: [UInt8](repeating: UInt8(ascii: " "), count: 9))
    let digits = Array("0123456789abcdef".utf8)
    let checksum = line.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[9...])) }
    for place in 0..<8 { line[place] = digits[Int(checksum >> UInt32(28 - 4 * place)) & 15] }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  /// The text of a line without its line feed; `nil` where it does not match its checksum.
  static func text(of line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard line.count > 9, line[8] == UInt8(ascii: " ") else { return nil }
    var stated: UInt32 = 0
    for byte in line[..<8] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): stated = stated << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): stated = stated << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    let text = UnsafeRawBufferPointer(rebasing: line[9...])
    return CRC32C.checksum(text) == stated ? text : nil
  }

  /// The version that a journal's first line states.
  static func version(of firstText: UnsafeRawBufferPointer) throws(RecordProblem) -> Int {
    guard let header = try Header(ifPresentIn: firstText) else { return earliest }
    guard header.name == name else {
      throw RecordProblem("names the format '\(header.name.prefix(40))' and not '\(name)'")
    }
    guard (named...current).contains(header.version) else {
      throw RecordProblem(
        "names version \(header.version) of the journal's format, of which hinged \(Software.version) knows "
          + "\(earliest) to \(current)")
    }
    return header.version
  }

  private struct Header: RecordPart {
    var name: String
    var version: Int

    init(name: String, version: Int) {
      self.name = name
      self.version = version
    }

    /// The header of any version: what may follow behind these two fields is not looked at.
    init?(ifPresentIn text: UnsafeRawBufferPointer) throws(RecordProblem) {
      guard text.first == UInt8(ascii: "{") else { return nil }
      var fields = JSONFieldReader(UnsafeRawBufferPointer(rebasing: text[1...]))
      guard let name = try fields.textIfPresent("format") else { return nil }
      self.init(name: name, version: try fields.integer("version"))
    }

    init(from fields: inout some FieldReader) throws(RecordProblem) {
      name = try fields.text("format")
      version = try fields.integer("version")
    }

    func write(to fields: inout some FieldWriter) {
      fields.write("format", name)
      fields.write("version", version)
    }
  }
}
