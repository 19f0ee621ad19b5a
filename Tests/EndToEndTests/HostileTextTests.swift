import Foundation
import Glibc
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Spool
@testable import WatchDaemon

/// Text of tags and names of files that are made to do harm where they are shown: in a page, on a terminal, in a
/// spreadsheet, in metrics, as a path.
@Suite(.enabled(if: DaemonProcess.isPossible)) struct HostileTextTests {
  static let markup = "<script>alert(1)</script>"
  static let texts = [
    "\u{1B}]0;x\u{7}\u{1B}[2J" + markup, "=cmd|' /C calc'!A0", "\r\nhinged_studies_total{x=\"y\"} 9\r\n",
    "../../../etc/passwd",
    "${PATH} %s%n \u{202E}txt", "\",=1+1,\"",
  ]
  /// Texts that a person or a program may see, by keyword's tag; each with its VR.
  private static let tags: [(UInt32, String)] = [
    (0x0008_0050, "SH"), (0x0008_0070, "LO"), (0x0008_0080, "LO"), (0x0008_1010, "SH"), (0x0008_1030, "LO"),
    (0x0008_103E, "LO"), (0x0008_1090, "LO"), (0x0008_2124, "SH"), (0x0010_0010, "PN"), (0x0010_0020, "LO"),
    (0x0010_0021, "LO"), (0x0018_1030, "LO"), (0x0020_0010, "SH"), (0x0020_4000, "LT"), (0x0020_0020, "CS"),
  ]

  private static func picture(_ number: Int, saying text: String) -> [UInt8] {
    var dicom = DICOMBytes.ultrasound(.explicitLittle, rows: 48, columns: 48, frames: 6)
    dicom.set(.init(0x0008_0005, "CS", "ISO_IR 192"))
    for (tag, vr) in tags { dicom.set(.init(tag, vr, text)) }
    dicom.set(.init(0x0020_000D, "UI", "1.2.\(number)"))
    dicom.set(.init(0x0008_0018, "UI", "1.2.\(number).1"))
    dicom.setPixels((0..<48 * 48 * 6).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) })
    return dicom.file
  }

  /// What moves the cursor, changes the title, or writes from right to left.
  private static func steersATerminal(_ text: String) -> Bool {
    text.unicodeScalars.contains {
      ($0.value < 0x20 && $0 != "\n" && $0 != "\t") || (0x7F..<0xA0).contains($0.value)
        || (0x202A...0x202E).contains($0.value) || (0x2066...0x2069).contains($0.value)
    }
  }

  @Test func oneShotShowsItAsTextAndWritesNowhereElse() throws {
    let folder = try ScratchFolder()
    for (index, text) in Self.texts.enumerated() {
      let name = "/in/\(index)\u{1B}[31m" + text.filter { $0 != "/" } + ".dcm"
      try DaemonProcess.makeFolder(folder.path + "/in")
      try Data(Self.picture(index + 1, saying: text)).write(to: URL(fileURLWithPath: folder.path + name))
    }
    let model = try TinyModel.write(into: folder.path)
    let run = try ProgramRun.hinged(
      "process", folder.path + "/in", "--outbox", folder.path + "/out", "--model", model)
    #expect(run.status == 0, "\(run.errors)")
    #expect(!Self.steersATerminal(run.errors + run.output))
    #expect(folder.studies("out") == (1...Self.texts.count).map { "1.2.\($0)" })
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: folder.path)) == [
        "in", "out", "tiny.onnx", "tiny.json",
      ])
    try Self.expectHarmless(folder.path + "/out")
  }

  @Test func daemonShowsItAsTextAndItsMetricsHoldNoneOfIt() async throws {
    let daemon = try DaemonProcess()
    try daemon.useTinyModel()
    daemon.settings["metrics"] = daemon.folder + "/hinged.prom"
    try daemon.start()
    for (index, text) in Self.texts.enumerated() {
      try daemon.drop(Self.picture(index + 1, saying: text), as: "s\(index)/\u{1B}[31m\(index)")
    }
    #expect(try await daemon.waitUntilIdle(taken: Self.texts.count))
    for words in [["status"], ["explain", "1.2.1", "--show-paths"], ["explain", "1.2.2"]] {
      let said = try daemon.command(words)
      #expect(said.status == 0 && !said.output.isEmpty, "\(words): \(said.output)")
      #expect(!Self.steersATerminal(said.output), "\(words)")
    }
    let path = daemon.folder + "/hinged.prom"
    #expect(
      try await daemon.wait {
        (try? String(contentsOfFile: path, encoding: .utf8))?.contains("hinged_") == true
      })
    // The index follows on what is published.
    #expect(try await daemon.wait { try Self.rows(daemon.outbox).count == Self.texts.count + 1 })
    #expect(try daemon.end() == 0)
    #expect(!Self.steersATerminal(daemon.log))
    let metrics = try String(contentsOfFile: path, encoding: .utf8)
    #expect(metrics.contains("hinged_"))
    for part in ["script", "calc", "passwd", "x=\"y\"", "1.2."] { #expect(!metrics.contains(part)) }
    try Self.expectHarmless(daemon.outbox)
  }

  /// Of the outbox's table; its head is the first.
  private static func rows(_ outbox: String) throws -> [Substring] {
    let path = outbox + "/measurements.csv"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
  }

  /// Pages without the markup, tables without formulas.
  private static func expectHarmless(_ outbox: String) throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: outbox)
    let pages = names.filter { $0.hasSuffix(".html") }
    #expect(pages.count > texts.count)
    for name in pages {
      let page = try String(contentsOfFile: outbox + "/" + name, encoding: .utf8)
      #expect(!page.contains(markup) && !page.contains("\u{1B}"), "\(name)")
    }
    let rows = try rows(outbox)
    #expect(rows.count == texts.count + 1)
    for field in rows.flatMap({ $0.split(separator: ",") }) {
      #expect(!"=+@\t|%".contains(field.first ?? " "), "\(field)")
    }
  }
}
