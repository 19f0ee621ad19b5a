import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Reports
@testable import Study
@testable import WatchDaemon

@Suite struct DecodeWorkerTests {
  static func cine(rows: Int = 4, columns: Int = 6, frames: Int) -> DICOMBytes {
    var dicom = DICOMBytes.ultrasound(rows: rows, columns: columns, frames: frames)
    dicom.setPixels((0..<rows * columns * frames).map { UInt8(truncatingIfNeeded: $0 / (rows * columns)) })
    return dicom
  }

  /// A program that stands in for the worker and does something else. Another process writes it: a child that a
  /// test beside this one starts would inherit the file open for writing, and it could not be run (ETXTBSY).
  static func impostor(_ script: String, in folder: TemporaryFolder) throws -> String {
    let path = folder.path + "/" + UUID().uuidString
    let write = "printf '%s\\n' '#!/bin/sh' \"$1\" > \"$0\" && chmod 755 \"$0\""
    let run = try ProgramRun.of("/bin/sh", ["-c", write, path, script])
    #expect(run.errors.isEmpty, "\(run.errors)")
    return path
  }

  static func reason(impostor script: String, limits: DecodeLimits = .init()) throws -> ReasonCode? {
    let fixture = try DecodeFixture(cine(frames: 2))
    let program = try impostor(script, in: fixture.folder)
    do throws(ClipReadError) {
      let decoder = try CineDecoder(path: fixture.path, limits: limits, executable: program)
      while try decoder.next() != nil {}
      return nil
    } catch {
      return error.reason
    }
  }

  @Test func streamsMoreFramesThanThePipeHolds() throws {
    let frames = try DecodeFixture(Self.cine(rows: 256, columns: 256, frames: 60)).frames()
    #expect(frames.map(\.index) == Array(0..<60))
    #expect(frames.allSatisfy { $0.gray.pixels == Array(repeating: UInt8($0.index), count: 65536) })
  }

