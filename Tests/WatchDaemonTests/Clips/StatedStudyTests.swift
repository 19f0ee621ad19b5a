import Glibc
import TestSupport
import Testing

@testable import Clips
@testable import Phantom
@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// What a file says that is no picture or cannot be read to its end.
@Suite struct StatedStudyTests {
  private static let loop: DICOMBytes = {
    var loop = DICOMBytes.ultrasound(rows: 16, columns: 16, frames: 4)
    loop.set(.init(0x0020_000D, "UI", "1.2.3.77"))
    loop.setPixels([UInt8](repeating: 7, count: 1024))
    return loop
  }()

  private func failure(_ bytes: [UInt8]) throws -> ClipReadError? {
    let fixture = try DecodeFixture(bytes)
    do throws(ClipReadError) {
      _ = try fixture.header()
      return nil
    } catch {
      return error
    }
  }

  @Test func cutFileStatesItsStudyOnceTheCutLiesBehindIt() throws {
    let bytes = Self.loop.file
    let uid = Array("1.2.3.77".utf8)
    let place = try #require(
      (0..<bytes.count - uid.count).first { Array(bytes[$0..<$0 + uid.count]) == uid })
    for length in [place + uid.count + 20, bytes.count - 600, bytes.count - 1] {
      let cut = try failure(Array(bytes.prefix(length)))
      #expect(cut?.reason == .truncated && cut?.study == "1.2.3.77", "cut at \(length)")
    }
    #expect(try failure(Array(bytes.prefix(place - 12)))?.study == nil)
  }

  @Test func whatIsNoStudyUIDIsNotStated() throws {
    var hostile = Self.loop
    hostile.set(.init(0x0020_000D, "UI", "../../etc"))
    #expect(try failure(Array(hostile.file.dropLast(40)))?.study == nil)
    #expect(try failure(Array("no DICOM at all".utf8))?.study == nil)
  }

  @Test func indexOfAMediumIsKnownByItsFileMetaInformation() throws {
    let header = try DecodeFixture(DICOMBytes.dicomdir()).header()
    #expect(header.sopClassUID == "1.2.840.10008.1.3.10")
    let verdict = AssessedFile(path: "DICOMDIR", sha256: "", header: .success(header)).verdict
    guard case .loose(.ignored, .notAnImage, _) = verdict else {
      Issue.record("\(verdict)")
      return
    }
  }

  /// Memory that is not mapped: the kernel answers a read of it with EIO, as a disk does.
  @Test func aReadThatFailsIsNoEndOfTheFile() throws {
    let path = "/proc/self/mem"
    let error = #expect(throws: ClipReadError.self) {
      try ClipReader.readHeader(path: path, executable: Products.hinged)
    }
    #expect(error?.reason == .unreadable && error?.failure?.code == EIO, "\(String(describing: error))")
    #expect(error?.failure?.isOfTheEnvironment == true)
    for result in ClipReader.readHeaders(paths: [path], executable: Products.hinged) {
      guard case .failure(let error) = result else {
        Issue.record("nothing could be read there")
        continue
      }
      #expect(error.failure?.code == EIO)
    }
  }

  @Test(arguments: ["1.2.3", nil]) func failureComesOverThePipeWithTheStudyThatIsStated(_ study: String?) {
    let error = ClipReadError(reason: .truncated, detail: "It ends early.", study: study)
    #expect(DecodeMessage.failure(DecodeMessage.failurePayload(error)) == error)
    let unread = ClipReadError(
      reason: .unreadable, detail: "x", study: study, failure: FileError(.read, .inbox, code: EIO))
    #expect(DecodeMessage.failure(DecodeMessage.failurePayload(unread)) == unread)
    let hostile = ClipReadError(reason: .corrupt, detail: "x", study: "1.2\u{1B}[2J")
    #expect(DecodeMessage.failure(DecodeMessage.failurePayload(hostile))?.study == nil)
  }
}
