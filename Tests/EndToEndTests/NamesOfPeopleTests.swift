import Foundation
import Hinge
import TestSupport
import Testing

@testable import Clips
@testable import Study

/// A name in a character set with code extensions (PS3.5 6.1.2.4 and Annexes H to K), read back from what is published
/// by a reader that no one here wrote.
@Suite struct NamesOfPeopleTests {
  private struct Kind {
    var characterSet: String
    /// As the file has it.
    var name: [UInt8]
    var text: String
  }

  /// Each in the code of the set that its escapes name: 13 has half-width katakana, 87 kanji, 159 rarer ones.
  private static let kinds: [Kind] = [
    Kind(
      characterSet: "ISO 2022 IR 13\\ISO 2022 IR 87",
      name: [0xD4, 0xCF, 0xC0, 0xDE, 0x5E, 0xC0, 0xDB, 0xB3]
        + Array("=\u{1B}$B;3ED\u{1B}(J^\u{1B}$BB@O:\u{1B}(J".utf8),
      text: "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎"),
    Kind(
      characterSet: "\\ISO 2022 IR 87",
      name: Array("Yamada^Tarou=\u{1B}$B;3ED\u{1B}(B^\u{1B}$BB@O:\u{1B}(B".utf8),
      text: "Yamada^Tarou=山田^太郎"),
    Kind(
      characterSet: "\\ISO 2022 IR 159", name: Array("Kazuo=\u{1B}$(D0!\u{1B}(B^\u{1B}$(D0\"\u{1B}(B".utf8),
      text: "Kazuo=丂^丄"),
    Kind(
      characterSet: "ISO 2022 IR 6\\ISO 2022 IR 87\\ISO 2022 IR 159",
      name: Array("Yama=\u{1B}$B;3\u{1B}(B^\u{1B}$(D0!\u{1B}(B".utf8), text: "Yama=山^丂"),
    Kind(
      characterSet: "\\ISO 2022 IR 149",
      name: Array("Hong=\u{1B}$)C".utf8) + [0xFB, 0xF3] + Array("^\u{1B}$)C".utf8) + [
        0xD1, 0xCE, 0xD4, 0xD7,
      ],
      text: "Hong=洪^吉洞"),
  ]

  @Test(.enabled(if: Neighbour.isPresent, "needs HINGED_PYTHON"))
  func standInEveryObjectAsTheFileHasThem() throws {
    let folder = try ScratchFolder()
    let model = try LabelReader.write(into: folder.path)
    let heart = KnownHeart(
      radius: [.a4c: (19, 12.5)], height: 84, excursion: 16, spacing: PixelSpacing(x: 0.9, y: 0.9), rows: 250,
      columns: 300)
    try heart.write(.a4c, to: folder.path + "/clip", study: "2.25.7700", instance: 1)
    let clip = try folder.data("clip")
    try FileManager.default.createDirectory(atPath: folder.path + "/in", withIntermediateDirectories: true)
    for (index, kind) in Self.kinds.enumerated() {
      let named = try Self.named(clip, kind, study: "2.25.770\(index)")
      try named.write(to: URL(fileURLWithPath: folder.path + "/in/\(index)"))
    }
    let run = try ProgramRun.hinged(
      "process", folder.path + "/in", "--outbox", folder.path + "/out", "--model", model)
    #expect(run.status == 0, "\(run.errors)")
    for (index, kind) in Self.kinds.enumerated() {
      let study = "2.25.770\(index)"
      let objects = ["report", study + ".1.seg", study + ".1.overlay"].map {
        "\(folder.path)/out/\(study)/\($0).dcm"
      }
      let read = try Neighbour.run("read_name.py", [kind.text, "\(folder.path)/in/\(index)"] + objects)
      #expect(read.status == 0, "\(kind.characterSet): \(read.output)\(read.errors)")
    }
  }

  /// The clip with another name and study.
  private static func named(_ clip: Data, _ kind: Kind, study: String) throws -> Data {
    func element(_ tag: [UInt8], _ vr: String, _ value: [UInt8]) -> [UInt8] {
      let padded = value.count % 2 == 0 ? value : value + [0x20]
      return tag + Array(vr.utf8) + [UInt8(padded.count & 0xFF), UInt8(padded.count >> 8)] + padded
    }
    var bytes = clip
    for range in bytes.ranges(of: Data("2.25.7700".utf8)) {
      bytes.replaceSubrange(range, with: Data(study.utf8))
    }
    for (tag, vr, value) in [
      ([0x10, 0, 0x10, 0], "PN", kind.name), ([0x08, 0, 0x05, 0], "CS", Array(kind.characterSet.utf8)),
    ] as [([UInt8], String, [UInt8])] {
      let start = try #require(bytes.firstRange(of: Data(tag + Array(vr.utf8))))
      let length = Int(bytes[start.upperBound]) + 256 * Int(bytes[start.upperBound + 1])
      bytes.replaceSubrange(start.lowerBound..<start.upperBound + 2 + length, with: element(tag, vr, value))
    }
    return bytes
  }
}
