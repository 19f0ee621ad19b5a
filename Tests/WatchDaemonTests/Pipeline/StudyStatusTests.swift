import Testing

@testable import Clips
@testable import Platform
@testable import Study
@testable import WatchDaemon

@Suite struct StudyStatusTests {
  private func clip(_ status: ClipReport.Status) -> ClipReport {
    var clip = ClipReport(StudyStatusTests.header, file: nil)
    clip.status = status
    return clip
  }

  private static let header = ClipHeader(
    transferSyntaxUID: "1.2.840.10008.1.2.1", identity: .init(), rows: 1, columns: 1, frames: 1,
    samplesPerPixel: 1, bitsAllocated: 8, bitsStored: 8, hasPixelData: true, frameTimeVector: [],
    rWaveTimes: [], regions: [], lossy: false, texts: [:])

  private static let cases: [([ClipReport.Status], Bool, StudyReport.Status)] = [
    ([.measured], false, .completed), ([.indeterminate, .excluded], false, .completed),
    ([.measured, .failed], false, .partial), ([.failed, .excluded], false, .partial),
    ([.failed], false, .failed), ([.failed, .failed], true, .failed), ([.excluded], false, .ineligible),
    ([.ignored], false, .ineligible), ([], false, .ineligible), ([.measured], true, .partial),
    ([.excluded], true, .partial),
  ]

  @Test(arguments: cases)
  func followsFromTheClipsAndTheLimit(
    statuses: [ClipReport.Status], isClosedAtLimit: Bool, expected: StudyReport.Status
  ) {
    #expect(StudyReport.status(of: statuses.map(clip), isClosedAtLimit: isClosedAtLimit) == expected)
  }

  @Test(arguments: [1, 2, 5, 11, 12, 13, 76, 300])
  func samplesAreSpreadOverTheClipWithoutRepetition(frames: Int) {
    let indices = ClipSampling.indices(of: frames)
    #expect(indices.count == min(frames, ClipSampling.frames))
    #expect(indices == Array(Set(indices)).sorted())
    #expect(indices.allSatisfy { (0..<frames).contains($0) })
    let ends = (indices.first ?? 0) + frames - 1 - (indices.last ?? 0)
    #expect(ends <= frames / indices.count + 1)
  }

  @Test(arguments: [
    ("20240229", 1_709_164_800_000 as Int64), ("20240229101112.5+0100", 1_709_201_472_000), ("1970010100", 0),
  ])
  func readsDICOMTimesAsUTC(text: String, milliseconds: Int64) {
    #expect(UTCTime(dicom: text)?.milliseconds == milliseconds)
  }

  @Test(arguments: ["", "2024", "20241301", "2024-02-29", "today"])
  func refusesWhatIsNoDate(text: String) {
    #expect(UTCTime(dicom: text) == nil)
  }
}
