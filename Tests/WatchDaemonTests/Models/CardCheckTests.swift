import Foundation
import Testing

@testable import Clips
@testable import Hinge
@testable import Inference
@testable import Lab
@testable import Spool
@testable import Study
@testable import WatchDaemon

/// What a card lacks is told at once, each with its field and a remedy.
@Suite struct CardCheckTests {
  private static let digest = String(repeating: "a", count: 64)

  private func network(outputs: Int = 4) -> CardCheck.Network {
    let shape = [1, outputs, 64, 64]
    return CardCheck.Network(
      input: [1, 1, 64, 64], output: shape, outputs: [ModelOutput(name: "logits", shape: shape)],
      sha256: Self.digest)
  }

  private func check(
    outputs: Int = 4, _ change: (inout [String: Any]) -> Void = { _ in }
  ) throws -> CardCheck {
    let card = ModelCard(startingFrom: network(outputs: outputs), name: "mine")
    var object =
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(card)) as? [String: Any] ?? [:]
    change(&object)
    let data = try JSONSerialization.data(withJSONObject: object)
    return CardCheck(data, file: "mine.json", network: network(outputs: outputs))
  }

  private func refusals(_ check: CardCheck) -> [String?] {
    check.findings.filter { $0.weight == .refusal }.map(\.field)
  }

  @Test(arguments: [4, 6]) func acceptsTheCardToStartFrom(outputs: Int) throws {
    let check = try check(outputs: outputs)
    #expect(refusals(check).isEmpty)
    #expect(check.card?.landmarks != nil || outputs == 4)
  }

  /// What is said of it holds: a card without weights does not use its landmarks.
  @Test func landmarksWithoutAWeightMoveNoPoint() throws {
    let check = try check(outputs: 6) {
      $0["landmarks"] = ["left": 4, "right": 5, "temperature": 1, "weight": [String: Double]()]
    }
    #expect(check.findings.contains { $0.problem == "is absent: the landmarks are not used there" })
    for view in EchoView.allCases {
      #expect(check.card?.hingeOptions(view: view).landmarkWeight == LandmarkWeight(0))
    }
  }

  @Test func namesEveryMissingFieldAtOnce() throws {
    let check = try check {
      $0["name"] = nil
      $0["licence"] = nil
      $0["input"] = ["width": 64, "height": 64]
    }
    #expect(refusals(check) == ["name", "licence", "input.channels"])
    #expect(check.findings.allSatisfy { !$0.remedy.isEmpty })
  }

  @Test func namesTheFieldOfTheWrongType() throws {
    #expect(refusals(try check { $0["version"] = 2 }) == ["version"])
  }

  @Test func givesTheDigestThatTheCardShouldName() throws {
    let check = try check { $0["sha256"] = String(repeating: "b", count: 64) }
    #expect(refusals(check) == ["sha256"])
    #expect(check.findings.contains { $0.remedy.contains(Self.digest) })
  }

  @Test func refusesOutputsThatTheCardDoesNotName() throws {
    let check = try check(outputs: 6) { $0["landmarks"] = nil }
    #expect(refusals(check) == ["landmarks"])
  }

  @Test(arguments: [
    ("temperature", 0), ("temperature", -1), ("weight.A4C", 80), ("weight.A2C", -0.5), ("reliability", -1),
    ("chamber_log_odds.A4C", 20), ("chamber_log_odds.apical", -4),
  ])
  func refusesLandmarksWithoutMeaning(_ field: String, _ value: Double) throws {
    let check = try check(outputs: 6) {
      var landmarks = $0["landmarks"] as? [String: Any] ?? [:]
      let parts = field.split(separator: ".").map(String.init)
      landmarks[parts[0]] = parts.count == 1 ? value : [parts[1]: value] as Any
      $0["landmarks"] = landmarks
    }
    #expect(refusals(check) == ["landmarks.\(field)"])
  }

  @Test func refusesAnInputOfAnotherSize() throws {
    #expect(refusals(try check { $0["input"] = ["width": 32, "height": 32, "channels": 1] }) == ["input"])
  }

  @Test func doubtsClassesInAnotherOrder() throws {
    let check = try check {
      let labels = ["background", "LV myocardium", "LV cavity", "left atrium"]
      $0["classes"] = labels.enumerated().map { ["index": $0.offset, "label": $0.element] as [String: Any] }
    }
    #expect(refusals(check).isEmpty)
    #expect(check.findings.contains { $0.field == "classes.1" })
  }

  @Test func saysWhichErrorsNobodyMeasured() throws {
    let gaps = try check().findings.first { $0.field == "hinge_errors" }
    #expect(gaps?.problem.contains("A4C ED") == true)
  }

  @Test func refusesWhatIsNoJSON() {
    let check = CardCheck(Data("{".utf8), file: "mine.json", network: network())
    #expect(refusals(check) == [nil])
  }
}
