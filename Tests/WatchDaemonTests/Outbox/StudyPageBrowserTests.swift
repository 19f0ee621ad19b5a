import Foundation
import TestSupport
import Testing

@testable import Platform
@testable import Reports
@testable import Spool
@testable import Study

/// A study's page that asks the outbox's index, opened from the disk under its own policy.
@Suite(.enabled(if: Browser.isWanted, "needs chromium")) struct StudyPageBrowserTests: OutboxSuite {
  private let folder: TestSupport.ScratchFolder
  private var outbox: String { folder.path + "/outbox" }

  private static let key = PatientKey(KeyedHash(key: (1...16).map { $0 }))
  private static let patient = key.name(id: "4711", issuer: nil, birthDate: "19500102")
  private static let hostile = "<img src=x onerror=document.title='harmed'>'\"\\`${1}</script>\u{2028}"

  init() throws { folder = try TestSupport.ScratchFolder() }

  private func study(_ uid: String, revision: Int = 1, mapse: Double) -> StudyReport {
    var report = report(uid, revision: revision, value: mapse)
    report.clips = [MeasureSamples.clip(.a4c)]
    for place in report.clips[0].measurements.indices {
      report.clips[0].measurements[place].reviewReasons = []
    }
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    for place in report.studyMeasurements.indices where report.studyMeasurements[place].name == "MAPSE mean" {
      report.studyMeasurements[place].value = mapse
    }
    return report
  }

  private func add(_ report: StudyReport, day: String, model: String = "unet") throws {
    var (facts, report) = (StudyFacts(), report)
    (facts.day, facts.patientName) = (day, Self.patient)
    report.model.name = model
    let folder = PublishedRevision.name(study: report.study.uid, number: report.study.revision)
    let row = IndexRow(OutboxEntry(report, folder: folder, published: 1_700_000_000_000), facts)
    try Files.makeFolder(outbox + "/index-data", .outbox)
    var drawers = try PatientDrawers(outbox)
    try drawers.add(row, in: outbox, .standard)
  }

  /// What a script says of a page: it puts its answer into the page's title by `tell`.
  private func ask(
    _ script: String, of report: StudyReport, mayComplain: Bool = false
  ) async throws -> String {
    let place = outbox + "/" + report.study.uid
    try Files.makeFolder(place, .outbox)
    let page = HTMLReport.render(report: try report.recorded(), overlays: .init()).replacing(
      "</body>", with: "<script src=\"question.js\"></script></body>")
    try Data(page.utf8).write(to: URL(fileURLWithPath: place + "/index.html"))
    let whole = """
      const tell = (...words) => { document.title = words.join('|'); };
      const studies = document.getElementById('studies'), later = document.getElementById('later');
      const texts = selector => [...studies.querySelectorAll(selector)].map(e => e.textContent.trim());
      setTimeout(() => { \(script) }, 1000);
      """
    try Data(whole.utf8).write(to: URL(fileURLWithPath: place + "/question.js"))
    let run = try await Browser.open(
      place + "/index.html", in: folder.path,
      ["--virtual-time-budget=5000", "--window-size=1400,900", "--dump-dom"])
    // Of a script that is not there some versions complain, and others do not.
    if !mayComplain { #expect(!run.errors.contains("CONSOLE"), "\(run.errors)") }
    return run.title
  }

  @Test func showsTheCourseOfThePatientsNumbersWithLinks() async throws {
    for (place, value) in [9.5, 11.25, 13].enumerated() {
      try add(
        study("1.2.\(place + 1)", revision: place == 0 ? 2 : 1, mapse: value), day: "202\(place)-05-06",
        model: place == 0 ? Self.hostile : "unet")
    }
    let said = try await ask(
      """
      const spark = studies.querySelectorAll('td .spark'), line = spark[1].querySelector('.curve').getAttribute('points');
      const heights = line.split(' ').map(p => Number(p.split(',')[1]));
      tell(studies.hidden, texts('tbody th').slice(1, 3).join('/'), texts('tbody tr td:nth-of-type(2)').slice(1).join('/'),
        [...studies.querySelectorAll('tbody a')].map(a => a.getAttribute('href')).join('/'),
        spark[1].getAttribute('aria-label'), heights[0] > heights[1] && heights[1] > heights[2],
        texts('.own th').join(), document.querySelectorAll('#studies img').length,
        texts('tbody th')[3].includes('onerror'), later.hidden);
      """, of: study("1.2.2", mapse: 11.25))
    #expect(
      said
        == "false|2022-05-06/2021-05-06this study|13.0/11.3/9.5|../1.2.3/index.html/../1.2.1.r2/index.html"
        + "|MAPSE: from 9.5 to 13.0 mm|true|2021-05-06this study|0|true|true")
  }

  @Test func saysThatALaterResultIsThere() async throws {
    try add(study("1.2.1", revision: 3, mapse: 12), day: "2026-05-06")
    let said = try await ask(
      "tell(later.hidden, later.textContent, later.querySelector('a').getAttribute('href'), studies.hidden);",
      of: study("1.2.1", mapse: 11))
    #expect(
      said
        == "false|There is a later result of this study: revision 3. Do not use the numbers below.|"
        + "../1.2.1.r3/index.html|true")
  }

  @Test func ofManyStudiesTheLatestAreShownAndThisOne() async throws {
    for place in 10...39 { try add(study("1.2.\(place)", mapse: 9), day: "20\(place)-05-06") }
    let said = try await ask(
      "tell(texts('tbody tr').length, texts('.own th').join(), texts('.more').join());",
      of: study("1.2.12", mapse: 9))
    #expect(said == "14|2012-05-06this study|17 more are not shown.")
  }

  @Test func awayFromItsOutboxNothingIsShown() async throws {
    let said = try await ask(
      "tell(later.hidden, studies.hidden, studies.getBoundingClientRect().height);",
      of: study("1.2.1", mapse: 9), mayComplain: true)
    #expect(said == "true|true|0")
  }
}
