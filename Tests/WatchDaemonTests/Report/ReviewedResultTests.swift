import Foundation
import Hinge
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Reports
@testable import Spool
@testable import Study
@testable import WatchDaemon

/// What documents say of a result that readers looked at, and what is counted of it.
@Suite struct ReviewedResultTests {
  private static let (first, second) = ("1.2.3.4.1", "1.2.3.4.2")

  private static func study(_ words: (reader: String?, clip: ReaderCorrection.Clip)...) throws -> StudyReport
  {
    var report = SampleReport.study
    report.clips = [MeasureSamples.clip(.a4c, uid: first), MeasureSamples.clip(.a2c, uid: second)]
    for (number, word) in words.enumerated() {
      let correction = ReaderCorrection(
        studyInstanceUID: report.study.uid, resultSHA256: String(repeating: "a", count: 64),
        reader: word.reader, clips: [word.clip])
      try #require(report.refusal(of: correction, seenIn: report) == nil)
      report.add(
        correction, sha256: SHA256.hexDigest(of: [UInt8(number)]), time: "2026-01-3\(number)T08:09:10.123Z")
    }
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    return try report.recorded()
  }

  private static func accepts(_ uid: String) -> ReaderCorrection.Clip {
    .init(sopInstanceUID: uid, verdict: .accepted)
  }
  private static func rejects(_ uid: String) -> ReaderCorrection.Clip {
    .init(sopInstanceUID: uid, verdict: .rejected)
  }
  private static func moves(_ uid: String) -> ReaderCorrection.Clip {
    .init(
      sopInstanceUID: uid,
      measurements: [
        .init(phase: .endDiastole, frame: 12, left: Point(x: 311.4, y: 388), right: Point(x: 371.9, y: 391.2))
      ])
  }

  private static func document(_ report: StudyReport, _ organization: String? = nil) -> StudyDocument {
    StudyDocument(
      report: report, sources: SampleReport.sources, uids: SampleReport.uids,
      contentTime: SampleReport.contentTime, verifyingOrganization: organization)
  }

