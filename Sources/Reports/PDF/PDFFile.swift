import Foundation
import Platform

/// The bytes of a PDF file (ISO 32000-1, PDF 1.4): objects, their table and the trailer. The same objects give the
/// same bytes.
struct PDFFile {
  /// The number of an object.
  struct Reference: Hashable {
    fileprivate let number: Int
    var text: String { "\(number) 0 R" }
  }

  private var objects: [[UInt8]] = []

  /// An object to be filled later, for those that refer to one another.
  mutating func reserve() -> Reference {
    objects.append([])
    return Reference(number: objects.count)
  }

  mutating func add(_ body: String) -> Reference {
    let reference = reserve()
    set(reference, body)
    return reference
  }

  mutating func set(_ reference: Reference, _ body: String) {
    objects[reference.number - 1] = Array(body.utf8)
  }

  /// - Parameter entries: of the stream's dictionary, without its length.
  mutating func add(stream: [UInt8], _ entries: String = "") -> Reference {
    let reference = reserve()
    objects[reference.number - 1] =
      Array("<< /Length \(stream.count) \(entries)>>\nstream\n".utf8) + stream + Array("\nendstream".utf8)
    return reference
  }

  func bytes(catalog: Reference, info: Reference) -> [UInt8] {
    // Four bytes above 127 tell programs that the file is not text.
    var file = Array("%PDF-1.4\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 0x0A]
    var offsets: [Int] = []
    for (index, object) in objects.enumerated() {
      offsets.append(file.count)
      file += Array("\(index + 1) 0 obj\n".utf8) + object + Array("\nendobj\n".utf8)
    }
    let table = file.count
    let identity = SHA256.hexDigest(of: file).prefix(32)
    var end = "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
    for offset in offsets { end += "\(Self.padded(offset, 10)) 00000 n \n" }
    end += """
      trailer
      << /Size \(objects.count + 1) /Root \(catalog.text) /Info \(info.text) /ID [<\(identity)> <\(identity)>] >>
      startxref
      \(table)
      %%EOF

      """
    return file + Array(end.utf8)
  }

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// A text string, UTF-16 with a byte order mark, in hexadecimal digits.
  static func string(_ text: String) -> String {
    hexadecimal([0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
  }

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEF")
    return "<" + String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }) + ">"
  }
}
