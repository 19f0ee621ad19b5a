import Foundation
import Testing

@testable import Clips
@testable import Hinge
@testable import Study

/// What a card says of its landmarks changes how points are taken, and how sure they are said to be.
@Suite struct ModelLandmarksTests {
  private func landmarks(_ more: String) throws -> ModelCard.Landmarks {
    let text = #"{"left": 4, "right": 5, "temperature": 1, "weight": {}"# + more + "}"
    return try JSONDecoder().decode(ModelCard.Landmarks.self, from: Data(text.utf8))
  }

  private func card(_ more: String) throws -> ModelCard {
    ModelCard(
      name: "mine", version: "1", sha256: "", licence: "", input: .init(width: 64, height: 64, channels: 1),
      classes: [], landmarks: try landmarks(more))
  }

  @Test func takesTheChambersOddsByView() throws {
    let card = try card(#", "chamber_log_odds": {"A4C": 0.3, "apical": 0.15}"#)
    #expect(card.hingeOptions(view: .a4c).method == .smoothed(sigma: 1, chamberLogOdds: 0.3))
    #expect(card.hingeOptions(view: .a2c).method == .smoothed(sigma: 1, chamberLogOdds: 0.15))
  }

  @Test func keepsItsOwnOddsWhereACardHasNone() throws {
    #expect(try card("").hingeOptions(view: .a4c).method == HingeOptions().method)
  }

  @Test func stretchesEachAxisOfTheRanges() throws {
    let text = #"""
      {"left": {"x": [-1, 2], "y": [-3, 1]}, "right": {"x": [0, 4], "y": [-2, 2]}, "both_within_5_mm": 0.9}
      """#
    var errors = try JSONDecoder().decode(ModelCard.HingeErrors.self, from: Data(text.utf8))
    errors.stretch(by: try #require(try landmarks(#", "range_scale": {"x": 1.5, "y": 0.5}"#).rangeScale))
    #expect(errors.left.x == [-1.5, 3])
    #expect(errors.left.y == [-1.5, 0.5])
    #expect(errors.right.x == [0, 6])
    #expect(errors.right.y == [-1, 1])
    #expect(errors.bothWithin5Millimetres == 0.9)
  }
}
