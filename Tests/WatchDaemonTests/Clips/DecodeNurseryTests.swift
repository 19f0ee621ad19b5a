import CDCMTK
import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Platform

/// Workers that are forked instead of started: as confined, as alone with their file, and as mortal.
@Suite struct DecodeNurseryTests {
  private let fixture: DecodeFixture
  private let nursery = DecodeNursery(Products.hinged)

  init() throws { fixture = try DecodeFixture(DecodeWorkerTests.cine(rows: 512, columns: 512, frames: 12)) }

  private struct Worker {
    let program: ChildProgram
    let output: Int32

    func text() throws -> String {
      let descriptor = Descriptor(owning: output)
      return String(decoding: try descriptor.readToEnd(limit: 1 << 20, .program), as: UTF8.self)
    }
  }

  private func worker(_ frames: DecodeRequest.Frames) throws -> Worker {
    let file = try Descriptor.open(fixture.path, O_RDONLY, .inbox)
    let pipe = try Descriptor.pipe(bytes: 1 << 16, .program)
    let writing = Descriptor(owning: pipe.writing)
    let program = nursery.worker(
      DecodeRequest(frames: frames, limits: .init()), file: file.raw, output: writing.raw)
    return Worker(program: try #require(program), output: pipe.reading)
  }

  @Test func everythingThatItsWorkerTriesIsRefused() throws {
    let lines = try worker(.confinement).text().split(separator: "\n")
    var name: UnsafePointer<CChar>?
    var succeeded = false
    #expect(lines.count == hd_worker_attempt(.max, &name, &succeeded))
    for line in lines { #expect(line.hasSuffix(": refused"), "\(line)") }
  }

  @Test func itsWorkerIsOursAndAloneWithItsFile() throws {
    let busy = try worker(.all)
    var first: UInt8 = 0
    #expect(read(busy.output, &first, 1) == 1)
    let status = try String(contentsOfFile: "/proc/\(busy.program.pid)/status", encoding: .utf8)
    let lines = Set(status.split(separator: "\n").map(String.init))
    #expect(lines.contains("PPid:\t\(getpid())"))
    #expect(lines.contains("Seccomp:\t2"))
    #expect(lines.contains("Threads:\t1"))
    #expect(getpgid(busy.program.pid) == busy.program.pid)
    // Nobody but root may look into a process that cannot be dumped.
    if getuid() == 0 {
      let folder = "/proc/\(busy.program.pid)/fd"
      let open = try FileManager.default.contentsOfDirectory(atPath: folder)
        .map { try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0) }
      #expect(!open.contains { $0.hasPrefix("socket:") }, "\(open)")
      #expect(open.contains(fixture.path))
    }
    #expect(busy.program.end() == .killed(SIGKILL))
    close(busy.output)
  }

  /// It holds no more than its own connection, whatever it was handed.
  @Test func keepsNothingOfWhatItWasHanded() throws {
    for _ in 0..<5 { _ = try worker(.confinement).text() }
    let pid = try #require(nursery.pid)
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")
    #expect(open.sorted() == ["0", "1", "2", "3"])
  }

  @Test func outlivesAWorkerThatIsKilled() throws {
    let victim = try worker(.all)
    let pid = nursery.pid
    kill(victim.program.pid, SIGKILL)
    #expect(victim.program.wait() == .killed(SIGKILL))
    close(victim.output)
    #expect(try worker(.confinement).text().contains("refused"))
    #expect(nursery.pid == pid)
  }

  @Test func isReplacedWhenItWasKilled() throws {
    _ = try worker(.confinement).text()
    let first = try #require(nursery.pid)
    kill(first, SIGKILL)
    #expect(try worker(.confinement).text().contains("refused"))
    #expect(nursery.pid != first)
  }

  @Test func leavesToAProgramWhatItCannotDo() throws {
    let file = try Descriptor.open(fixture.path, O_RDONLY, .inbox)
    let request = DecodeRequest(frames: .some(Array(0..<200_000)), limits: .init())
    #expect(nursery.worker(request, file: file.raw, output: file.raw) == nil)
    #expect(
      DecodeNursery(fixture.path + ".absent").worker(
        DecodeRequest(frames: .all, limits: .init()), file: file.raw, output: file.raw) == nil)
    #expect(try worker(.confinement).text().contains("refused"))
  }

  @Test func endsWithWhoeverItWorksFor() throws {
    var nursery: DecodeNursery? = DecodeNursery(Products.hinged)
    let file = try Descriptor.open(fixture.path, O_RDONLY, .inbox)
    let pipe = try Descriptor.pipe(bytes: 1 << 16, .program)
    let writing = Descriptor(owning: pipe.writing)
    _ = nursery?.worker(
      DecodeRequest(frames: .none, limits: .init()), file: file.raw, output: writing.raw)?.wait()
    close(pipe.reading)
    let pid = try #require(nursery?.pid)
    nursery = nil
    #expect(kill(pid, 0) != 0)
  }
}
