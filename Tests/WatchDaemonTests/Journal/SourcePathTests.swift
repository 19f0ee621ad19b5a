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

  /// Requeued a hundred times, each time from where the last return put it.
  @Test(arguments: [
    ["A4C/IM1", "A4C/IM2"], ["unpacked-c3//a/box.zip/IM1"],
    // Late files under the names of the first.
    ["requeued-c2/study/IM1", "requeued-c3/study/IM1"], ["requeued-c2/study", "study/IM1"],
    ["requeued-c2/STUDY/IM1", "requeued-c3/study/IM1"],
    // Copied by hand.
    ["requeued-c9/requeued-c3/IM1", "requeued-c3/IM1", "IM1"],
    [String(repeating: "d/", count: 64) + "IM1"],
  ])
  func pathsOfAReturnStayApartAndGrowNoLonger(_ sources: [String]) throws {
    var sources = sources
    var depths: Set<Int> = []
    for id in 100..<200 {
      let files = sources.enumerated().map { ClaimedFile.example(index: $0 + 1, source: $1) }
      let paths = SourcePath.ofReturn(.example(id: id, files: files))
      // As they are found there.
      sources = paths.map { $0.replacing("//", with: "/") }
      #expect(paths.allSatisfy { $0.hasPrefix("requeued-c\(id)/") })
      #expect(Set(sources.map { $0.lowercased() }).count == sources.count, "\(sources)")
      #expect(!sources.contains { path in sources.contains { $0.hasPrefix(path + "/") } }, "\(sources)")
      let depth = try #require(sources.map { $0.split(separator: "/").count - 1 }.max())
      #expect(depth <= InboxScan.maximumDepth)
      if id > 102 { depths.insert(depth) }
    }
    #expect(depths.count == 1)
  }

  @Test func returnKeepsThePathByWhichAFileFirstCame() {
    func paths(_ sources: String...) -> [String] {
      let files = sources.enumerated().map { ClaimedFile.example(index: $0 + 1, source: $1) }
      return SourcePath.ofReturn(.example(id: 9, files: files))
    }
    #expect(paths("requeued-c7/requeued-c3/A4C/IM1") == ["requeued-c9/A4C/IM1"])
    #expect(
      paths("requeued-c7/requeued-c3/A4C/IM1", "A4C/IM1")
        == ["requeued-c9/requeued-c3/A4C/IM1", "requeued-c9/A4C/IM1"])
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
