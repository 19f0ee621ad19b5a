import CDCMTK
import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Spool
@testable import WatchDaemon

/// What the decode worker gives up, seen from outside: by what the kernel says of it, and by what it cannot do.
@Suite struct WorkerConfinementTests {
  /// A worker that waits at its full pipe.
  private static func busyWorker(_ limits: DecodeLimits) throws -> (
    worker: DecodeWorkerProcess, fixture: DecodeFixture
  ) {
    let fixture = try DecodeFixture(DecodeWorkerTests.cine(rows: 512, columns: 512, frames: 12))
    let worker = try DecodeWorkerProcess(
      path: fixture.path, request: DecodeRequest(frames: .all, limits: limits), executable: Products.hinged)
    // Its first words come after it was confined.
    _ = try worker.read(DecodeMessage.prefixBytes)
    return (worker, fixture)
  }

  private static func proc(_ worker: DecodeWorkerProcess, _ file: String) throws -> String {
    try String(contentsOfFile: "/proc/\(worker.pid)/\(file)", encoding: .utf8)
  }

  @Test func kernelSaysThatItIsFilteredAndGainsNothing() throws {
    let (worker, _) = try Self.busyWorker(.init())
    let lines = try Self.proc(worker, "status").split(separator: "\n")
    #expect(lines.contains("NoNewPrivs:\t1"))
    #expect(lines.contains("Seccomp:\t2"))
    #expect(lines.contains("Threads:\t1"))
  }

  @Test func kernelSaysWhatItMayUse() throws {
    var limits = DecodeLimits()
    limits.memoryMegabytes = 200
    limits.cpuSeconds = 7
    let (worker, _) = try Self.busyWorker(limits)
    let limited = try Self.proc(worker, "limits").split(separator: "\n").reduce(into: [String: String]()) {
      $0[String($1.prefix(25)).trimmingCharacters(in: .whitespaces)] = $1.dropFirst(25).split(separator: " ")
        .first
        .map(String.init)
    }
    #expect(limited["Max data size"] == String(200 << 20))
    #expect(limited["Max cpu time"] == "7")
    #expect(limited["Max file size"] == "0")
    #expect(limited["Max core file size"] == "0")
    #expect(limited["Max open files"] == "16")
  }

  /// Each line is an attempt of the worker's own: sockets, processes, devices, programs, files, signals, memory.
  @Test func everythingThatItTriesIsRefused() throws {
    let fixture = try DecodeFixture([0])
    let worker = try DecodeWorkerProcess(
      path: fixture.path, request: DecodeRequest(frames: .confinement, limits: .init()),
      executable: Products.hinged)
    let lines = Self.text(of: worker).split(separator: "\n")
    var name: UnsafePointer<CChar>?
    var succeeded = false
    #expect(lines.count == hd_worker_attempt(.max, &name, &succeeded))
    #expect(lines.count > 10)
    for line in lines { #expect(line.hasSuffix(": refused"), "\(line)") }
  }

  /// The same attempts succeed where nothing confines them, so that the test above can fail.
  @Test func attemptsSucceedWithoutConfinement() throws {
    var name: UnsafePointer<CChar>?
    for index in 0..<9 {
      var succeeded = false
      _ = hd_worker_attempt(index, &name, &succeeded)
      #expect(succeeded, "\(name.map { String(cString: $0) } ?? "")")
    }
  }

  /// All that it says until it ends, which reading tells by an error.
  private static func text(of worker: DecodeWorkerProcess) -> String {
    var bytes: [UInt8] = []
    while let more = try? worker.read(1) { bytes += more }
    return String(decoding: bytes, as: UTF8.self)
  }
}
