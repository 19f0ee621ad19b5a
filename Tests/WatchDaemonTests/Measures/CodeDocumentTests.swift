import Foundation
import TestSupport
import Testing

@testable import Reports
@testable import Study

/// `docs/CODES.md`: the part between its marks is made from the table of measures. `HINGED_WRITE_CODES=1` writes it anew.
@Suite struct CodeDocumentTests {
  private static let file = Checkout.root + "/docs/CODES.md"
  private static let marks = ("<!-- made from MeasureTable -->", "<!-- to here -->")

  private static func text(_ code: CodedConcept) -> String {
    "(\(code.value), \(code.scheme), \(code.meaning))"
  }

  /// Where the echo report has the measure, and under which code.
  private static func place(_ measure: Measure) -> String {
    let echo = EchoMeasurement(measure: measure)
    return switch echo.form {
    case .preCoordinated(let code): "TID 5301, \(text(code))"
    case .postCoordinated(let property, let type):
      "TID 5302, \(text(echo.code)): \(text(property)), \(text(type))"
    case .adhoc(let code): "TID 5303, \(text(code))"
    }
  }

  private static var table: String {
    let rows = MeasureTable.measures.map { measure in
      let code = measure.code ?? EchoMeasurement(measure: measure).code
      let modifiers = measure.modifiers.map { text($0.valueCode) }.joined(separator: " ")
      let ranges = measure.ranges.map(\.words).joined(separator: ", ")
      return
        "| \(measure.name) | \(measure.unit) | \(text(code)) | \(modifiers) | \(place(measure)) | \(ranges) |"
    }
    return
      ([
        "| measure | UCUM | code | site, view, cycle point, method | echo report | usual |",
        "|---|---|---|---|---|---|",
      ]
      + rows).joined(separator: "\n")
  }

  @Test func theDocumentHasTheCodeAndTheRangeOfEveryMeasure() throws {
    let document = try Checkout.text("docs/CODES.md")
    let (start, end) = Self.marks
    let head = try #require(document.components(separatedBy: start).first)
    let tail = try #require(document.components(separatedBy: end).last)
    let made = "\(head)\(start)\n\n\(Self.table)\n\n\(end)\(tail)"
    if ProcessInfo.processInfo.environment["HINGED_WRITE_CODES"] != nil {
      try made.write(toFile: Self.file, atomically: true, encoding: .utf8)
    } else {
      #expect(document == made, "write it anew with HINGED_WRITE_CODES=1")
    }
  }

  @Test func oneMeasureHasOneCode() {
    let told = MeasureTable.measures.map { measure in
      let code = measure.code ?? EchoMeasurement(measure: measure).code
      return ([code] + measure.modifiers.map(\.valueCode)).map(Self.text).joined()
    }
    #expect(Set(told).count == told.count)
    let echo = MeasureTable.measures.map { EchoMeasurement(measure: $0).shortLabel }
    #expect(Set(echo).count == echo.count)
  }

  @Test(.enabled(if: Neighbour.isPresent, "needs HINGED_PYTHON"))
  func everyCodeIsOneOfTheStandardsOrListed() throws {
    let run = try Neighbour.run(
      "check_codes.py", [Checkout.root + "/Sources", Self.file])
    #expect(run.status == 0, "\(run.errors)")
  }
}
