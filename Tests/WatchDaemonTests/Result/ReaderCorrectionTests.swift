import Foundation
import Hinge
import TestSupport
import Testing

@testable import Lab
@testable import Platform
@testable import Reports
@testable import Study

/// A reader's correction: what is refused, and what becomes of a result.
@Suite struct ReaderCorrectionTests {
  private static let digest = String(repeating: "a", count: 64)
  private static let clip = SampleReport.measuredUID

  private static func text(_ clips: String, study: String = "1.2.3.4", reader: String = "R") -> String {
    """
    {"schema": "hinged.correction/1", "study_uid": "\(study)", "result_sha256": "\(digest)", "reader": "\(reader)",
     "clips": [\(clips)]}
    """
  }

  private static func said(_ members: String) -> String { "{\"sop_instance_uid\": \"\(clip)\", \(members)}" }

  private static func points(_ phase: String = "ED", _ frame: Int = 12, _ left: String, _ right: String)
    -> String
  {
    said(
      """
      "measurements": [{"phase": "\(phase)", "frame": \(frame), "left": [\(left)], "right": [\(right)]}]
      """)
  }

  private static func correction(_ clips: String) throws -> ReaderCorrection {
    try ReaderCorrection(Array(text(clips).utf8))
  }

  private static var report: StudyReport {
    get throws {
      var report = SampleReport.study
      var beat = MeasureSamples.beat(12)
      (beat.esFrame, beat.nextEDFrame) = (31, nil)
      report.clips[0] = MeasureSamples.clip(.a4c, beats: [beat])
      report.clips[0].pixels = String(repeating: "b", count: 64)
      for index in 0..<2 {
        report.clips[0].measurements[index].contours = .init(
          ventricle: [
            Point(x: 300, y: 388), Point(x: 280, y: 250), Point(x: 336, y: 120), Point(x: 390, y: 250),
            Point(x: 372, y: 389),
          ],
          atrium: [
            Point(x: 300, y: 392), Point(x: 372, y: 393), Point(x: 380, y: 480), Point(x: 290, y: 480),
          ])
      }
      report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
      return try report.recorded()
    }
  }

  private static func corrected(_ clips: String...) throws -> StudyReport {
    var report = try report
    for (index, clip) in clips.enumerated() {
      let correction = try correction(clip)
      #expect(report.refusal(of: correction, seenIn: report) == nil)
      report.add(correction, sha256: SHA256.hexDigest(of: [UInt8(index)]))
    }
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    return try report.recorded()
  }

  @Test(arguments: [
    ("{\"schema\": \"hinged.correction/2\"}", "schema is not hinged.correction/1"),
    (text(said("\"view\": \"A9C\"")), "view has a value outside the schema"),
    (text(said("\"verdict\": \"perhaps\"")), "verdict has a value outside the schema"),
    (text(points("MD", 1, "1, 2", "3, 4")), "phase has a value outside the schema"),
    (text(points("ED", 1, "NaN, 2", "3, 4")), "is not JSON"),
    (text(points("ED", 1, "1e999, 2", "3, 4")), "is not JSON"),
    (text(points("ED", 1, "1", "3, 4")), "left has a value outside the schema"),
    (text(said("\"verdict\": \"accepted\""), study: "../x"), "study_uid is no valid UID"),
    (
      text(said("\"verdict\": \"accepted\""), reader: String(repeating: "x", count: 10_001)),
      "longer than 10000"
    ),
    (text(said("\"remark\": \"\(String(repeating: "x", count: 10_001))\"")), "longer than 10000"),
    (text(""), "says nothing of any clip"), (text(said("\"file\": 1")), "Nothing is said of clip"),
    (text(said("\"verdict\": \"accepted\"") + "," + said("\"view\": \"A4C\"")), "A clip is listed twice"),
    (text(said("\"remark\": \"\(String(repeating: "x", count: 1 << 20))\"")), "larger than 1 MiB"),
  ])
  func saysWhyACorrectionIsNone(text: String, sentence: String) throws {
    let refusal = #expect(throws: ReaderCorrection.Refusal.self) { try ReaderCorrection(Array(text.utf8)) }
    #expect(refusal?.sentence.contains(sentence) == true, "\(refusal?.sentence ?? "-")")
  }

