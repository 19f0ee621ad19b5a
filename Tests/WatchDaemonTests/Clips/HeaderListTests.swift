import TestSupport
import Testing

@testable import Clips
@testable import Phantom
@testable import Platform
@testable import Study
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

  /// The worker, but that it crashes when it comes to a file that is called deadly.
  private func crashingWorker() throws -> String {
    let script = """
      if [ "$7" = list ]; then
        tr '\\0' '\\n' <&3 | sed '/deadly/,$d' | tr '\\n' '\\0' >"$0.list"
        exec 3<"$0.list"
        '\(Products.hinged)' "$@" | head -c -5
        kill -SEGV $$
      fi
      grep -q deadly <&3 && kill -SEGV $$
      exec '\(Products.hinged)' "$@"
      """
    return try DecodeWorkerTests.impostor(script, in: folder)
  }

  private func answers(_ paths: [String], by worker: String = Products.hinged) -> [String] {
    ClipReader.readHeaders(paths: paths, executable: worker).map { answer in
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
    let deadly = try folder.write(Array("deadly".utf8), as: "deadly")
    let paths = [try good("1.2.1"), deadly, deadly, try good("1.2.2"), deadly]
    let crashed = ReasonCode.decoderCrashed.rawValue
    #expect(answers(paths, by: try crashingWorker()) == ["1.2.1", crashed, crashed, "1.2.2", crashed])
  }

  @Test func readsNamesThatAreNoText() throws {
    let path = try good("1.2.1")
    let odd = folder.path + "/\u{F7E9}.dcm"
    try Files.rename(path, to: odd, .inbox)
    #expect(answers([odd]) == ["1.2.1"])
  }
}
