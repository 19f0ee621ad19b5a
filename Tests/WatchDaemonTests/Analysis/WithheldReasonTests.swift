import Hinge
import Testing

@testable import Clips
@testable import Study

@Suite struct WithheldReasonTests {
  @Test(arguments: ReviewReason.allCases.filter(\.withholds))
  func everyReasonToWithholdHasACodeOfItsOwn(_ reason: ReviewReason) {
    #expect(ReasonCode(rawValue: reason.rawValue) != nil)
  }

  @Test func thePairsFirstReasonToWithholdIsNamed() throws {
    let pair = try Self.pair([.leak, .longContact])
    #expect(ReasonCode(withholding: pair) == .longContact)
    #expect(ReasonCode(withholding: try Self.pair([.leak])) == nil)
  }

  private static func pair(_ reasons: [ReviewReason]) throws -> HingePair {
    let side = 40
    let labels = (0..<side * side).map { place -> UInt8 in
      let (x, y) = (place % side, place / side)
      guard (8..<32).contains(x) else { return ChamberLabel.background.rawValue }
      return (y < 20 ? ChamberLabel.leftVentricle : .leftAtrium).rawValue
    }
    let mask = LabelMask(width: side, height: side, spacing: PixelSpacing(x: 1, y: 1), labels: labels)
    var pair = try #require(Self.measured(HingeExtractor().extract(from: mask)))
    pair.reviewReasons = reasons
    return pair
  }

  private static func measured(_ finding: HingeFinding) -> HingePair? {
    if case .measured(let pair) = finding { pair } else { nil }
  }
}