  @Test(arguments: [
    (points("ED", 12, "-1, 2", "3, 4"), "outside the frame of 800 x 600"),
    (points("ED", 12, "1, 2", "800, 4"), "outside the frame of 800 x 600"),
    (points("ED", 40, "1, 2", "3, 4"), "frames 0 to 39"),
    (points("ED", -1, "1, 2", "3, 4"), "frames 0 to 39"),
    (points("ED", 12, "5, 2", "3, 4"), "does not lie left"),
    (points("ED", 33, "1, 2", "3, 4"), "does not come before end systole"),
    ("{\"sop_instance_uid\": \"1.9\", \"verdict\": \"accepted\"}", "The study has no clip 1.9"),
  ])
  func saysWhyAResultCannotTakeACorrection(clips: String, sentence: String) throws {
    let (report, correction) = (try Self.report, try Self.correction(clips))
    let refusal = report.refusal(of: correction, seenIn: report)
    #expect(refusal?.contains(sentence) == true, "\(refusal ?? "-")")
  }

  @Test func aRuleOfTheConfigurationOutranksAReadersView() throws {
    var report = try Self.report
    report.clips[0].view.source = .rule
    func refusal(_ view: String) throws -> String? {
      try report.refusal(of: Self.correction(Self.said("\"view\": \"\(view)\"")), seenIn: report)
    }
    let sentence = "a rule of the configuration says that it shows A4C, and outranks"
    #expect(try refusal("A2C")?.contains(sentence) == true)
    #expect(try refusal("A4C") == nil)
    report.clips[0].view.source = .operator
    #expect(try refusal("A2C") == nil, "what --view said was said of one call")
  }

  @Test func refusesWhatWasSaidOfAnotherResultOrClip() throws {
    let (report, correction) = (try Self.report, try Self.correction(Self.said("\"verdict\": \"accepted\"")))
    #expect(report.refusal(of: correction, seenIn: nil)?.contains("no result of this study") == true)
    var other = report
    other.clips[0].pixels = String(repeating: "c", count: 64)
    #expect(report.refusal(of: correction, seenIn: other)?.contains("is another one") == true)
    other = report
    other.study.revision = 7
    #expect(report.refusal(of: correction, seenIn: other) == nil, "a superseded result of the same clip")
  }

  @Test func readersPointsStandWithTheProgramsBesideThem() throws {
    let before = try Self.report
    let report = try Self.corrected(Self.points("ED", 12, "303.401, 380.25", "370.9, 391.2"))
    let measurement = report.clips[0].measurements[0]
    #expect(measurement.source == .reader)
    #expect(measurement.hingePoints.map(\.x) == [303.401, 370.9])
    #expect(measurement.hingePoints.allSatisfy { $0.source == .reader && $0.errorMillimetres == nil })
    #expect(measurement.hingePoints.map(\.site) == [.septal, .lateral])
    let machine = try #require(measurement.machine)
    #expect(machine.hingePoints == before.clips[0].measurements[0].hingePoints)
    let expected = PixelSpacing(x: 0.441, y: 0.441).distance(
      Point(x: 303.401, y: 380.25), Point(x: 370.9, y: 391.2))
    #expect(abs((measurement.annulusDiameterMillimetres ?? 0) - expected) < 0.006)
    let study = report.studyMeasurements.first { $0.name == "Mitral annulus diameter A4C ED" }
    #expect(study?.value.map { abs($0 - expected) < 0.011 } == true)
    #expect(report.clips[0].withoutReader == before.clips[0], "the program's clip is all there")
  }

