import Glibc
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct InboxSweepTests {
  let folder = ScratchFolder()

  private func exists(_ path: String) -> Bool { access(folder.path + "/" + path, F_OK) == 0 }

  /// The folders are made, the sources' files are not: they are taken.
  private func sweep(taken sources: String...) throws -> InboxSweep {
    for source in sources {
      try Files.makeFolder(folder.path + "/" + InboxName.folder(of: source), .inbox)
    }
    var sweep = InboxSweep(inbox: folder.path)
    sweep.add(sources)
    return sweep
  }

  @Test func emptiedFolderStaysForAQuietPeriodAndItsMarkerDoesNot() throws {
    var sweep = try sweep(taken: "a/b/IM1", "a/c/IM2")
    try folder.write("", to: "a/.complete")
    sweep.sweep(quietSeconds: 10, now: 0)
    #expect(exists("a/b") && exists("a/c") && !exists("a/.complete"))
    sweep.sweep(quietSeconds: 10, now: 9.9)
    #expect(exists("a/b"))
    sweep.sweep(quietSeconds: 10, now: 10)
    #expect(!exists("a/b") && !exists("a/c") && exists("a"))
    sweep.sweep(quietSeconds: 10, now: 11)
    sweep.sweep(quietSeconds: 10, now: 21)
    #expect(!exists("a") && Files.isFolder(folder.path) && sweep.isIdle)
  }

  @Test(arguments: ["a/new", "a/.keep", "a/copy.tmp", "a/sub/new", "a/.complete/x"])
  func folderInWhichAnythingIsLeftStaysWithItsMarker(_ path: String) throws {
    var sweep = try sweep(taken: "a/b/IM1")
    try folder.write("", to: path)
    if path != "a/.complete/x" { try folder.write("", to: "a/.complete") }
    for now in [0.0, 5, 10, 15] { sweep.sweep(quietSeconds: 1, now: now) }
    #expect(exists(path) && exists("a/.complete") && !exists("a/b"))
  }

  @Test func folderThatWasUsedMeanwhileIsQuietAnew() throws {
    var sweep = try sweep(taken: "a/IM1")
    sweep.sweep(quietSeconds: 10, now: 0)
    usleep(20_000)
    try folder.write("x", to: "a/short-lived")
    try Files.remove(folder.path + "/a/short-lived", .inbox)
    sweep.sweep(quietSeconds: 10, now: 10)
    #expect(exists("a"))
    sweep.sweep(quietSeconds: 10, now: 20)
    #expect(!exists("a"))
  }

  @Test func fileOfTheInboxItselfLeavesNothingToClear() throws {
    var sweep = InboxSweep(inbox: folder.path)
    sweep.add(["IM1"])
    #expect(sweep.isIdle)
    sweep.sweep(quietSeconds: 0, now: 0)
    #expect(Files.isFolder(folder.path))
  }
}
