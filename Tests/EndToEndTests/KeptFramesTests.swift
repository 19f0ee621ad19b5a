import TestSupport
import Testing

@testable import Clips
@testable import Platform
@testable import Reports
@testable import WatchDaemon

/// Frames that are kept between their analysis and their drawing.
@Suite struct KeptFramesTests {
  private let folder: TemporaryFolder
  private let file: StudyFile
  private let analysis: ClipAnalysis

  init() throws {
    CineDecoder.workerExecutable = Products.hinged
    folder = try TemporaryFolder()
    let path = folder.path + "/clip.dcm"
    try PhantomStudy.write(to: path)
    file = StudyFile(path: path, origin: path, sha256: "", header: try ClipReader.readHeader(path: path))
    let segmenter = try Segmenter(path: #require(DaemonProcess.model))
    analysis = ClipAnalysis(
      segmenters: SegmenterSet(segmenter),
      settings: AnalysisSettings(configuration: nil, operatorView: nil, threads: 2, namesFiles: false))
  }

  @Test func givesTheSamePicturesAsTheFile() throws {
    let outcome = try analysis.analyse(file, roomForFrames: .max)
    let kept = try #require(outcome.segmented)
    var dropped = kept
    dropped.frames = nil
    #expect(kept.frames?.count == file.header.frames)
    let pictures = try [kept, dropped].map { segmented in
      let drawing = try OverlayCine(clip: outcome.report, segmented: segmented).drawing(
        of: file.path, [.page(side: 100, quality: 70)], outlines: segmented.outlines(threads: 2))
      try SideBySide(threads: 2).run(drawing.pieces(2))
      return drawing.results
    }
    #expect(pictures[0] == pictures[1])
    let chosen = try kept.source(of: [7, 3], path: file.path)
    #expect(try [chosen(), chosen()].map { $0?.index } == [7, 3])
    #expect(try chosen() == nil)
  }

  @Test func keepsNothingBeyondTheRoom() throws {
    let bytes = file.header.rows * file.header.columns * file.header.frames
    #expect(try analysis.analyse(file, roomForFrames: bytes - 1).segmented?.frameBytes == 0)
    #expect(try analysis.analyse(file, roomForFrames: bytes).segmented?.frameBytes == bytes)
  }

  @Test func aSampleThatWasBegunAheadGivesTheSame() throws {
    let plain = try analysis.analyse(file)
    let ahead = try analysis.analyse(file, ahead: SampleAhead(of: file))
    #expect(ahead.report == plain.report)
    // Nobody finds out that it was given up.
    let given = try #require(SampleAhead(of: file))
    given.cancel()
    #expect(try analysis.analyse(file, ahead: given).report == plain.report)
  }

  @Test func samplesOnlyLoops() throws {
    var still = file
    still.header.frames = 1
    #expect(SampleAhead(of: still) == nil)
  }
}
