import Foundation
import TestSupport
import Testing

@testable import WatchDaemon

/// The page with a cine and with the study's measures.
@Suite struct HTMLCineTests {
  private static let report: StudyReport = {
    var report = SampleReport.study
    report.clips[0] = MeasureSamples.clip(
      .a4c, uid: SampleReport.measuredUID,
      beats: [
        MeasureSamples.beat(2, isReference: true), MeasureSamples.beat(22, left: 12.34, isReference: false),
      ])
    report.clips[0].beats[0].esFrame = 7
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    return report
  }()

  private func page(frames: Int = 12) -> String {
    let cine = HTMLReport.Cine(
      frames: (0..<frames).map { frame in
        Data(JPEGBytes.flat(rows: 48, columns: 64, components: [UInt8(20 * (frame % 12))]))
      })
    return HTMLReport.render(
      report: Self.report, overlays: .init(), cines: [SampleReport.measuredUID: cine])
  }

  @Test func onlyItsOwnScriptMayRun() throws {
    let page = page()
    #expect(page.components(separatedBy: "<script>").count == 2)
    let script = try #require(
      page.components(separatedBy: "<script>").last?.components(separatedBy: "</script>").first)
    var hash = SHA256()
    hash.update(Array(script.utf8))
    #expect(page.contains("script-src &#39;sha256-\(Data(hash.finish()).base64EncodedString())&#39;"))
    for foreign in ["http:", "https:", "@import", "url(", "<link", " onclick", " src=\"/"] {
      #expect(!page.contains(foreign), "\(foreign)")
    }
  }

  @Test func holdsEveryFrameAndSaysWhereItStops() throws {
    let page = page()
    let list = try #require(
      page.components(separatedBy: "<script type=\"application/json\">").last?
        .components(separatedBy: "</script>").first)
    let frames = try JSONDecoder().decode([Data].self, from: Data(list.utf8))
    #expect(frames.count == 12 && frames.allSatisfy { $0.prefix(2) == Data([0xFF, 0xD8]) })
    #expect(page.contains("data-marks=\"2:ED 7:ES 22:ED 34:ES\""))
  }

  @Test func isWellFormed() throws {
    var text = page()
    for void in ["<meta ", "<img ", "<input "] {
      text = text.replacing(try Regex("(\(void)[^>]*)>"), with: { "\($0.output[1].substring ?? "")/>" })
    }
    text = text.replacing("<!DOCTYPE html>", with: "")
    // What a script says is no markup.
    text = text.replacing(try Regex("(?s)(<script>).*?(</script>)"), with: "<script></script>")
    #expect(XMLBalance.fault(in: text) == nil)
  }

  @Test func everyMeasureOnThePageIsThatOfTheRecord() throws {
    let page = page()
    let record = try StudyJSON.decode(StudyJSON.encode(Self.report))
    for measure in record.studyMeasurements {
      if let value = measure.value {
        let text = Decimal.text(value, 1).replacing("-", with: "−")
        #expect(
          page.contains("<data value=\"\(value)\">\(text) \(UnitText.of(measure.unit))</data>"),
          "\(measure.name)")
      } else {
        #expect(page.contains(HTML.escaped(ReasonText.sentence(measure.withheld ?? .notDICOM))))
      }
    }
    let shown = page.components(separatedBy: "<data value=\"").dropFirst().compactMap {
      Double($0.prefix { $0 != "\"" })
    }
    let known =
      record.studyMeasurements.compactMap(\.value)
      + record.clips.flatMap(\.measurements).flatMap {
        [$0.annulusDiameterMillimetres, $0.annulusDiameterPixels].compactMap { $0 }
      }
    #expect(!shown.isEmpty && Set(shown).isSubset(of: Set(known)))
  }

  @Test func givesRangesConfidenceAndMethods() {
    let page = page()
    for text in [
      "22 to 38 mm", "12 to 15 mm", "93 %", "by beat: 12.0, 12.3", "pi/4 · L/20", "Withheld, and why",
    ] {
      #expect(page.contains(text), "\(text)")
    }
  }

  private static let chromium = "/usr/bin/chromium"
  private static let hasChromium = FileManager.default.isExecutableFile(atPath: chromium)

  private func dom(_ page: String) throws -> ProgramRun {
    let folder = try TestSupport.ScratchFolder()
    let file = folder.path + "/index.html"
    try Data(page.utf8).write(to: URL(fileURLWithPath: file))
    return try ProgramRun.of(
      Self.chromium,
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
        "--virtual-time-budget=3000",
        "--user-data-dir=\(folder.path)/profile", "--dump-dom", "file://\(file)",
      ])
  }

  @Test(.enabled(if: hasChromium, "needs chromium")) func aBrowserRunsItWithoutComplaint() throws {
    let run = try dom(page())
    #expect(run.output.contains("class=\"js\""), "the script ran under the page's own policy")
    #expect(run.output.contains("aria-valuetext=\"frame 3 of 12, end diastole\""))
    #expect(!run.errors.contains("CONSOLE"), "\(run.errors)")
  }

  /// Keys, slider and stops, driven by a script that the page's policy would refuse.
  @Test(.enabled(if: hasChromium, "needs chromium")) func theCineStepsPlaysAndStopsAtTheMarks() throws {
    let driver = """
      <script>
      const cine = document.querySelector('.cine'), slider = cine.querySelector('input');
      const key = k => cine.dispatchEvent(new KeyboardEvent('keydown', {key: k, bubbles: true}));
      const said = [];
      const tell = () => said.push(slider.value);
      key('ArrowRight'); tell(); key('Home'); tell(); key('ArrowLeft'); tell(); key('s'); tell(); key('d'); tell();
      slider.value = 5; slider.dispatchEvent(new Event('input')); tell();
      key(' ');
      setTimeout(() => { tell(); document.title = said.join(' '); }, 1500);
      </script>
      """
    let free = try page().replacing(Regex("<meta http-equiv[^>]*>"), with: "").replacing(
      "</body>", with: driver + "</body>")
    let run = try dom(free)
    #expect(run.output.contains("<title>3 0 11 7 2 5 7</title>"), "\(run.errors)")
  }
}
