import TestSupport
import Testing

@testable import WatchDaemon

/// The headers of many files by one child process.
@Suite struct HeaderListTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func good(_ instance: String) throws -> String {
    var dicom = DICOMBytes.ultrasound()
    dicom.set(.init(0x0008_0018, "UI", instance))
    dicom.setPixels([UInt8](repeating: 1, count: 24))
    return try folder.write(dicom.file)
  }

  /// Sequences within sequences until the parser's stack is full.
  private func deadly() throws -> String {
    let sequence: [UInt8] = [0xE1, 0x7F, 0x10, 0x10, 0x53, 0x51, 0, 0, 255, 255, 255, 255]
    let item: [UInt8] = [0xFE, 0xFF, 0x00, 0xE0, 255, 255, 255, 255]
    var dicom = DICOMBytes.ultrasound()
    dicom.setPixels([UInt8](repeating: 1, count: 24))
    return try folder.write(dicom.file + [[UInt8]](repeating: sequence + item, count: 200_000).flatMap { $0 })
  }

  private func answers(_ paths: [String]) -> [String] {
    ClipReader.readHeaders(paths: paths, executable: Products.hinged).map { answer in
      switch answer {
      case .success(let header): header.sopInstanceUID ?? "-"
      case .failure(let error): error.reason.rawValue
      }
    }
  }

  @Test func answersInTheOrderOfThePaths() throws {
    let text = try folder.write(Array("no DICOM".utf8), as: "text")
    let paths = [try good("1.2.1"), text, folder.path + "/nothing", try good("1.2.2"), folder.path]
    #expect(answers(paths) == ["1.2.1", "not-dicom", "unreadable", "1.2.2", "unreadable"])
    #expect(answers([]) == [])
  }

  @Test func aFileThatEndsTheParserCostsNoOtherItsHeader() throws {
    let deadly = try deadly()
    let paths = [try good("1.2.1"), deadly, deadly, try good("1.2.2"), deadly]
    let crashed = ReasonCode.decoderCrashed.rawValue
    #expect(answers(paths) == ["1.2.1", crashed, crashed, "1.2.2", crashed])
  }

  @Test func readsNamesThatAreNoText() throws {
    let path = try good("1.2.1")
    let odd = folder.path + "/\u{F7E9}.dcm"
    try Files.rename(path, to: odd, .inbox)
    #expect(answers([odd]) == ["1.2.1"])
  }
}
