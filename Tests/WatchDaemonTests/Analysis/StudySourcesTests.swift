import Testing

@testable import Clips
@testable import Lab
@testable import Reports
@testable import Study
@testable import WatchDaemon

/// What a study's report repeats of its files.
@Suite struct StudySourcesTests {
  private func file(_ instance: String, _ attributes: [String: String] = [:]) -> StudyFile {
    var header = ClipHeader.example(study: SampleReport.studyUID, instance: instance)
    header.attributes = attributes
    return StudyFile(path: "/\(instance)", origin: instance, sha256: instance, header: header)
  }

  private func clip(
    _ instance: String, _ status: ClipReport.Status = .measured, _ reason: ReasonCode? = nil
  ) -> ClipReport {
    var clip = ClipReport(file(instance).header, file: nil)
    clip.status = status
    clip.reason = reason
    return clip
  }

  private func report(_ clips: [ClipReport]) -> StudyReport {
    var report = SampleReport.study
    report.clips = clips
    report.studyMeasurements = []
    return report
  }

  private func attributes(
    _ report: StudyReport, _ files: [StudyFile], earlier: [String: String] = [:]
  ) -> [String: String]? {
    report.sources(from: StudyInput(studyInstanceUID: SampleReport.studyUID, files: files), earlier: earlier)
      .first?.attributes
  }

  @Test func eachAttributeIsThatOfTheFirstFileThatStatesIt() {
    let files = [
      file("1.1", ["StudyDate": "20250102"]),
      file("1.2", ["StudyDate": "20250103", "PatientName": "A^B", "PatientID": "7"]),
    ]
    #expect(
      attributes(report([clip("1.1"), clip("1.2")]), files) == [
        "StudyDate": "20250102", "PatientName": "A^B", "PatientID": "7",
      ])
  }

  @Test func filesOfMeasuredClipsComeFirst() {
    let files = [
      file("1.1", ["StudyDescription": "Document", "StudyID": "S1"]),
      file("1.2", ["StudyDescription": "Echo"]),
    ]
    let report = report([clip("1.1", .ignored, .notAnImage), clip("1.2")])
    #expect(attributes(report, files) == ["StudyDescription": "Echo", "StudyID": "S1"])
  }

  @Test func whatNoFileStatesIsTheEarlierReports() {
    let files = [file("1.2", ["StudyDate": "20250102"])]
    let earlier = ["StudyDate": "20240101", "PatientName": "A^B"]
    #expect(
      attributes(report([clip("1.2"), clip("1.1")]), files, earlier: earlier) == [
        "StudyDate": "20250102", "PatientName": "A^B",
      ])
  }

  @Test func picturesOfOtherModalitiesAreNoSources() {
    let study = report([
      clip("1.1"), clip("1.2", .excluded, .notUltrasound), clip("1.3", .ignored, .notAnImage),
    ])
    let files = ["1.1", "1.2", "1.3"].map { file($0) }
    let sources = study.sources(from: StudyInput(studyInstanceUID: SampleReport.studyUID, files: files))
    #expect(sources.map(\.sopInstanceUID) == ["1.1"])
    let root = MeasurementReportTree(report: study, sources: sources, uids: SampleReport.uids).root()
    let library = root.children.first { $0.name == Concept.imageLibrary }
    #expect(library?.children.first?.children.count == 1)
    let evaluations = root.children.last?.children ?? []
    #expect(
      evaluations.allSatisfy { $0.children.allSatisfy { $0.value == .image(sources[0].image(frame: nil)) } })
  }
}
