import Foundation
import Hinge
import Testing

@testable import Clips
@testable import Study

@Suite("docs/REASONS.md")
struct ReasonDocumentTests {
  private let text: String

  init() throws {
    let file = URL(fileURLWithPath: #filePath)
      .appendingPathComponent("../../../../docs/REASONS.md").standardizedFileURL
    text = try String(contentsOf: file, encoding: .utf8)
  }

  @Test(arguments: ReasonCode.allCases)
  func hasEveryReasonWithItsSentenceAndRemedy(_ reason: ReasonCode) {
    let cells = [reason.rawValue, ReasonText.sentence(reason), ReasonText.remedy(reason) ?? ""]
    #expect(text.contains("| `\(cells[0])` | \(cells[1]) | \(cells[2]) |"))
  }

  @Test(
    arguments: ReviewReason.allCases.map(\.rawValue) + ClipDoubt.allCases.map(\.rawValue)
      + StudyMeasures.reviewReasons + [ReasonCode.implausible.rawValue])
  func hasEveryReviewReasonWithItsWords(_ code: String) {
    #expect(text.contains("| `\(code)` | \(ReasonText.words(review: code)) |"))
  }

  @Test func hasNoCodeThatDoesNotExist() {
    let reasons = text.matches(of: /(?m)^\| `([^`]+)` \|/).map { String($0.1) }
    let known =
      ReasonCode.allCases.map(\.rawValue) + ReviewReason.allCases.map(\.rawValue)
      + ClipDoubt.allCases.map(\.rawValue) + StudyMeasures.reviewReasons
    #expect(Set(reasons) == Set(known))
  }
}
