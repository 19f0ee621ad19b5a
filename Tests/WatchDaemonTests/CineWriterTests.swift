import Foundation
import Testing

@testable import Clips
@testable import Phantom
@testable import Reports

/// Cines as DICOM objects, checked with tools of other houses where they are installed.
@Suite struct CineWriterTests {
  @Test(arguments: CineFile.Transfer.allCases)
  func writesEveryTransferSyntax(_ transfer: CineFile.Transfer) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/cine.dcm"
      var file = SmallCine.file
      file.transfer = transfer
      try CineWriter.write(file, pixels: SmallCine.grayPixels, to: path)
      #expect(try metaTransferSyntax(path) == transfer.rawValue)
    }
  }

  @Test func sameInputGivesSameBytes() throws {
    try withTemporaryFolder { folder in
      try CineWriter.write(SmallCine.file, pixels: SmallCine.grayPixels, to: folder + "/a")
      try CineWriter.write(SmallCine.file, pixels: SmallCine.grayPixels, to: folder + "/b")
      let contents = try ["/a", "/b"].map { try Data(contentsOf: URL(fileURLWithPath: folder + $0)) }
      #expect(contents[0] == contents[1])
    }
  }

  /// dciodvfy cannot read deflated files.
  @Test(
    .enabled(if: Tool.isInstalled("dciodvfy")),
    arguments: SmallCine.variants.filter { $0.file.transfer != .deflated })
  func isValidForDciodvfy(_ variant: SmallCine.Variant) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/cine.dcm"
      try CineWriter.write(variant.file, pixels: variant.pixels, to: path)
      let complaints = try Tool.output("dciodvfy", [path]).split(separator: "\n")
        .filter { $0.contains("Error") || $0.contains("Warning") }
      #expect(complaints == [], "\(variant.name)")
    }
  }

  @Test(
    .enabled(if: Tool.isInstalled("dcmdump")), arguments: SmallCine.variants + SmallCine.unlawfulVariants)
  func saysWhatItHolds(_ variant: SmallCine.Variant) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/cine.dcm"
      try CineWriter.write(variant.file, pixels: variant.pixels, to: path)
      let dump = try Tool.output("dcmdump", ["-Un", path])
      let expected = [
        "(0020,000d) UI [2.25.1002]", "(0018,6060) FL 10\\70.5", "(0054,0220) SQ", "(0018,602c) FD",
        "(0028,0008) IS [3]", "(0028,0010) US 24", "(0028,0011) US 32", "(0010,0010) PN [PHANTOM^HINGED]",
      ]
      let missing = expected.filter { !dump.contains($0) }
      #expect(missing == [], "\(variant.name)")
    }
  }

  @Test func refusesWhatCannotBeWritten() {
    var lossyIndices = SmallCine.file
    lossyIndices.photometric = .palette([UInt8](repeating: 7, count: 768))
    lossyIndices.transfer = .jpegBaseline
    var compressedYBR = SmallCine.file
    compressedYBR.photometric = .ybrFull
    compressedYBR.transfer = .jpegLS
    var tooTall = SmallCine.file
    tooTall.rows = 70_000
    for file in [lossyIndices, compressedYBR, tooTall] {
      #expect(throws: CineWriter.Failure.self) {
        try CineWriter.write(file, pixels: SmallCine.grayPixels, to: "/dev/null")
      }
    }
  }

  @Test func refusesPixelsThatDoNotFillTheFrames() {
    #expect(throws: CineWriter.Failure(description: "the pixels do not fill the frames")) {
      try CineWriter.write(SmallCine.file, pixels: Array(SmallCine.grayPixels.dropLast()), to: "/dev/null")
    }
  }

  @Test func saysWhichAttributeIsWrong() {
    var file = SmallCine.file
    file.attributes[0x0028_0010] = "many"
    #expect {
      try CineWriter.write(file, pixels: SmallCine.grayPixels, to: "/dev/null")
    } throws: { error in
      "\(error)".contains("(0028,0010)")
    }
  }

  /// Transfer Syntax UID (0002,0010), explicit little endian as all meta headers are.
  private func metaTransferSyntax(_ path: String) throws -> String? {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    guard bytes.count > 132, Array(bytes[128..<132]) == Array("DICM".utf8) else { return nil }
    let tag: [UInt8] = [0x02, 0x00, 0x10, 0x00, 0x55, 0x49]
    guard let at = (132..<500).first(where: { Array(bytes[$0..<($0 + 6)]) == tag }) else { return nil }
    let length = Int(bytes[at + 6]) + Int(bytes[at + 7]) << 8
    return String(decoding: bytes[(at + 8)..<(at + 8 + length)].filter { $0 != 0 }, as: UTF8.self)
  }
}