  @Test func decodesOnManyThreadsAtOnce() throws {
    let fixture = try DecodeFixture(Self.cine(rows: 64, columns: 64, frames: 20))
    let counts = Mutexed<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      do {
        let count = try fixture.frames().count
        counts.with { $0.append(count) }
      } catch {
        Issue.record(error)
      }
    }
    #expect(counts.with { $0 } == Array(repeating: 20, count: 8))
  }

  @Test(arguments: [
    ("kill -SEGV $$", ReasonCode.decoderCrashed), ("kill -ABRT $$", .decoderCrashed),
    ("exit 0", .decoderCrashed),
    ("exit 3", .decoderCrashed), ("echo no such message", .decoderCrashed),
    ("kill -XCPU $$", .decoderTimeout),
    ("kill -KILL $$", .tooLarge), ("printf 'H\\377\\377\\377\\177'", .decoderCrashed),
    ("printf 'H\\002\\000\\000\\000{}'", .decoderCrashed),
    ("printf 'E\\000\\000\\000\\000'", .decoderCrashed),
    ("printf 'X\\017\\000\\000\\000no-such-code\\nhi'", .decoderCrashed),
    ("printf 'X\\016\\000\\000\\000corrupt\\n\\n\\nBad.'", .corrupt),
  ])
  func saysHowTheWorkerEnded(_ script: String, _ reason: ReasonCode) throws {
    #expect(try Self.reason(impostor: script) == reason)
  }

  @Test func givesUpOnWorkerThatIsSilent() throws {
    var limits = DecodeLimits()
    limits.deadlineSeconds = 0.3
    // One that is waited for to its end is no timeout, but a worker that said nothing.
    #expect(try Self.reason(impostor: "exec sleep 20", limits: limits) == .decoderTimeout)
  }

  /// What the caller does between frames is not the worker's time.
  @Test func doesNotCountTheReadersOwnTime() throws {
    let fixture = try DecodeFixture(Self.cine(rows: 512, columns: 512, frames: 12))
    var limits = DecodeLimits()
    limits.deadlineSeconds = 15
    let decoder = try CineDecoder(path: fixture.path, limits: limits, executable: Products.hinged)
    var count = 0
    while try decoder.next() != nil {
      usleep(50_000)
      count += 1
    }
    #expect(count == 12)
  }

  /// A megabyte that unpacks to sixty-four.
  @Test(arguments: [24, 48, 96, 120]) func refusesFileThatNeedsMoreMemoryThanItMayHave(_ megabytes: Int)
    throws
  {
    var dicom = DICOMBytes.ultrasound(.rle, rows: 8000, columns: 8000)
    let runs = [UInt8](repeating: 129, count: 8000 * 8000 / 64)
    dicom.setFragments([DICOMBytes.rle([[UInt8]()]) + runs])
    var limits = DecodeLimits(memoryMegabytes: megabytes)
    limits.maxPixels = 8000 * 8000
    #expect(try DecodeFixture(dicom).failure(limits: limits) == .tooLarge)
  }

  @Test func closingEarlyLeavesNoProcess() throws {
    let fixture = try DecodeFixture(Self.cine(rows: 512, columns: 512, frames: 40))
    let decoder = try CineDecoder(path: fixture.path, executable: Products.hinged)
    #expect(try decoder.next()?.index == 0)
    decoder.close()
    #expect(throws: ClipReadError.self) { while try decoder.next() != nil {} }
  }

  @Test func opensNeitherLinksNorFoldersNorPipes() throws {
    let fixture = try DecodeFixture(Self.cine(frames: 1))
    let link = fixture.folder.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: fixture.path)
    let pipe = fixture.folder.path + "/pipe"
    try #require(mkfifo(pipe, 0o600) == 0)
    for path in [link, pipe, fixture.folder.path, fixture.folder.path + "/absent", "/dev/zero"] {
      let error = #expect(throws: ClipReadError.self) {
        try ClipReader.readHeader(path: path, executable: Products.hinged)
      }
      #expect(error?.reason == .unreadable)
      #expect(error?.detail.contains("/") == false, "no path in the sentence")
    }
  }

  @Test func refusesFramesThatAreNotThere() throws {
    let error = #expect(throws: ClipReadError.self) {
      try DecodeFixture(Self.cine(frames: 2)).frames([0, 2])
    }
    #expect(error?.reason == .truncated)
  }

  @Test func saysWhenTheWorkerCannotBeStarted() throws {
    let fixture = try DecodeFixture(Self.cine(frames: 1))
    let error = #expect(throws: ClipReadError.self) {
      try ClipReader.readHeader(path: fixture.path, executable: fixture.folder.path + "/absent")
    }
    #expect(error?.reason == .unreadable)
  }

  @Test func requestSurvivesTheCommandLine() {
    let limits = DecodeLimits(
      maxPixels: 1, maxFrames: 2, maxTotalPixels: 3, memoryMegabytes: 4, cpuSeconds: 5)
    for frames in [DecodeRequest.Frames.none, .all, .confinement, .some([]), .some([7, 0, 9999])] {
      for withChroma in [false, true] {
        let request = DecodeRequest(frames: frames, withChroma: withChroma, limits: limits)
        #expect(DecodeRequest(arguments: request.arguments) == request)
      }
    }
    #expect(DecodeRequest(arguments: ["decode-worker", "1", "2", "3", "4", "5", "all", "sound"]) == nil)
    #expect(DecodeRequest(arguments: ["decode-worker", "1", "2", "3", "4", "5", "1,x", "luma"]) == nil)
    #expect(DecodeRequest(arguments: ["decode-worker", "0", "2", "3", "4", "5", "all", "luma"]) == nil)
    #expect(DecodeRequest(arguments: ["decode-worker"]) == nil)
  }
}

/// A value behind a lock.
private final class Mutexed<Value>: @unchecked Sendable {
  private let lock = NSLock()  // guards `value`
  private var value: Value

  init(_ value: Value) { self.value = value }

  func with<Result>(_ body: (inout Value) -> Result) -> Result {
    lock.withLock { body(&value) }
  }
}