  @Test func aResultIsAcceptedWhenEveryClipHasAVerdictAndOneIsAccepted() throws {
    #expect(try Self.study().reviewState == .unread)
    #expect(try Self.study((nil, Self.accepts(Self.first))).reviewState == .partly)
    #expect(
      try Self.study((nil, Self.moves(Self.first)), (nil, Self.accepts(Self.second))).reviewState == .partly)
    let both = try Self.study(("A", Self.accepts(Self.first)), ("B", Self.accepts(Self.second)))
    #expect(both.reviewState == .accepted && both.readers == ["A", "B"])
    #expect(both.acceptingReaders.map(\.time) == ["2026-01-30T08:09:10.123Z", "2026-01-31T08:09:10.123Z"])
    #expect(
      try Self.study((nil, Self.accepts(Self.first)), (nil, Self.rejects(Self.second))).reviewState
        == .accepted)
    #expect(
      try Self.study((nil, Self.rejects(Self.first)), (nil, Self.rejects(Self.second))).reviewState == .partly
    )
  }

  @Test func whoSetPointsAndWhoAcceptedAreToldApart() throws {
    let report = try Self.study(("Setter", Self.moves(Self.first)), ("Judge", Self.accepts(Self.first)))
    let clip = report.clips[0]
    #expect(clip.measurements[0].reader == "Setter" && clip.reader?.verdictBy == "Judge")
    let comments = PersonObserver.comments(on: clip.measurements[0], of: clip).joined(separator: " ")
    #expect(
      comments.contains("Set by the reader Setter") && comments.contains("Accepted by the reader Judge"))
    let names = PersonObserver.context(of: report).compactMap { item -> String? in
      if case .person(let name) = item.value { name } else { nil }
    }
    #expect(names == ["Setter", "Judge"])
    let page = HTMLReport.render(report: report, overlays: .init())
    #expect(page.contains("Points of the reader Setter") && page.contains("Accepted"))
  }

  @Test func noDocumentSaysThatNobodyReviewedWhatAReaderAccepted() throws {
    let none = try Self.study()
    let both = try Self.study(("Dr. A", Self.accepts(Self.first)), ("Dr. B", Self.accepts(Self.second)))
    let part = try Self.study(("Dr. A", Self.accepts(Self.first)))
    let pages = [none, both, part].map { HTMLReport.render(report: $0, overlays: .init()) }
    #expect(pages[0].contains("Nobody has verified these numbers.") && pages[0].contains(">not reviewed<"))
    #expect(pages[1].contains("Accepted by Dr. A and Dr. B.") && !pages[1].contains(">not reviewed<"))
    #expect(!pages[1].contains("Nobody has verified") && pages[1].contains(">accepted by a reader<"))
    #expect(pages[2].contains("Reviewed in part by Dr. A") && pages[2].contains(">partly reviewed<"))
    for (report, phrase) in [(none, "nobody has reviewed it"), (both, "accepted by Dr. A and Dr. B")] {
      #expect(ReviewWords.phrase(report) == phrase)
    }
  }

  @Test func fhirIsFinalForWhatAReaderAcceptedAndPreliminaryOtherwise() throws {
    func statuses(_ report: StudyReport) throws -> [String: Set<String>] {
      let text = try FHIRBundle(Self.document(report)).text()
      let bundle = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      var found: [String: Set<String>] = [:]
      for entry in try #require(bundle["entry"] as? [[String: Any]]) {
        let resource = try #require(entry["resource"] as? [String: Any])
        guard let status = resource["status"] as? String, let type = resource["resourceType"] as? String
        else {
          continue
        }
        found[type, default: []].insert(status)
      }
      return found
    }
    #expect(
      try statuses(Self.study()) == ["DiagnosticReport": ["preliminary"], "Observation": ["preliminary"]])
    let both = try Self.study(("Dr. A", Self.accepts(Self.first)), (nil, Self.accepts(Self.second)))
    #expect(try statuses(both) == ["DiagnosticReport": ["final"], "Observation": ["final"]])
    let part = try Self.study(("Dr. A", Self.accepts(Self.first)))
    #expect(
      try statuses(part) == ["DiagnosticReport": ["preliminary"], "Observation": ["final", "preliminary"]])
    #expect(try FHIRBundle(Self.document(both)).text().contains("\"display\": \"Dr. A\""))
  }

  @Test func documentsAreVerifiedOnlyWhereAnOrganizationIsConfiguredAndAReaderAccepted() throws {
    let both = try Self.study(("Dr. A", Self.accepts(Self.first)), ("Dr. B", Self.accepts(Self.second)))
    let part = try Self.study(("Dr. A", Self.accepts(Self.first)))
    func text(_ report: StudyReport, _ organization: String?) throws -> String {
      String(
        decoding: try StructuredReport.encode(Self.document(report, organization)).filter {
          $0 >= 0x20 && $0 < 0x7F
        },
        as: UTF8.self)
    }
    #expect(try text(both, nil).contains("UNVERIFIED"))
    #expect(try text(part, "St. Example").contains("UNVERIFIED"))
    let verified = try text(both, "St. Example")
    #expect(verified.contains("VERIFIED") && !verified.contains("UNVERIFIED"))
    #expect(verified.contains("St. Example") && verified.contains("20260130080910+0000"))
    var partial = both
    partial.status = .partial
    #expect(
      try text(partial, "St. Example").contains("UNVERIFIED"), "what is not complete cannot be verified")
    let pdf = EncapsulatedPDF.attributes([1, 2], of: Self.document(both, "St. Example"))
    #expect(pdf["VerificationFlag"] == .text("VERIFIED"))
  }

  /// Free text of a reader in everything that shows it.
  @Test(arguments: [
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u{1B}[2J\u{1B}]0;x\u{7}", "a\\b^c=d\\",
    "\u{202E}txt",
    "\r\nhinged_read_clips 9\r\n", "\",=1+1,\"",
  ])
  func hostileTextsHarmNothing(text: String) throws {
    var word = Self.accepts(Self.first)
    word.remark = text
    let report = try Self.study((text, word), (text, Self.moves(Self.second)))
    let page = HTMLReport.render(report: report, overlays: .init())
    #expect(!page.contains("<script>alert"))
    for scalar in page.unicodeScalars {
      let isControl =
        (scalar.value < 0x20 && scalar != "\n" && scalar != "\t") || (0x7F..<0xA0).contains(scalar.value)
      #expect(!isControl && !(0x202A...0x202E).contains(scalar.value))
      if isControl { break }
    }
    for item in PersonObserver.context(of: report) {
      if case .person(let name) = item.value {
        #expect(!name.contains { "^=\\".contains($0) } && name.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        #expect(name.count <= 64 && !name.isEmpty)
      }
    }
    let bytes = try StructuredReport.encode(Self.document(report))
    for sequence in ["\u{1B}[", "\u{1B}]", "x\u{7}"] {
      #expect(bytes.firstRange(of: Array(sequence.utf8)) == nil)
    }
    let entry = OutboxEntry(report, folder: "1", published: 0)
    let line = MeasurementsTable.line(entry)
    #expect(!line.contains("cmd") && !line.contains("script") && line.filter { $0 == "\r\n" }.count == 1)
    #expect(!entry.line.contains(where: { $0 == 0x1B }))
    let metrics = MetricsState().text(.init(readings: ReadingSums(entry.readings ?? [])), version: "1")
    #expect(!metrics.contains("hinged_read_clips 9"))
    let agreement = ReaderAgreement([report])
    #expect(!AgreementPage(agreement: agreement).render().contains("<script"))
    #expect(agreement.text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
  }

  @Test func tableAndMetricsCountWhatReadersDid() throws {
    let report = try Self.study((nil, Self.moves(Self.first)), (nil, Self.accepts(Self.second)))
    let entry = OutboxEntry(report, folder: "1", published: 0)
    let readings = try #require(entry.readings)
    #expect(readings.map(\.text) == ["A2C 1 accepted", "A4C 1 corrected"])
    #expect(try OutboxEntry.form.read(Array(entry.line)) == OutboxEntry.form.read(Array(entry.line)))
    #expect(try OutboxEntry.form.read(Array(entry.line)).readings?[1].pointsMoved == 2)
    let names = MeasurementsTable.head.trimmingCharacters(in: .newlines).components(separatedBy: ",")
    let fields = MeasurementsTable.line(entry).trimmingCharacters(in: .newlines).components(separatedBy: ",")
    #expect(Array(names.suffix(6)).first == "clips_accepted" && names.last == "read_by_view")
    func field(_ name: String) throws -> String { fields[try #require(names.firstIndex(of: name))] }
    #expect(try field("clips_accepted") == "1" && field("clips_corrected") == "1")
    #expect(try field("points_moved") == "2")
    // One point was moved by 10 pixels of 0.441 mm, the other not at all.
    #expect(try abs((Double(field("mean_point_distance (mm)")) ?? 0) - 2.205) < 0.006)
    let none = MeasurementsTable.line(OutboxEntry(try Self.study(), folder: "1", published: 0))
    #expect(none.hasSuffix(",,,,,\r\n"))
    let text = MetricsState().text(.init(readings: ReadingSums(readings + readings)), version: "1")
    #expect(text.contains("hinged_read_clips{view=\"A4C\",word=\"corrected\"} 2\n"))
    #expect(text.contains("hinged_read_points_moved{view=\"A4C\"} 4\n"))
    #expect(
      text.contains("hinged_read_frames{view=\"A4C\"} 2\n")
        && text.contains("hinged_read_frames_near{view=\"A2C\"} 4\n"))
  }

  @Test func thePageHasTheTableAndAPlotWhereDiametersWereCompared() throws {
    let moved = try Self.study((nil, Self.moves(Self.first)))
    let page = AgreementPage(agreement: ReaderAgreement([moved, moved])).render()
    #expect(page.contains("<td>A4C</td>") && page.contains("Research use only. Not for diagnosis."))
    #expect(page.components(separatedBy: "<circle").count == 5, "two differences, of the view and of all")
    let none = AgreementPage(agreement: ReaderAgreement([try Self.study()])).render()
    #expect(none.contains("No reader has set points") && !none.contains("<circle"))
  }

  /// The alert's limit is below what the card says by no more than chance.
  @Test func theAlertsLimitIsTheCards() throws {
    let rules = try Checkout.text("packaging/prometheus/hinged.rules.yml")
    let limit = try #require(
      rules.firstMatch(of: /hinged_read_frames\[30d\]\) >= 30\)\) < ([0-9.]+)/).flatMap { Double($0.1) })
    let card = try JSONDecoder().decode(
      ModelCard.self, from: Data(Checkout.text("models/camus-unet-256.json").utf8))
    for view in [EchoView.a4c, .a2c] {
      let shares = CyclePhase.allCases.compactMap {
        card.hingeErrors(view: view, phase: $0)?.bothWithin5Millimetres
      }
      let share = shares.reduce(0, +) / Double(shares.count)
      #expect(limit < share && share - limit < 0.1, "\(view)")
    }
  }
}
