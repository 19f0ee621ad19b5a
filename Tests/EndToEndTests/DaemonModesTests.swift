import Foundation
import Glibc
import TestSupport
import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import Study

/// Who may read what the daemon writes, as the file system tells.
@Suite(.enabled(if: DaemonProcess.isPossible)) struct DaemonModesTests {
  @Test(arguments: ["0640", "0600", "0644"]) func outboxHasTheModeThatIsAskedForAndTheSpoolIsItsUsersAlone(
    _ text: String
  ) async throws {
    let mode = try #require(OutboxMode(text))
    let daemon = try DaemonProcess(["outbox_mode": text])
    try daemon.useTinyModel()
    // As the package makes it: its folders hand their group on.
    chmod(daemon.outbox, 0o2750)
    try daemon.start()
    let loop = Drops.loop(study: "1.2.7", instance: "1.2.7.1")
    try daemon.drop(loop.bytes, as: "study/IM1")
    #expect(try await daemon.waitUntilIdle(taken: 1))
    #expect(try daemon.end() == 0)
    let results = try Self.modes(below: daemon.outbox)
    #expect(results.count > 5)
    for (path, found) in results where !path.hasPrefix(".staging") {
      let isFolder = found & S_IFMT == S_IFDIR
      #expect(found & 0o7777 == (isFolder ? 0o2000 | mode.folders : mode.files), "\(path)")
    }
    // What was moved to done/ keeps the mode that it came with, behind closed folders.
    let spool = try Self.modes(below: daemon.spool)
    #expect(spool.count > 5 && spool.keys.contains("journal"))
    for (path, found) in spool where !path.hasPrefix("done/") {
      #expect(found & 0o077 == 0, "\(path)")
    }
    #expect(try Files.examine(daemon.spool, .spool)?.st_mode == S_IFDIR | 0o700)
  }

  private static func modes(below folder: String) throws -> [String: mode_t] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).reduce(into: [:]) { modes, path in
      modes[path] = try Files.examine(folder + "/" + path, .outbox)?.st_mode
    }
  }
}
