import Foundation
import Glibc
import TestSupport
import Testing

@testable import Spool

/// A small file system of its own for the outbox. It takes the right to mount.
final class SmallDisk {
  let path: String
  private let owned: TemporaryFolder
  private let options: String

  init?(kilobytes: Int) throws {
    owned = try TemporaryFolder()
    path = owned.path
    options = "size=\(kilobytes)k,mode=755"
    guard mount("tmpfs", path, "tmpfs", 0, options) == 0 else { return nil }
  }

  deinit { unmount() }

  func unmount() { umount2(path, Int32(MNT_DETACH)) }

  /// A new one, empty, in the same place.
  func mountAgain() throws {
    guard mount("tmpfs", path, "tmpfs", 0, options) == 0 else { throw POSIXError(.EPERM) }
  }

  static let isPossible = geteuid() == 0 && (try? SmallDisk(kilobytes: 64)).flatMap { $0 } != nil
}

@Suite(.serialized, .enabled(if: DaemonProcess.isPossible && SmallDisk.isPossible)) struct FullDiskTests {
  @Test func fullOutboxLosesNothingAndGoesOnOnceThereIsSpace() async throws {
    // Room for three results and the index twice over, once the ballast is gone.
    let disk = try #require(try SmallDisk(kilobytes: 1024))
    let daemon = try DaemonProcess(outbox: disk.path)
    let ballast = disk.path + "/.ballast"
    try Data(count: 1018 << 10).write(to: URL(fileURLWithPath: ballast))
    try daemon.start()
    var drops = Drops()
    for index in 0..<3 {
      let file = Drops.picture(study: "1.2.\(index)", instance: "1.2.\(index).1")
      drops.add(file)
      try daemon.drop(file.bytes, as: "IM\(index)")
    }
    #expect(try await daemon.waitForLog("No space left on device"), "\(daemon.log)")
    #expect(daemon.isRunning)
    let shown = try FileManager.default.contentsOfDirectory(atPath: disk.path)
    #expect(shown.allSatisfy { PublishedRevision.parse($0) == nil }, "\(shown)")
    unlink(ballast)
    #expect(try await daemon.waitUntilIdle(taken: 3))
    #expect(try daemon.end() == 0)
    #expect(try drops.faults(of: daemon) == [], "\(daemon.log)")
  }
}
