import Foundation
import Testing

@testable import Platform
@testable import Study

/// One description gives what is written, what is read and what the schema says.
@Suite struct RecordFormTests {
  enum Colour: String, CaseIterable, Sendable { case red, green }

  struct Part: Recorded, Equatable {
    var length: Double?
    var mark: Double?

    static let form = RecordForm<Self>(Self.init, "part") {
      Field("length_mm", \.length, .number(1, "mm", min: 0), uncalibrated: .absent)
      Field("mark", \.mark, .number(1), presence: .whereKnown)
    }
  }

  struct Whole: Recorded, Equatable {
    var name: String
    var colour: Colour?
    var parts: [Part]
    var remarks: [String]?
    var scale: Int?

    static let form = RecordForm<Self>(
      Self.init, calibration: (key: "scale", isKnown: { $0.scale != nil })
    ) {
      Field("name", \.name, .text, "Of the whole.")
      Field("colour", \.colour, .word, presence: .added)
      Field("parts", \.parts, .list(.record))
      Field("remarks", \.remarks, .orEmpty(.list(.text)), presence: .added)
      Field("scale", \.scale, .integer())
    }
  }

  private func read(_ text: String) throws -> Whole { try Whole.form.read(Array(text.utf8)) }

  @Test func writesEachFieldInItsOrder() throws {
    let whole = Whole(name: "a", colour: .red, parts: [Part(length: 1.26, mark: 2), Part()], scale: 1)
    #expect(
      try whole.json.compact()
        == #"{"name":"a","colour":"red","parts":[{"length_mm":1.3,"mark":2.0},{"length_mm":null}],"remarks":[],"scale":1}"#
    )
  }

  @Test func leavesOutWhatHangsOnTheCalibration() throws {
    let whole = Whole(name: "a", parts: [Part(length: 1, mark: nil)])
    #expect(
      try whole.json.compact() == #"{"name":"a","colour":null,"parts":[{}],"remarks":[],"scale":null}"#)
  }

  @Test func readsFieldsInAnyOrderAndPassesOverWhatItDoesNotKnow() throws {
    let whole = try read(#"{"new":{"a":[1]},"scale":2,"parts":[{"mark":1}],"name":"a"}"#)
    #expect(whole == Whole(name: "a", colour: nil, parts: [Part(length: nil, mark: 1)], scale: 2))
  }

  @Test(arguments: [
    ("", "The file is not JSON."), ("[]", "The file has the wrong type."), ("{}", "name is missing."),
    (#"{"name":null}"#, "name has the wrong type."), (#"{"name":"a"}"#, "parts is missing."),
    (#"{"name":"a","colour":"blue"}"#, "colour has a value outside the schema."),
    (#"{"name":"a","parts":[{},{"mark":"1"}]}"#, "parts.1.mark has the wrong type."),
    (#"{"name":"a","parts":[],"scale":1.5}"#, "scale has the wrong type."),
  ])
  func saysWhatIsWrongAndWhere(text: String, sentence: String) {
    let fault = #expect(throws: RecordFault.self) { try read(text) }
    #expect(fault?.sentence == sentence)
  }

  private func schema(_ kind: RecordSchema.Kind) throws -> [String: Any] {
    let text = RecordSchema.schema(of: Whole.form, kind, head: []).laidOut()
    return try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func at(_ path: String..., in schema: Any?) -> NSObject? {
    path.reduce(schema) { ($0 as? [String: Any])?[$1] } as? NSObject
  }

  @Test func thePublishedSchemaAllowsWhatALaterVersionAdds() throws {
    let schema = try schema(.published)
    #expect(schema["required"] as? [String] == ["name", "parts", "scale"])
    #expect(schema["additionalProperties"] == nil)
    let colours = try #require(at("properties", "colour", "anyOf", in: schema) as? [Any])
    #expect(
      colours as NSArray == [["enum": ["red", "green"]], ["type": "string"], ["type": "null"]] as NSArray)
    #expect(at("properties", "parts", "items", in: schema) == ["$ref": "#/$defs/part"] as NSObject)
    #expect(
      at("$defs", "part", "properties", "length_mm", in: schema)
        == ["type": ["number", "null"], "unit": "mm", "minimum": 0] as NSObject)
    #expect(at("$defs", "part", "properties", "mark", in: schema) == ["type": "number"] as NSObject)
  }

  @Test func theStrictSchemaAllowsNothingElse() throws {
    let schema = try schema(.strict)
    #expect(schema["additionalProperties"] as? Bool == false)
    #expect(at("$defs", "part", "additionalProperties", in: schema) == false as NSObject)
    #expect(at("properties", "colour", in: schema) == ["enum": ["red", "green", NSNull()]] as NSObject)
  }

  @Test func theSchemaSaysWhatHangsOnTheCalibration() throws {
    let schema = try schema(.published)
    #expect(at("if", in: schema) == ["properties": ["scale": ["type": "null"]]] as NSObject)
    #expect(
      at("then", in: schema)
        == ["properties": ["parts": ["items": ["properties": ["length_mm": false]]]]] as NSObject)
    #expect(
      at("else", in: schema) == ["properties": ["parts": ["items": ["required": ["length_mm"]]]]] as NSObject)
  }
}
