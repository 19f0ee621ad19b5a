import Testing

@testable import Lab
@testable import Spool
@testable import WatchDaemon

@Suite struct SourcePathTests {
  @Test(arguments: [
    ("A4C/IM1", "A4C/IM1"), ("requeued-c1/A4C/IM1", "A4C/IM1"), ("requeued-c12/requeued-c1/IM1", "IM1"),
    ("requeued-c/IM1", "requeued-c/IM1"), ("requeued-c1x/IM1", "requeued-c1x/IM1"),
    ("requeued-c1", "requeued-c1"), ("a/requeued-c1/IM1", "a/requeued-c1/IM1"), ("", ""),
    ("unpacked-c3//a/box.zip/IM1", "a/box.zip/IM1"), ("requeued-c4/unpacked-c3//box.zip/IM1", "box.zip/IM1"),
    ("requeued-c4/unpacked-c3/box.zip/IM1", "box.zip/IM1"),
  ])
  func firstPathIsTheOneBeforeEachReturn(_ path: String, _ first: String) {
    #expect(SourcePath.first(of: path) == first)
    #expect(SourcePath.all(of: path) == (first == path ? [path] : [first, path]))
  }

  @Test func pathOfAnUnpackedFileIsNoneOfTheInbox() {
    let path = SourcePath.unpacked(3, source: "a/box.zip", name: "b/IM1")
    #expect(SourcePath.isUnpacked(path) && SourcePath.first(of: path) == "a/box.zip/b/IM1")
    #expect(!SourcePath.isUnpacked("unpacked-c3/a/box.zip/b/IM1") && !SourcePath.isUnpacked("a//b"))
  }

  @Test func instanceKeepsAllPathsThatItCameBy() throws {
    var ledger = Ledger()
    func add(_ claim: Claim, _ events: StudyState.Event...) throws {
      try ledger.apply(.claim(claim))
      for event in events { try ledger.apply(.event(claim: claim.id, event)) }
    }
    try add(
      .example(files: [.example(source: "A4C/IM1")]), .claimed(missing: []), .started,
      .concluded(.published()), .settled, .returning, .returned)
    let held = InputEnd(state: .held, reason: .uidConflict)
    try add(
      .example(
        id: 2,
        files: [
          .example(source: "requeued-c1/A4C/IM1"), .example(index: 2, source: "copy/IM7"),
          .example(index: 3, source: "wrong/IM1", sha: "b", end: held),
          .example(index: 4, source: "other", instance: "1.2.3.2"),
        ]))
    let paths = StudyHistory(of: "1.2.3", in: ledger).paths
    #expect(paths["1.2.3.1"] == ["A4C/IM1", "requeued-c1/A4C/IM1", "copy/IM7"])
    #expect(paths["1.2.3.2"] == ["other"])
  }
}
