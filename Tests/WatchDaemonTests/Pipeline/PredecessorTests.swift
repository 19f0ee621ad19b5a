import Foundation
import Testing

@testable import Clips
@testable import Platform
@testable import Reports
@testable import WatchDaemon

@Suite struct PredecessorTests {
  /// A result with files of two clips, and an empty folder for the next one.
  private func withRevisions(_ body: (Predecessor, _ staging: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for name in ["old", "new"] { try Files.makeFolder(folder + "/" + name, .staging) }
      for name in ["study.json", "index.html", "\(SampleReport.uncalibratedUID).ED.png"] {
        try AtomicFile.write([0], to: folder + "/old/" + name, .staging)
      }
      for (index, suffix) in ClipWriter.suffixes.enumerated() {
        try AtomicFile.write(
          [UInt8(index)], to: folder + "/old/" + SampleReport.measuredUID + suffix, .staging)
      }
      let predecessor = Predecessor(
        report: SampleReport.study, folder: folder + "/old", sha256: "")
      try body(predecessor, folder + "/new")
    }
  }

  @Test func filesOfClipsThatAreNotAnewGoOnIntoTheNextRevision() throws {
    try withRevisions { predecessor, staging in
      _ = try predecessor.copyClips(
        besides: [SampleReport.uncalibratedUID], into: staging, for: SampleReport.study)
      let expected = ClipWriter.suffixes.map { SampleReport.measuredUID + $0 }
      #expect(try Files.names(in: staging, .staging).sorted() == expected.sorted())
    }
  }

  @Test func theNextRevisionsPageShowsTheirPictures() throws {
    try withRevisions { predecessor, staging in
      let pictures = try predecessor.copyClips(
        besides: [SampleReport.uncalibratedUID], into: staging, for: SampleReport.study)
      #expect(pictures[SampleReport.measuredUID, .endDiastole] == [0])
      #expect(pictures[SampleReport.measuredUID, .endSystole] == [1])
      #expect(pictures[SampleReport.uncalibratedUID, .endDiastole] == nil)
      let page = HTMLReport.render(report: SampleReport.study, overlays: pictures)
      #expect(page.components(separatedBy: "src=\"data:image/png").count == 3)
      #expect(page.contains("the cine is not part of this page"))
    }
  }

  @Test func theNextRevisionsPagePlaysTheirCines() throws {
    try withRevisions { predecessor, _ in
      let page = Array(try SamplePage.text().utf8)
      try AtomicFile.write(page, to: predecessor.folder + "/index.html", .staging)
      var cines = [SampleReport.uncalibratedUID: HTMLReport.Cine(frames: [])]
      try predecessor.addCines(besides: [SampleReport.uncalibratedUID], to: &cines)
      #expect(Set(cines.keys) == [SampleReport.uncalibratedUID, SampleReport.measuredUID])
      #expect(cines[SampleReport.measuredUID]?.frames.count == 12)
      #expect(cines[SampleReport.measuredUID]?.frames.first?.prefix(2) == Data([0xFF, 0xD8]))
      // Where the new ones leave no room, the pictures are there.
      cines = [SampleReport.uncalibratedUID: .init(frames: [Data](repeating: Data(), count: 1990))]
      try predecessor.addCines(besides: [SampleReport.uncalibratedUID], to: &cines)
      #expect(cines.count == 1)
    }
  }
}
