import Foundation
import Hinge
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Platform
@testable import Reports
@testable import Study
@testable import WatchDaemon

@Suite struct StudyComparisonTests {
  private let folder = ScratchFolder()

  private func comparison(_ change: (inout StudyReport) -> Void) throws -> ResultsComparison {
    var other = SampleReport.study
    change(&other)
    for (name, report) in [("a", SampleReport.study), ("b", other)] {
      let study = "\(folder.path)/\(name)/\(SampleReport.studyUID)"
      try FileManager.default.createDirectory(atPath: study, withIntermediateDirectories: true)
      try StudyJSON.encode(report).write(to: URL(fileURLWithPath: study + "/study.json"))
    }
    return ResultsComparison(try Results(folder.path + "/a"), try Results(folder.path + "/b"))
  }

  @Test func findsNoDifferenceBetweenAResultAndItself() throws {
    let comparison = try comparison { _ in }
    #expect(comparison.studies.count == 1 && comparison.changedClips == 0)
    #expect(comparison.summary.allSatisfy { $0.largest == 0 })
    #expect(comparison.summary.contains { $0.quantity == "MAPSE" && $0.count == 1 })
  }

  @Test func tellsHowFarAPointMovedInMillimetresAndPixels() throws {
    let comparison = try comparison {
      $0.clips[0].measurements[0].hingePoints[0].x += 3
      $0.clips[0].measurements[0].hingePoints[0].y += 4
    }
    let left = comparison.clips[0].phases[0].left
    #expect(abs((left?.pixels ?? 0) - 5) < 1e-6)
    #expect(abs((left?.millimetres ?? 0) - 5 * 0.441) < 1e-6)
    let row = comparison.summary.first { $0.quantity == "hinge points ED" && $0.unit == "mm" }
    #expect(row?.count == 2 && abs((row?.largest ?? 0) - 2.205) < 1e-3)
  }

  @Test func comparesFrameByFrameAndCountsWhatOneSideLacks() throws {
    let frames = try comparison {
      $0.clips[0].curves?.left[0] = Point(x: 301, y: 388)
      $0.clips[0].curves?.left[2] = nil
    }.clips[0].frames
    #expect(frames.both == 1 && frames.onlyA == 1 && frames.onlyB == 0)
    #expect(abs((frames.shifts.first?.pixels ?? 0) - 1) < 1e-6)
  }

  @Test func tellsOfAnotherStatusAMissingClipAndAWithheldMeasure() throws {
    let comparison = try comparison {
      $0.clips[0].status = .indeterminate
      $0.clips[0].reason = .noAtrium
      $0.clips.removeLast()
      $0.studyMeasurements[0].value = nil
      $0.studyMeasurements[0].withheld = .lowConfidence
      $0.model.name = "other"
    }
    #expect(comparison.changedClips == 1)
    #expect(comparison.studies[0].onlyA == [SampleReport.excludedUID])
    #expect(comparison.studies[0].measures.first?.difference == nil)
    let text = ComparisonText(comparison: comparison).text
    for part in [
      "measured -> indeterminate", "reason none -> no-atrium", "only in A", "withheld no -> low-confidence",
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    #expect(comparison.models.b.map(\.name) == ["other"])
  }

  @Test func writesItselfAsJSON() throws {
    let text = try ComparisonJSON.value(comparison { $0.studyMeasurements[0].value = 14.2 }).pretty()
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    #expect(object?["schema"] as? String == "hinged.comparison/1")
    let measures = ((object?["studies"] as? [[String: Any]])?.first?["measures"] as? [[String: Any]]) ?? []
    #expect(measures.first?["difference"] as? Double == 1)
  }

  @Test func takesTheLatestRevisionOfAnOutbox() throws {
    _ = try comparison { _ in }
    var report = SampleReport.study
    report.study.revision = 2
    let later = "\(folder.path)/a/\(SampleReport.studyUID).r2"
    try FileManager.default.createDirectory(atPath: later, withIntermediateDirectories: true)
    try StudyJSON.encode(report).write(to: URL(fileURLWithPath: later + "/study.json"))
    #expect(try Results(folder.path + "/a").byStudy[SampleReport.studyUID]?.study.revision == 2)
  }

  @Test func refusesAFolderWithoutResultsWithARemedy() {
    let failure = #expect(throws: CommandFailure.self) { try Results(folder.path) }
    #expect(failure?.code == ExitCode.noInput && failure?.sentence.contains("name a study's folder") == true)
  }
}
