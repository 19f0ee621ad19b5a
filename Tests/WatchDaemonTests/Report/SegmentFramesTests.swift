import Testing

@testable import Reports
@testable import Study

@Suite struct SegmentFramesTests {
  private func clip(_ beats: [ClipReport.Beat], measured: [Int]) -> ClipReport {
    var clip = SampleReport.measured
    clip.frames = 40
    clip.beats = beats
    clip.measurements = measured.map { frame in
      var measurement = SampleReport.measured.measurements[0]
      measurement.frame = frame
      return measurement
    }
    return clip
  }

  private func beat(_ ed: Int, _ es: Int, next: Int?, reference: Bool = true) -> ClipReport.Beat {
    var beat = ClipReport.Beat(edFrame: ed, esFrame: es, source: .areaCurve, reference: reference)
    beat.nextEDFrame = next
    return beat
  }

  @Test(arguments: [
    (Configuration.SegmentFrameChoice.all, Array(0..<40)), (.beat, Array(12...25)), (.edES, [12, 18]),
  ])
  func takesTheFramesThatWereChosen(choice: Configuration.SegmentFrameChoice, frames: [Int]) {
    let beats = [beat(2, 7, next: 12, reference: false), beat(12, 18, next: 25)]
    #expect(SegmentFrames(choice, of: clip(beats, measured: [18, 12])).frames == frames)
  }

  @Test func takesTheMeasuredFramesOfABeatWithoutEndAsWell() {
    let clip = clip([beat(30, 36, next: nil)], measured: [29, 36])
    #expect(SegmentFrames(.beat, of: clip).frames == Array(29...36))
  }

  @Test(arguments: Configuration.SegmentFrameChoice.allCases)
  func takesAllFramesOfAClipWithoutABeat(choice: Configuration.SegmentFrameChoice) {
    #expect(SegmentFrames(choice, of: clip([], measured: [])).frames == Array(0..<40))
  }

  @Test func takesNoFrameThatTheClipHasNot() {
    let clip = clip([beat(35, 38, next: 44)], measured: [35, 41])
    #expect(SegmentFrames(.beat, of: clip).frames == Array(35...39))
  }

  @Test func countsFramesBySegmentAndThenByTime() {
    let frames = SegmentFrames(.edES, of: clip([], measured: [12, 31]))
    #expect(ChamberSegment.allCases.map { frames.index(of: 12, in: $0) } == [0, 2, 4])
    #expect(ChamberSegment.allCases.map { frames.index(of: 31, in: $0) } == [1, 3, 5])
    #expect(frames.index(of: 13, in: .ventricle) == nil)
  }
}
