import Testing

@testable import Clips
@testable import Reports
@testable import Study

/// What stands at the head of the page, what is marked, and the one list of what has no number.
@Suite struct HTMLSummaryTests {
  private func page(_ report: StudyReport, sex: String? = nil) -> String {
    HTMLReport.render(
      report: report, overlays: .init(), patient: PatientFacts(sex.map { ["PatientSex": $0] } ?? [:]))
  }

  private func study(_ clips: [ClipReport]) -> StudyReport {
    var report = SampleReport.study
    report.clips = clips
    report.studyMeasurements = StudyMeasures.measurements(of: clips)
    return report
  }

  /// From the head of the page to its clips.
  private func summary(_ page: String) throws -> String {
    let text = try #require(page.components(separatedBy: "<dl class=\"glance\">").last)
    return try #require(text.components(separatedBy: "</dl>").first)
  }

  @Test func givesTheNumbersWithTheirBeatsRangesAndFrames() throws {
    let text = try summary(page(study([MeasureSamples.clip(.a4c)])))
    for part in [
      "<dt>View</dt>", "A4C", "A4C said by the operator",
      ">34.0</data> / <data value=\"30.0\">30.0</data> mm",
      "A4C, one beat", "not reviewed",
      "<a href=\"#clip1\" data-frame=\"10\">ED frame 11</a>",
      "<a href=\"#clip1\" data-frame=\"22\">ES frame 23</a>",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test func saysWhereANumberIsTheMeanOfBeats() throws {
    let beats = [MeasureSamples.beat(), MeasureSamples.beat(40, diameter: 33, isReference: false)]
    let text = try summary(page(study([MeasureSamples.clip(.a4c, beats: beats)])))
    #expect(text.contains(">33.5</data>") && text.contains("A4C, mean of 2 beats"))
  }

  @Test func givesTheDiameterWhereTheViewIsUnknownAndSaysWhyTheRestIsMissing() throws {
    let text = try summary(page(study([MeasureSamples.clip(.apical)])))
    #expect(
      text.contains("view unknown") && text.contains("apical, one beat") && text.contains(">34.0</data>"))
    #expect(text.components(separatedBy: "<a href=\"#withheld\">withheld, and why</a>").count == 5)
  }

  @Test(
    arguments: [
      (51, nil, "below the usual range"), (53, nil, "below the usual range of women"),
      (60, nil, nil), (73, nil, "above the usual range of men"), (75, nil, "above the usual range"),
      (53, "F ", "below the usual range of women"), (53, "M", nil), (73, "M", "above the usual range of men"),
      (73, "F", nil), (53, "O", "below the usual range of women"),
    ] as [(Double, String?, String?)])
  func marksWhatLiesOutsideOfTheRange(fraction: Double, sex: String?, mark: String?) throws {
    var report = study([MeasureSamples.clip(.a4c, uid: "1.1"), MeasureSamples.clip(.a2c, uid: "1.2")])
    let name = "LV ejection fraction biplane"
    let place = try #require(report.studyMeasurements.firstIndex { $0.name == name })
    report.studyMeasurements[place].value = fraction
    let row = try #require(
      page(report, sex: sex).components(separatedBy: "<th scope=\"row\">\(name)</th>").dropFirst().first?
        .components(separatedBy: "</tr>").first)
    let found = row.components(separatedBy: "<span class=\"warn\">").dropFirst().first?.components(
      separatedBy: "</span>"
    ).first
    #expect(found == mark)
  }

  @Test func aChildHasNoRange() {
    let report = study([MeasureSamples.clip(.a4c, uid: "1.1"), MeasureSamples.clip(.a2c, uid: "1.2")])
    let child = ["PatientSex": "F", "PatientBirthDate": "20100301", "StudyDate": "20280229"]
    for (facts, isUsual) in [(child, false), (child.merging(["StudyDate": "20280301"]) { $1 }, true)] {
      let text = HTMLReport.render(report: report, overlays: .init(), patient: PatientFacts(facts))
      #expect(text.contains("usual <span") == isUsual)
    }
  }

  @Test func namesWhatIsWithheldOnceForEachCause() throws {
    var report = study([MeasureSamples.clip(.apical), SampleReport.excluded])
    report.clips[0].measurements[0].withheld = .atSectorEdge
    report.inputs = SampleReport.study.inputs
    let text = page(report)
    let list = try #require(
      text.components(separatedBy: "Withheld, and why</h2>").last?.components(separatedBy: "</section>").first
    )
    for reason in [ReasonCode.viewNotEstablished, .atSectorEdge, .colourDoppler, .notDICOM] {
      let sentence = "<strong>\(HTML.escaped(ReasonText.sentence(reason)))</strong>"
      #expect(list.components(separatedBy: sentence).count == 2, "\(reason.rawValue)")
    }
    #expect(list.contains("Send the same view without colour flow."))
    #expect(list.contains("<a href=\"#clip1\">clip 1</a>, end diastole, frame 13"))
    #expect(list.contains("MAPSE septal, MAPSE lateral"))
  }

  @Test func leadsToTheIndexTheFilesAndTheResultBefore() {
    var report = SampleReport.study
    report.study = .init(uid: "1.2.3.4", revision: 2, supersedes: "1.2.3.4")
    let text = page(report)
    for link in [
      "../index.html", "../index.html#words=1.2.3.4", "../1.2.3.4/index.html", "./", "study.json",
      "log.jsonl",
    ] {
      #expect(text.contains("href=\"\(link)\""), "\(link)")
    }
  }

  @Test func explainsTheGapsOfCurvesAndSaysConfidenceInWords() {
    var report = SampleReport.study
    report.clips[0].curves = .init(
      frames: [0, 1, 2, 3, 4], lvAreaSquareMillimetres: [3100, 3000, nil, 2950, 2900],
      lvAreaSquarePixels: [15_939, 15_800, nil, 15_171, 15_000],
      annulusDiameterMillimetres: [31, 31, nil, nil, 30], left: .init(repeating: nil, count: 5),
      right: .init(repeating: nil, count: 5))
    let text = page(report)
    #expect(text.contains("no ventricle was found on 1 frame."))
    #expect(text.contains("not found or not trusted on 2 frames.") && text.contains("high, 93 %"))
  }

  @Test(arguments: [(0.95, "high, 95 %"), (0.9, "high, 90 %"), (0.7, "moderate, 70 %"), (0.5, "low, 50 %")])
  func hasAWordForEachConfidence(confidence: Double, text: String) {
    #expect(ConfidenceText.of(confidence) == text)
  }
}
