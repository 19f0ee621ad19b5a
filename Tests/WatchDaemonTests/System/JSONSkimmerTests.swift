import Foundation
import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite struct JSONSkimmerTests {
  @Test(arguments: [
    (#"{"a": 1, "x": [1, {"x": 2}], "b": 2}"#, #"{"a": 1, "x": null, "b": 2}"#),
    (#"{"x": {"y": "}\"]"}}"#, #"{"x": null}"#), (#"{"x":"a\\"}"#, #"{"x":null}"#),
    (#"{"x":-1.5e3,"b":"x"}"#, #"{"x":null,"b":"x"}"#), (#"{"x":true}"#, #"{"x":null}"#),
    (#"[{"x" :\#n [ ]}, {"xx": [1]}]"#, #"[{"x" :\#n null}, {"xx": [1]}]"#),
    (#"{"b": "\"x\": 3", "c": ["x", "y"]}"#, #"{"b": "\"x\": 3", "c": ["x", "y"]}"#), ("{}", "{}"), ("", ""),
  ])
  func leavesOutTheValuesOfAKey(text: String, lean: String) {
    #expect(String(decoding: JSONSkimmer.skim(Array(text.utf8), without: ["x"]), as: UTF8.self) == lean)
  }

  /// A torn file must not be read past its end.
  @Test func endsWithTheText() {
    let text = Array(#"{"x": {"y": "a\"", "z": [1, 2]}, "b": "c\\"}"#.utf8)
    for count in 0...text.count {
      let part = Array(text[..<count])
      let lean = JSONSkimmer.skim(part, without: ["x"])
      #expect(lean.starts(with: part.prefix(5)) && lean.count <= count + "null".utf8.count, "\(count) bytes")
    }
  }

  @Test func aSummaryIsThatOfTheWholeRecord() throws {
    let json = try StudyJSON.encode(SampleReport.study)
    #expect(try StudySummary(json: Array(json)) == StudySummary(StudyJSON.decode(json)))
  }
}
