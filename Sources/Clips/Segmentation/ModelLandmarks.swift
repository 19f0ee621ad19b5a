import Hinge
import Study

extension ModelCard {
  /// Outputs after the classes that say where the hinge points lie, each by a softmax over the picture.
  package struct Landmarks: Codable, Sendable, Equatable {
    /// The output of the point on the left of the picture, from 0.
    package var left: Int
    package var right: Int
    /// Divides the logits, so that 70 % of the true points lie in the 70 % range.
    var temperature: Double
    /// How far the points go from the contact line's ends to the landmarks: by view (`A4C`, `A2C`), and `apical` for a
    /// view that is not established.
    package var weight: [String: LandmarkWeight]
    /// The confidence is the maps' probability times this: how often, on the validation list, both points lay within
    /// 5 mm over how often the maps expected it. `nil` counts as 1.
    var reliability: Double?
    /// By how much the maps' 70 % ranges are stretched across and down the picture, so that 70 % of the errors of each
    /// coordinate lie in them: one temperature makes them too narrow across and too wide down. `nil` counts as 1.
    var rangeScale: RangeScale?
    /// Of the chambers in the smoothed labels, whose contact line's ends are taken: a logarithm by view (`A4C`,
    /// `A2C`), and `apical` for a view that is not established. Where there is none, `HingeOptions` has it.
    var chamberLogOdds: [String: Double]?

    package enum CodingKeys: String, CodingKey {
      case left
      case right
      case temperature
      case weight
      case reliability
      case rangeScale = "range_scale"
      case chamberLogOdds = "chamber_log_odds"
    }

    package init(
      left: Int, right: Int, temperature: Double, weight: [String: LandmarkWeight], reliability: Double? = nil
    ) {
      self.left = left
      self.right = right
      self.temperature = temperature
      self.weight = weight
      self.reliability = reliability
    }
  }

  /// Factors of a range across and down the picture.
  package struct RangeScale: Codable, Sendable, Equatable {
    var x: Double
    var y: Double
  }
}

extension ModelCard.Landmarks {
  /// The first field that has no meaning, with what is wrong and a remedy; `nil` where all have one.
  package var fault: (field: String, problem: String, remedy: String)? {
    guard temperature > 0 else { return ("temperature", "is not above 0", "set it to 1") }
    let shares = 0.0...1.0
    let wrong = weight.filter { !shares.contains($0.value.x) || !shares.contains($0.value.y) }
    if let view = wrong.keys.min() {
      return ("weight.\(view)", "is not between 0 and 1", "set it as docs/SCIENTIST.md says")
    }
    if let reliability, reliability < 0 {
      return ("reliability", "is below 0", "set it to 1, or leave it out")
    }
    if let rangeScale, !(rangeScale.x > 0 && rangeScale.y > 0) {
      return ("range_scale", "is not above 0", "set both to 1, or leave it out")
    }
    // Odds beyond these would let a chamber win where the network is all but sure that it is not.
    let odds = -3.0...3.0
    if let view = chamberLogOdds?.filter({ !odds.contains($0.value) }).keys.min() {
      return ("chamber_log_odds.\(view)", "is not between -3 and 3", "set it as docs/SCIENTIST.md says")
    }
    return nil
  }
}

/// `{"x": 0, "y": 0.7}`, or one number for both.
extension LandmarkWeight: Codable {
  private enum CodingKeys: String, CodingKey { case x, y }

  public init(from decoder: any Decoder) throws {
    if let both = try? decoder.singleValueContainer().decode(Double.self) {
      self.init(both)
    } else {
      let axes = try decoder.container(keyedBy: CodingKeys.self)
      self.init(x: try axes.decode(Double.self, forKey: .x), y: try axes.decode(Double.self, forKey: .y))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var axes = encoder.container(keyedBy: CodingKeys.self)
    try axes.encode(x, forKey: .x)
    try axes.encode(y, forKey: .y)
  }
}
