import Testing

@testable import Clips
@testable import Phantom
@testable import Reports
@testable import Study

@Suite struct OverlayCineObjectTests {
  private func header(_ change: (inout ClipHeader) -> Void) -> ClipHeader {
    var header = ClipHeader(
      transferSyntaxUID: "1.2.840.10008.1.2.1", identity: .init(), rows: 4, columns: 4, frames: 3,
      samplesPerPixel: 1, bitsAllocated: 8, bitsStored: 8, hasPixelData: true, frameTimeVector: [],
      rWaveTimes: [], regions: [], lossy: false, texts: [:])
    change(&header)
    return header
  }

  @Test func copiesTheSourcesTiming() {
    let vector = OverlayCineObject.timing(of: header { $0.frameTimeVector = [5, 17.883, 35.7] }, frames: 3)
    // The first entry has no meaning and is the source's all the same.
    #expect(vector["FrameTimeVector"] == "5\\17.883\\35.7")
    #expect(vector["FrameIncrementPointer"] == "(0018,1065)")
    let time = OverlayCineObject.timing(of: header { $0.frameTime = 33.333 }, frames: 3)
    #expect(time["FrameTime"] == "33.333")
    #expect(time["FrameIncrementPointer"] == "(0018,1063)")
  }

  @Test func makesNoTimeUp() {
    let pages = OverlayCineObject.timing(of: header { $0.frameTimeVector = [0, 33, 0] }, frames: 3)
    #expect(pages["FrameTime"] == nil && pages["FrameTimeVector"] == nil)
    #expect(pages["PageNumberVector"] == "1\\2\\3")
    #expect(pages["FrameIncrementPointer"] == "(0018,2001)")
  }

  @Test func saysWhichFrameOfTheBeatIsShown() {
    let beats = [ClipReport.Beat(edFrame: 4, esFrame: 9, source: .areaCurve, reference: true)]
    func captions(_ index: Int) -> CineCaption {
      CineCaption(view: "A4C", index: index, count: 20, beats: beats)
    }
    #expect(captions(4).phase == .endDiastole && captions(9).phase == .endSystole)
    #expect(captions(5).phase == nil)
    #expect(captions(5).position == "A4C  frame 6 of 20")
  }
}
