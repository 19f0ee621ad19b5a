import Foundation
import TestSupport
import Testing

@testable import Clips

/// Names as PS3.5 Annexes H to K write them, byte by byte.
@Suite struct CharacterSetTests {
  private static func bytes(_ text: String) -> [UInt8] {
    // `~` stands for ESC, and `%XX` for a byte.
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let next = rest.popFirst() {
      guard next == UInt8(ascii: "%") else {
        bytes.append(next == UInt8(ascii: "~") ? 0x1B : next)
        continue
      }
      bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    return bytes
  }

  @Test(arguments: [
    (
      "ISO 2022 IR 13\\ISO 2022 IR 87",
      "%D4%CF%C0%DE^%C0%DB%B3=~$B;3ED~(J^~$BB@O:~(J=~$B$d$^$@~(J^~$B$?$m$&~(J",
      "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"
    ),
    ("\\ISO 2022 IR 87", "Yamada^Tarou=~$B;3ED~(B^~$BB@O:~(B", "Yamada^Tarou=山田^太郎"),
    ("ISO 2022 IR 6\\ISO 2022 IR 87", "Yamada^Tarou=~$B;3ED~(B^~$BB@O:~(B", "Yamada^Tarou=山田^太郎"),
    ("ISO 2022 IR 87", "Yamada^Tarou=~$B;3ED~(B^~$BB@O:~(B", "Yamada^Tarou=山田^太郎"),
    ("\\ISO 2022 IR 159", "~$(D0!~(B", "丂"),
    ("\\ISO 2022 IR 87\\ISO 2022 IR 159", "~$B;3~$(D0!~(B", "山丂"),
    (
      "\\ISO 2022 IR 149", "Hong^Gildong=~$)C%FB%F3^~$)C%D1%CE%D4%D7=~$)C%C8%AB^~$)C%B1%E6%B5%BF",
      "Hong^Gildong=洪^吉洞=홍^길동"
    ),
    ("ISO 2022 IR 149", "%C8%AB^%B1%E6%B5%BF", "홍^길동"),
    ("\\ISO 2022 IR 58", "Zhang^XiaoDong=~$)A%D5%C5^~$)A%D0%A1%B6%AB", "Zhang^XiaoDong=张^小东"),
    ("GB18030", "Wang^XiaoDong=%CD%F5^%D0%A1%B6%AB", "Wang^XiaoDong=王^小东"),
    ("GBK", "%CD%F5^%D0%A1%B6%AB", "王^小东"),
    ("ISO 2022 IR 100\\ISO 2022 IR 144", "Buc^J%E9r%F4me~-L%BF%E0", "Buc^JérômeПр"),
    ("ISO_IR 100", "Buc^J%E9r%F4me", "Buc^Jérôme"), ("ISO IR 100", "Buc^J%E9r%F4me", "Buc^Jérôme"),
    ("ISO_IR 13", "%D4%CF%C0%DE", "ﾔﾏﾀﾞ"), ("ISO_IR 166", "%CA%C1%AA%D2%C2", "สมชาย"),
    ("ISO_IR 192", "%E5%B1%B1", "山"), ("ISO_IR 203", "%A4", "€"),
  ])
  func convertsNames(_ characterSet: String, _ name: String, _ expected: String) throws {
    let header = try ClipHeaderReadingTests.header([
      .init(0x0008_0005, "CS", characterSet), .init(0x0010_0010, "PN", .bytes(Self.bytes(name))),
      .init(0x0008_1030, "LO", .bytes(Self.bytes(name))),
    ])
    #expect(header.identity.patientName == expected)
    // In any copied text, not in names alone.
    #expect(header.attributes["StudyDescription"]?.trimmingCharacters(in: .whitespaces) == expected)
  }

  /// What no character set explains is not given another one's letters as if it did.
  @Test(arguments: [("\\ISO 2022 IR 87", "A~$B;"), ("ISO_IR 192", "M%FCl"), ("ISO_IR 99", "M%FCl")])
  func whatIsNotExplainedStaysAsItIs(_ characterSet: String, _ name: String) throws {
    let header = try ClipHeaderReadingTests.header([
      .init(0x0008_0005, "CS", characterSet), .init(0x0010_0010, "PN", .bytes(Self.bytes(name))),
    ])
    let scalars = (header.identity.patientName ?? "").unicodeScalars.map {
      UInt8(truncatingIfNeeded: $0.value)
    }
    #expect(scalars == Self.bytes(name))
  }
}
