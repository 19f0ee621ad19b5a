import Foundation
import Testing

@testable import Platform

@Suite struct JSONReaderTests {
  private func read(_ text: String, leavingOut leftOut: [String] = []) throws -> String {
    try JSONValue(json: Array(text.utf8), leavingOut: leftOut).compact()
  }

  @Test(arguments: [
    ("null", "null"), (" [ ] ", "[]"), ("{\r\n\t\"a\" : { } }", #"{"a":{}}"#),
    ("[true,false]", "[true,false]"),
    ("[0, -0, 12, -7]", "[0,0,12,-7]"), ("[0.5, -0.25e2, 1E3, 1e-3, 1.0]", "[0.5,-25.0,1000.0,0.001,1.0]"),
    ("9223372036854775807", "9223372036854775807"), ("9223372036854775808", "9.223372036854776e+18"),
    ("\"a\\u00e9\\ud83d\\ude00\\n\\/\\\\\\\"\\t\\r\\b\\f\"", "\"aé😀\\n/\\\\\\\"\\t\\r\\u0008\\u000c\""),
    (#"{"b":1,"a":[{"c":"é"}],"b":2}"#, #"{"b":1,"a":[{"c":"é"}],"b":2}"#),
  ])
  func readsJSON(text: String, value: String) throws {
    #expect(try read(text) == value)
  }

  @Test(arguments: [
    "", " ", "{", "[1", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "[1 2]", "nul", "nulls",
    "1 1",
    "01", "-", "1.", ".5", "1e", "+1", "0x1", "NaN", "1e999", "\"", "\"a\n\"", #""\x""#, #""\u12"#,
    #""\u+123""#,
    #""\ud83d""#, #""\ud83dA""#, #""\udc00""#, "\"\\", "]", "{]", String(repeating: "[", count: 1000),
  ])
  func refusesWhatIsNone(text: String) {
    #expect(throws: JSONValue.Malformed.self) { try read(text) }
  }

  @Test func refusesTextThatIsNotUTF8() {
    #expect(throws: JSONValue.Malformed(place: 2)) { try JSONValue(json: [0x22, 0xFF, 0x22]) }
  }

  @Test(arguments: [
    (#"{"a": 1, "x": [1, {"x": 2}], "b": 2}"#, #"{"a":1,"x":[],"b":2}"#),
    (#"{"x": {"y": "}\"]"}}"#, #"{"x":null}"#), (#"{"x":["a\\"]}"#, #"{"x":[]}"#),
    (#"{"x":-1.5e3,"b":"x"}"#, #"{"x":-1500.0,"b":"x"}"#),
    (#"[{"x" :  [ ]}, {"xx": [1]}]"#, #"[{"x":[]},{"xx":[1]}]"#),
  ])
  func passesOverTheObjectsAndArraysOfAKey(text: String, lean: String) throws {
    #expect(try read(text, leavingOut: ["x"]) == lean)
  }

  /// A torn file must not be read past its end, nor taken for a whole one.
  @Test(arguments: [[], ["x"]]) func refusesEveryBeginning(leftOut: [String]) throws {
    let text = Array(#"{"x": {"y": "a\"", "z": [1, 2.5e1]}, "b": "c\\\u00e9", "d": [true, null]}"#.utf8)
    for count in 0..<text.count {
      #expect(throws: JSONValue.Malformed.self) {
        try JSONValue(json: Array(text[..<count]), leavingOut: leftOut)
      }
    }
    #expect(throws: Never.self) { try JSONValue(json: text, leavingOut: leftOut) }
  }

  @Test func readsWhatItWrites() throws {
    let value: JSONValue = .object([
      ("numbers", .array([.number(0.1), .number(1 / 3), .number(-2e-300), .number(5e300), .integer(.min)])),
      ("text \"\\\u{1}\u{7f}\n", .string("ä\u{2028}😀\u{0}")), ("none", .array([.null, .object([])])),
    ])
    for text in [try value.compact(), try value.pretty()] {
      #expect(try JSONValue(json: Array(text.utf8)).compact() == value.compact())
    }
  }
}
