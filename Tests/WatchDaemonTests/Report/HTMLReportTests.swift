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

@Suite struct HTMLReportTests {
  private func page(_ report: StudyReport = SampleReport.study) -> String {
    var overlays = HTMLReport.Overlays()
    overlays[SampleReport.measuredUID, .endDiastole] = [1, 2, 3]
    return HTMLReport.render(report: report, overlays: overlays)
  }

  @Test func saysWhatItIsFor() {
    #expect(page().components(separatedBy: "Research use only. Not for diagnosis.").count == 3)
  }

  @Test func holdsItsPicturesAndNothingFromOutside() {
    // The name of SVG's elements is no address that anything is fetched from.
    let page = page().replacing("http://www.w3.org/2000/svg", with: "")
    #expect(page.contains("src=\"data:image/png;base64,AQID\""))
    for foreign in ["http://", "https://", "<script src", "@import", "url(", "<link"] {
      #expect(!page.contains(foreign), "\(foreign)")
    }
    #expect(page.contains("default-src 'none'"))
  }

  @Test func isWellFormed() throws {
    var text = page()
    for void in ["<meta ", "<img ", "<input "] {
      text = text.replacing(try Regex("(\(void)[^>]*)>"), with: { "\($0.output[1].substring ?? "")/>" })
    }
    text = text.replacing("<!DOCTYPE html>", with: "")
    #expect(XMLBalance.fault(in: text) == nil)
  }

  @Test func givesTheNumbersAndTheirRanges() {
    let page = page()
    for text in [
      "31.1 mm", "Septal (aMVL): 301.4, 388.0", "x −1.9 to 2.1, y −1.0 to 1.1 mm", "93 %", "frame 13",
      "13.2 mm", "MAPSE", "CC0-1.0", "apical four-chamber",
    ] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test func explainsWhatHasNoNumber() {
    let page = page()
    for reason in [ReasonCode.colourDoppler, .lowConfidence, .noCalibration, .notDICOM] {
      #expect(page.contains(HTML.escaped(ReasonText.sentence(reason))), "\(reason.rawValue)")
    }
    #expect(page.contains("Send the same view without colour flow."))
  }

  private func viewed(_ view: ClipReport.View) -> StudyReport {
    var report = SampleReport.study
    report.clips = [MeasureSamples.clip(view.code)]
    report.clips[0].view = view
    if view.source == .picture { report.clips[0].doubt([.viewFromPicture]) }
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    return report
  }

  @Test func marksEveryNumberWhoseViewThePictureSays() {
    let page = page(
      viewed(
        .init(code: .a4c, source: .picture, probability: 0.98, candidates: ["A4C": 0.98], mirrored: false)))
    #expect(page.contains("1 clip with the view from the picture") && page.contains("from the picture, 98 %"))
    #expect(page.contains("<span class=\"badge warn\">to be confirmed</span>"))
    #expect(!page.contains(">to be reviewed") && !page.contains("to be reviewed:"))
    let reported = page.components(separatedBy: "to be confirmed: view").count - 1
    let ofTheView = StudyMeasures.measurements(of: [MeasureSamples.clip(.a4c)]).filter {
      $0.value != nil && $0.viewSource != nil
    }
    #expect(reported == ofTheView.count && reported > 10)
  }

  @Test func saysWhereTheViewIsUnknownAndWhatToDo() {
    let page = page(
      viewed(.init(code: .apical, source: .model, candidates: ["A4C": 0.7, "A2C": 0.2], mirrored: false)))
    #expect(
      page.contains("View unknown in 1 clip: state it with --view or a view rule of the configuration."))
    #expect(page.contains("view unknown (A4C 70 %, A2C 20 %)"))
    #expect(!self.page(viewed(.init(code: .a4c, source: .tag, mirrored: false))).contains("view unknown"))
  }

  @Test func saysByWhatAClipWasChosen() {
    var report = SampleReport.study
    report.clips = [
      MeasureSamples.clip(.a4c, uid: "1.1", beats: [MeasureSamples.beat(length: 60)]),
      MeasureSamples.clip(.a4c, uid: "1.2"),
    ]
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    let page = page(report)
    #expect(page.contains("also of this view: clip 1 · clip 2 chosen for the longer ventricle"))
    #expect(page.contains("not so in clip 1"))
  }

  @Test func keepsAWithheldDiameterToItself() {
    var report = SampleReport.study
    report.clips[0].measurements[0].withheld = .atSectorEdge
    #expect(!page(report).contains("31.1 mm"))
  }

