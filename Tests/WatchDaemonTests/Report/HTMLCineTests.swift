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
    #expect(HTMLReport.areOnPage(cinesOf: [80, 76, 40]) == [true, true, true])
    #expect(HTMLReport.areOnPage(cinesOf: [most - 100, 101, 100, 1]) == [true, false, true, false])
    #expect(HTMLReport.areOnPage(cinesOf: [10_000, 30]) == [false, true])
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
