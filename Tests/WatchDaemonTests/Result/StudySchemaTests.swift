import Foundation
import TestSupport
import Testing

@testable import Study

/// The schema files are those that `StudyReport.form` gives. `HINGED_WRITE_SCHEMA=1` writes them.
@Suite struct StudySchemaTests {
  @Test(arguments: [
    (RecordSchema.Kind.published, "docs/schema/study.schema.json"),
    (.strict, "Tests/neighbours/study.strict.schema.json"),
  ])
  func theSchemaInTheCheckoutIsThatOfTheForm(kind: RecordSchema.Kind, path: String) throws {
    let schema = StudyJSON.schema(kind)
    if ProcessInfo.processInfo.environment["HINGED_WRITE_SCHEMA"] != nil {
      try schema.write(toFile: Checkout.root + "/" + path, atomically: true, encoding: .utf8)
    }
    #expect(try Checkout.text(path) == schema, "write it anew with HINGED_WRITE_SCHEMA=1")
  }

  @Test func listsTheReasonCodesAndAllowsOthers() throws {
    let schema = try JSONSerialization.jsonObject(with: Data(StudyJSON.schema(.published).utf8))
    let definitions = try #require((schema as? [String: Any])?["$defs"] as? [String: [String: Any]])
    let choices = try #require(definitions["reason"]?["anyOf"] as? [[String: Any]])
    #expect(choices.first?["enum"] as? [String] == ReasonCode.allCases.map(\.rawValue))
    #expect(choices.last?["type"] as? String == "string")
  }
}