  @Test func showsPixelsWithoutSpacing() {
    var report = SampleReport.study
    report.clips[1].measurements[0].withheld = nil
    #expect(page(report).contains("60.0 px"))
  }

  @Test func escapesHostileText() {
    var report = SampleReport.study
    let hostile = "<script>alert('x')</script>\"&\u{202e}\u{0}"
    report.clips[0].file = hostile
    report.clips[2].detail = hostile
    report.model.name = hostile
    report.clips[0].measurements[0].reviewReasons = [hostile]
    report.clips[0].measurements[0].review = true
    let page = page(report)
    #expect(!page.contains("<script>alert"))
    #expect(!page.contains("\u{202e}") && !page.contains("\u{0}"))
    #expect(
      page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;\u{FFFD}\u{FFFD}"))
  }

  @Test func interruptsACurveWhereAFrameGaveNothing() throws {
    let chart = CurveChart(
      frames: [0, 1, 2, 3, 4], panels: [.init(title: "LV area", unit: "cm²", values: [1, 2, nil, 2, 1])],
      beats: [.init(edFrame: 0, esFrame: 3, source: .areaCurve, reference: true)], frameTimeMilliseconds: 20)
    let svg = try #require(chart.svg()).text
    #expect(svg.components(separatedBy: "<polyline").count == 3)
    #expect(svg.contains(">ED</text>") && svg.contains(">ES</text>") && svg.contains("time (s)"))
    #expect(XMLBalance.fault(in: svg) == nil)
  }

  @Test func drawsNoCurveOfOnePoint() {
    let panel = CurveChart.Panel(title: "LV area", unit: "cm²", values: [1])
    #expect(CurveChart(frames: [0], panels: [panel], beats: [], frameTimeMilliseconds: nil).svg() == nil)
  }

  @Test(arguments: [
    (0.0, 1.0), (12.3, 45.6), (0.001, 0.0011), (5, 5), (-3, 7), (0, 3.4e6), (31.0, 31.01),
  ])
  func axisHoldsTheRangeInFewTicks(low: Double, high: Double) {
    let axis = NiceAxis(from: low, to: high)
    #expect(axis.low <= low && axis.high >= high && axis.low < axis.high)
    #expect((2...8).contains(axis.ticks.count))
    #expect(Set(axis.ticks.map { Decimal.text($0, axis.decimals) }).count == axis.ticks.count)
  }

  @Test(arguments: [
    (31.149, 1, "31.1"), (-0.04, 1, "0.0"), (-1.25, 1, "-1.3"), (0.5, 0, "1"), (.nan, 1, "-"),
    (.infinity, 2, "-"), (0.05, 2, "0.05"),
  ])
  func writesDecimals(value: Double, decimals: Int, text: String) {
    #expect(Decimal.text(value, decimals) == text)
  }

  @Test func leavesOutColumnsThatNothingFills() {
    var report = SampleReport.study
    for clip in report.clips.indices {
      for index in report.clips[clip].measurements.indices {
        report.clips[clip].measurements[index].confidence = nil
        for point in 0..<2 {
          report.clips[clip].measurements[index].hingePoints[point].errorMillimetres = nil
        }
      }
    }
    let page = page(report)
    #expect(!page.contains(">Confidence<") && !page.contains(">Expected error"))
  }

  @Test func hasWordsForEveryReviewReason() {
    let words = ReviewReason.allCases.map { ReasonText.words(review: $0.rawValue) }
    #expect(Set(words).isDisjoint(with: ReviewReason.allCases.map(\.rawValue)))
    #expect(ReasonText.words(review: "unheard-of") == "unheard-of")
  }

  @Test func hasASentenceForEveryReason() {
    let sentences = ReasonCode.allCases.map(ReasonText.sentence)
    #expect(Set(sentences).count == sentences.count)
    for text in sentences + ReasonCode.allCases.compactMap(ReasonText.remedy) {
      #expect(text.hasSuffix(".") && text.first?.isUppercase == true, "\(text)")
    }
  }
}

/// Whether every element of a page is closed in its turn.
enum XMLBalance {
  static func fault(in text: String) -> String? {
    var open: [Substring] = []
    for part in text.split(separator: "<").dropFirst(text.first == "<" ? 0 : 1) {
      guard let end = part.firstIndex(of: ">") else { return "unclosed tag \(part.prefix(20))" }
      let tag = part[..<end]
      let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
      if tag.hasPrefix("/") {
        guard open.popLast() == name else { return "\(name) closes something else" }
      } else if !tag.hasSuffix("/") {
        open.append(name)
      }
    }
    return open.isEmpty ? nil : "\(open) stay open"
  }
}