  @Test func excursionStaysWithPointsThatStayAndMovesWithThoseThatMove() throws {
    func excursion(_ report: StudyReport) -> BeatGeometry.Excursion? {
      report.clips[0].beats[0].geometry?.excursion
    }
    let own = try #require(excursion(try Self.report))
    let same = try Self.corrected(Self.points("ED", 12, "301.4, 388", "371.9, 391.2"))
    #expect(excursion(same) == own)
    let lower = try #require(
      excursion(try Self.corrected(Self.points("ED", 12, "301.4, 398", "371.9, 401.2"))))
    #expect(abs(lower.left - own.left - 4.4) < 0.1 && abs(lower.right - own.right - 4.4) < 0.1)
  }

  @Test func framesWithoutOutlinesWithholdVolumesAndKeepTheDiameter() throws {
    let report = try Self.corrected(Self.points("ED", 10, "303, 380", "370, 391"))
    let beat = report.clips[0].beats[0]
    #expect(beat.edFrame == 10 && beat.source == .reader && beat.machine?.edFrame == 12)
    #expect(beat.geometry?.endDiastole.ventricle == nil)
    #expect(beat.geometry?.endDiastole.ventricleWithheld == .frameChosenByReader)
    #expect(beat.geometry?.endDiastole.diameter != nil)
    let volume = report.studyMeasurements.first { $0.name == "LV volume A4C ED" }
    #expect(volume?.value == nil && volume?.withheld == .frameChosenByReader)
  }

  @Test func aViewGivesTheEndsOfTheAnnulusTheirNames() throws {
    let clip = try Self.corrected(Self.said("\"view\": \"A2C\"")).clips[0]
    #expect(clip.view.code == .a2c && clip.view.source == .reader && clip.view.machine?.code == .a4c)
    #expect(clip.measurements[0].hingePoints.map(\.site) == [.inferior, .anterior])
    #expect(clip.measurements[0].confidence == nil && clip.measurements[0].machine?.confidence == 0.93)
    let other = try Self.corrected(Self.said("\"view\": \"other\"")).clips[0]
    #expect(other.measurements.allSatisfy { $0.withheld == .notApical })
  }

  @Test func aRejectedClipGivesNoNumberAndALaterWordTakesItBack() throws {
    let rejected = try Self.corrected(Self.said("\"verdict\": \"rejected\", \"remark\": \"cut\""))
    #expect(rejected.clips[0].measurements.allSatisfy { $0.withheld == .rejectedByReader })
    #expect(rejected.studyMeasurements.allSatisfy { $0.value == nil || $0.from != [Self.clip] })
    #expect(
      rejected.studyMeasurements.first { $0.name == "LV volume A4C ED" }?.withheld == .rejectedByReader)
    let accepted = try Self.corrected(
      Self.said("\"verdict\": \"rejected\""), Self.said("\"verdict\": \"accepted\""))
    #expect(accepted.clips[0].measurements.allSatisfy { $0.withheld == nil && !$0.review })
    #expect(accepted.clips[0].reader?.verdict == .accepted)
    #expect(accepted.corrections?.count == 2)
  }

  @Test func wordsAreSaidAgainOfTheSamePixelsAndWaitForOthers() throws {
    let corrected = try Self.corrected(Self.points("ED", 12, "303, 380", "370, 391"))
    var again = try Self.report
    again.corrections = corrected.corrections
    again.applyCorrections()
    #expect(try again.recorded().clips == corrected.clips)
    again.applyCorrections()
    #expect(try again.recorded().clips == corrected.clips)
    var other = try Self.report
    other.clips[0].pixels = String(repeating: "c", count: 64)
    other.corrections = corrected.corrections
    other.applyCorrections()
    #expect(other.clips[0].reader == nil && other.corrections?[0].clips[0].isEarlier == true)
    #expect(other.clips[0].measurements[0].reviewReasons.contains("earlier-readers-word"))
  }

  /// `HINGED_WRITE_SCHEMA=1` writes it.
  @Test func theSchemaInTheCheckoutIsThatOfTheForm() throws {
    let (path, schema) = ("docs/schema/correction.schema.json", ReaderCorrection.jsonSchema())
    if ProcessInfo.processInfo.environment["HINGED_WRITE_SCHEMA"] != nil {
      try schema.write(toFile: Checkout.root + "/" + path, atomically: true, encoding: .utf8)
    }
    #expect(try Checkout.text(path) == schema, "write it anew with HINGED_WRITE_SCHEMA=1")
  }

  @Test func hostileTextsBecomeNoMarkupAndNoName() throws {
    let hostile = "<script>alert(1)</script>\\\"'=cmd|' /C calc'!A0 \\u202e \\u001b[31m ^a\\\\b"
    let report = try Self.corrected(Self.said("\"verdict\": \"accepted\", \"remark\": \"\(hostile)\""))
    var named = report
    named.clips[0].reader?.name = "<img src=x>^=\\\u{1b}[2J"
    let page = HTMLReport.render(report: named, overlays: .init())
    #expect(!page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("\u{1b}"))
    #expect(page.contains("&lt;script&gt;alert(1)"))
    #expect(PersonObserver.name("<img src=x>^=\\\u{1b}[2J") == "<img srcx>[2J")
    #expect(PersonObserver.name(nil) == "Reader" && PersonObserver.name("\u{7}^") == "Reader")
    #expect(PersonObserver.name(String(repeating: "é", count: 90)).count == 64)
  }

  @Test func countsWhatReadersDidAndHowFarTheyMovedPoints() throws {
    let moved = try Self.corrected(Self.points("ED", 12, "311.4, 388", "371.9, 391.2"))
    let accepted = try Self.corrected(Self.said("\"verdict\": \"accepted\""))
    let rejected = try Self.corrected(Self.said("\"verdict\": \"rejected\""))
    let tally = try #require(ReaderAgreement([moved, accepted, rejected, try Self.report]).views.first)
    #expect(tally.name == "A4C")
    #expect(tally.tally.accepted == 1 && tally.tally.corrected == 1 && tally.tally.rejected == 1)
    #expect(tally.tally.distances.count == 2 && abs((tally.tally.meanDistance ?? 0) - 2.205) < 0.001)
    #expect(tally.tally.frames == 3 && tally.tally.framesWithin5Millimetres == 3)
  }
}
