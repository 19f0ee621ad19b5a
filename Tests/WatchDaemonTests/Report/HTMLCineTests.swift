import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Reports
@testable import Spool
@testable import Study

/// The page with a cine and with the study's measures.
@Suite struct HTMLCineTests {
  @Test func onlyItsOwnScriptMayRun() throws {
    let page = try SamplePage.text()
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
    let page = try SamplePage.text()
    let list = try #require(
      page.components(separatedBy: "<script type=\"application/json\">").last?
        .components(separatedBy: "</script>").first)
    let frames = try JSONDecoder().decode([Data].self, from: Data(list.utf8))
    #expect(frames.count == 12 && frames.allSatisfy { $0.prefix(2) == Data([0xFF, 0xD8]) })
    #expect(page.contains("data-marks=\"2:ED 7:ES 22:ED 34:ES\""))
  }

  /// A page of hundreds of megabytes is opened by nobody, and one that is put together takes memory from the clips.
  @Test func leavesCinesOutThatItHasNoRoomFor() throws {
    let most = HTMLReport.mostCineFrames
    func areOnPage(_ frames: [Int], without: Set<Int> = []) -> [Bool] {
      HTMLReport.areOnPage(
        cinesOf: frames.enumerated().map { place, count in
          var clip = MeasureSamples.clip(.a4c)
          (clip.frames, clip.status) = (count, without.contains(place) ? .indeterminate : .measured)
          return clip
        })
    }
    #expect(areOnPage([80, 76, 40]) == [true, true, true])
    #expect(areOnPage([most - 100, 101, 100, 1]) == [true, false, true, false])
    #expect(areOnPage([10_000, 30]) == [false, true])
    let measuredFirst = areOnPage([most - 100, 101, 80], without: [0])
    #expect(measuredFirst == [false, true, true])
  }

  /// What has no beat can be looked at all the same, and a reader can say where its end diastole and end systole are.
  @Test func aClipWithoutAMeasurementIsShownToBeCorrected() throws {
    var report = SampleReport.study
    report.clips = [report.clips[0]]
    (report.clips[0].status, report.clips[0].reason) = (.indeterminate, .noFullBeat)
    (report.clips[0].measurements, report.clips[0].beats) = ([], [])
    let place = HTMLReport.Cine.Place(left: 0, top: 0, scaleX: 1, scaleY: 1, width: 64, height: 48)
    let frames = (0..<4).map { _ in Data(JPEGBytes.flat(rows: 48, columns: 64, components: [9])) }
    func page(_ cines: [String: HTMLReport.Cine]) throws -> String {
      HTMLReport.render(report: try report.recorded(), overlays: .init(), cines: cines)
    }
    let shown = try page([report.clips[0].sopInstanceUID: .init(frames: frames, place: place)])
    #expect(shown.contains("<h2>Clips without a measurement</h2>"))
    #expect(!shown.contains("<h2>Measured clips</h2>"))
    #expect(shown.contains("Correct clip 1") && shown.contains("Save correction"))
    #expect(!shown.contains("data-do=\"ED\"") && !shown.contains("D goes to end diastole and"))
    let without = try page([:])
    #expect(!without.contains("Correct clip 1") && !without.contains("Save correction"))
  }

  @Test func isWellFormed() throws {
    var text = try SamplePage.text()
    for void in ["<meta ", "<img ", "<input "] {
      text = text.replacing(try Regex("(\(void)[^>]*)>"), with: { "\($0.output[1].substring ?? "")/>" })
    }
    text = text.replacing("<!DOCTYPE html>", with: "")
    // What a script says is no markup.
    text = text.replacing(try Regex("(?s)(<script>).*?(</script>)"), with: "<script></script>")
    #expect(XMLBalance.fault(in: text) == nil)
  }

  @Test func everyMeasureOnThePageIsThatOfTheRecord() throws {
    let page = try SamplePage.text()
    let record = try SamplePage.report.recorded()
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

  @Test func givesRangesConfidenceAndMethods() throws {
    let page = try SamplePage.text()
    for text in [
      "93 %", "by beat: 12.0, 12.3", "pi/4 · L/20", "Withheld, and why",
    ] {
      #expect(page.contains(text), "\(text)")
    }
  }
}
