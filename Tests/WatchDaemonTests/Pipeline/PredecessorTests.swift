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

  /// With the clip's file at hand the frame is drawn again; without it the page says that it is the one before.
  @Test(arguments: [true, false])
  func aFrameOfTheCineShowsAReadersPointsOrIsSaidToBeOld(isRedrawn: Bool) throws {
    try withRevisions { predecessor, _ in
      try AtomicFile.write(
        Array(SamplePage.text(frames: 20).utf8), to: predecessor.folder + "/index.html", .staging)
      var next = SampleReport.study
      next.clips[0].measurements[0].source = .reader
      next.clips[0].measurements[0].hingePoints[0].x += 1
      let frame = next.clips[0].measurements[0].frame
      let drawn = ReadPictures.Drawn(frames: [frame: Data([1, 2, 3])])
      var cines: [String: HTMLReport.Cine] = [:]
      try predecessor.addCines(
        besides: [SampleReport.uncalibratedUID], to: &cines, for: next,
        isRedrawn ? [SampleReport.measuredUID: drawn] : [:])
      let cine = try #require(cines[SampleReport.measuredUID])
      #expect(cine.stale == (isRedrawn ? [] : [frame]))
      #expect((cine.frames[frame] == Data([1, 2, 3])) == isRedrawn)
      let page = HTMLReport.render(
        report: next, overlays: .init(), cines: [SampleReport.measuredUID: cine])
      #expect(HTMLReport.Cine(ofClip: 1, on: Data(page.utf8))?.stale == cine.stale)
      // A picture of another part of the frame would show the points elsewhere.
      var other = cine
      let place = HTMLReport.Cine.Place(left: 1, top: 2, scaleX: 1, scaleY: 1, width: 9, height: 9)
      other.take([frame: Data([4])], drawnFor: place)
      #expect(other.frames == cine.frames && other.stale == cine.stale)
    }
  }

  @Test func aFrameInWhichAReaderFindsWhatTheProgramDidNotIsSaidToBeOld() throws {
    try withRevisions { predecessor, _ in
      try AtomicFile.write(
        Array(SamplePage.text(frames: 20).utf8), to: predecessor.folder + "/index.html", .staging)
      var earlier = predecessor
      earlier.report.clips[0].measurements = []
      var next = SampleReport.study
      for place in next.clips[0].measurements.indices { next.clips[0].measurements[place].source = .reader }
      var cines: [String: HTMLReport.Cine] = [:]
      try earlier.addCines(besides: [SampleReport.uncalibratedUID], to: &cines, for: next, [:])
      #expect(cines[SampleReport.measuredUID]?.stale == Set(next.clips[0].measurements.map(\.frame)))
    }
  }

  /// Whoever only accepts changes nothing on a picture; who rejects takes its number away.
  @Test func picturesWhoseNumberIsTakenBackAreLeftOut() throws {
    try withRevisions { predecessor, staging in
      var next = SampleReport.study
      next.clips[0].measurements[0].withheld = .rejectedByReader
      let pictures = try predecessor.copyClips(
        besides: [SampleReport.uncalibratedUID], into: staging, for: next)
      #expect(pictures[SampleReport.measuredUID, .endDiastole] == nil)
      #expect(pictures[SampleReport.measuredUID, .endSystole] == [1])
    }
  }

  @Test func theNextRevisionsPagePlaysTheirCines() throws {
    try withRevisions { predecessor, _ in
      let page = Array(try SamplePage.text().utf8)
      try AtomicFile.write(page, to: predecessor.folder + "/index.html", .staging)
      var cines = [SampleReport.uncalibratedUID: HTMLReport.Cine(frames: [])]
      try predecessor.addCines(
        besides: [SampleReport.uncalibratedUID], to: &cines, for: SampleReport.study, [:])
      #expect(Set(cines.keys) == [SampleReport.uncalibratedUID, SampleReport.measuredUID])
      #expect(cines[SampleReport.measuredUID]?.frames.count == 12)
      #expect(cines[SampleReport.measuredUID]?.frames.first?.prefix(2) == Data([0xFF, 0xD8]))
      // Where the new ones leave no room, the pictures are there.
      cines = [SampleReport.uncalibratedUID: .init(frames: [Data](repeating: Data(), count: 1990))]
      try predecessor.addCines(
        besides: [SampleReport.uncalibratedUID], to: &cines, for: SampleReport.study, [:])
      #expect(cines.count == 1)
    }
  }
}
