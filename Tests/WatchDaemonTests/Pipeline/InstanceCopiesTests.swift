import TestSupport
import Testing

@testable import Clips
@testable import Platform
@testable import WatchDaemon

@Suite struct InstanceCopiesTests {
  private func file(_ sha: String, _ instance: String = "1.1", at time: Int64 = 0, pixels: Bool = true)
    -> StudyFile
  {
    var header = ClipHeader.example(study: "1.2", instance: instance)
    header.hasPixelData = pixels
    return StudyFile(path: sha, origin: "came/" + sha, sha256: sha, header: header, modified: time)
  }

  /// Digests by file.
  private func settled(_ files: [StudyFile], _ pixels: [String: String?]) -> InstanceCopies {
    InstanceCopies(of: files) { pixels[$0.sha256] ?? nil }
  }

  @Test func latestCopyCountsAndKeepsThePathsOfTheOthers() {
    let files = [file("new", at: 9), file("old", at: 3), file("mid", at: 5), file("z", "1.2")]
    let copies = settled(files, ["new": "p", "old": "p", "mid": "p"])
    #expect(copies.used.map(\.sha256) == ["new", "z"])
    #expect(copies.used[0].origin == "came/new" && copies.used[0].laterOrigins == ["came/old", "came/mid"])
    #expect(copies.ends.mapValues(\.state) == ["old": .ignored, "mid": .ignored])
    #expect(copies.ends["old"]?.reason == .superseded)
  }

  @Test func whatFilesAreUsedDoesNotDependOnTheirOrder() {
    let files = [file("a", at: 1), file("b", at: 1), file("c", "1.2", at: 2), file("d", "1.2", at: 1)]
    let pixels = ["a": "p", "b": "p", "c": "q", "d": "q"]
    for order in files.permutations {
      #expect(Set(settled(order, pixels).used.map(\.sha256)) == ["b", "c"])
    }
  }

  @Test(arguments: [["a": "p", "b": "q"], ["a": "p", "b": nil], ["a": nil, "b": nil]])
  func otherOrUnknownPixelsAreHeldAllOfThem(_ pixels: [String: String?]) {
    let copies = settled([file("a"), file("b"), file("c", "1.2")], pixels)
    #expect(copies.used.map(\.sha256) == ["c"])
    #expect(copies.ends.mapValues(\.reason) == ["a": .uidConflict, "b": .uidConflict])
  }

  @Test func documentsNeedNoPixelsAndAPictureIsNoCopyOfADocument() {
    #expect(settled([file("a", pixels: false), file("b", pixels: false)], [:]).used.map(\.sha256) == ["b"])
    #expect(settled([file("a", pixels: false), file("b")], ["b": "p"]).used.isEmpty)
  }

  @Test func pixelsOfFilesThatAreAloneAreNotLookedAt() {
    var asked = 0
    let copies = InstanceCopies(of: [file("a"), file("b", "1.2")]) { _ in
      asked += 1
      return nil
    }
    #expect(copies.used.count == 2 && copies.ends.isEmpty && asked == 0)
  }
}
