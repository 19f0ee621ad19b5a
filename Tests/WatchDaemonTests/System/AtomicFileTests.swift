import Glibc
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct AtomicFileTests {
  let folder = ScratchFolder()

  @Test func replacesTheContentAndLeavesNoTemporaryFile() throws {
    let path = folder.path + "/metrics.prom"
    try AtomicFile.write(Array("old".utf8), to: path, .metrics)
    try AtomicFile.write(Array("new".utf8), to: path, .metrics)
    #expect(try folder.files() == ["metrics.prom"])
    #expect(try folder.text(of: "metrics.prom") == "new")
  }

  @Test func failureKeepsTheOldContentAndNamesTheRoleOnly() throws {
    let path = folder.path + "/gone/metrics.prom"
    let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path, .metrics) }
    #expect(error?.code == ENOENT)
    #expect(error?.description == "cannot open the metrics: No such file or directory")
  }

  @Test func fileModeIsAsAskedFor() throws {
    try AtomicFile.write([1], to: folder.path + "/key", mode: 0o600, .key)
    #expect(try Files.examine(folder.path + "/key", .key)?.st_mode == S_IFREG | 0o600)
  }

  @Test func leftoversOfAFileGoOnceNobodyCanBeAtThemAnyMore() throws {
    let names = [
      ".journal.1.tmp", ".journal.12-0af9.tmp", ".journal.12.tmp", ".journal.tmp", ".journal.x.tmp",
      ".key.1.tmp", "journal",
      "journal.1.tmp",
    ]
    for name in names { try folder.write("text", to: name) }
    let old = timespec(tv_sec: time(nil) - 90_000, tv_nsec: 0)
    for name in names where name != ".journal.1.tmp" {
      #expect(utimensat(AT_FDCWD, folder.path + "/" + name, [old, old], 0) == 0)
    }
    try AtomicFile.removeLeftovers(of: folder.path + "/journal", .spool)
    #expect(try folder.files() == names.filter { !$0.hasPrefix(".journal.12") }.sorted())
  }

  /// Each container's first process has the number 1, and they may share a folder.
  @Test func writersOfOneNumberAreNotInEachOthersWay() throws {
    let path = folder.path + "/index"
    try AtomicFile.stream(to: path, .outbox) { outer in
      try outer.write(Array("begun ".utf8), .outbox)
      try AtomicFile.write(Array("another's".utf8), to: path, .outbox)
      try outer.write(Array("ended".utf8), .outbox)
    }
    #expect(try folder.text(of: "index") == "begun ended" && folder.files() == ["index"])
  }

  @Test func removingATreeDoesNotFollowLinks() throws {
    try folder.write("kept", to: "outside/file")
    try Files.makeFolder(folder.path + "/tree", .spool)
    symlink(folder.path + "/outside", folder.path + "/tree/link")
    try Files.removeTree(folder.path + "/tree", .spool)
    #expect(try folder.files() == ["outside/file"])
  }
}
