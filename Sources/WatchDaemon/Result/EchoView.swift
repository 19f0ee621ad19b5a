/// What a clip shows, as far as it is known. Everything that the program knows of a view stands in the table below:
/// a view is a case and its row.
enum EchoView: String, Codable, Sendable, CaseIterable {
  /// Apical four-chamber.
  case a4c = "A4C"
  /// Apical two-chamber.
  case a2c = "A2C"
  /// Apical three-chamber, the apical long axis.
  case a3c = "A3C"
  /// Apical five-chamber.
  case a5c = "A5C"
  /// An apical view, not established which.
  case apical
  /// Another view than an apical one.
  case other
  /// Not looked at.
  case unknown
}

extension EchoView {
  /// What is known of a view.
  struct Facts: Sendable {
    /// For people, in a sentence.
    var words: String
    /// CID 12226, PS3.16; `nil` where it has none.
    var concept: CodedConcept?
    /// The view that the network takes it for, which tells four- from two-chamber pictures only; `nil` where it may be
    /// any.
    var family: EchoView?
    /// Of the measures that are named for the view; `nil` where none is.
    var measures: ViewMeasures?
    /// What the display's left end of the annulus is when the display is not mirrored.
    var left = HingeAnatomy()
    var right = HingeAnatomy()
  }

  var facts: Facts {
    switch self {
    case .a4c:
      Facts(
        words: "apical four-chamber", concept: Concept.apicalFourChamber, family: .a4c, measures: .a4c,
        left: HingeAnatomy(label: .aMVL, site: .septal), right: HingeAnatomy(label: .pMVL, site: .lateral))
    case .a2c:
      Facts(
        words: "apical two-chamber", concept: Concept.apicalTwoChamber, family: .a2c, measures: .a2c,
        left: HingeAnatomy(label: .pMVL, site: .inferior), right: HingeAnatomy(label: .aMVL, site: .anterior))
    // The anterior leaflet hangs on the aortic root here, between the walls that the sites are named for.
    case .a3c:
      Facts(
        words: "apical three-chamber (long axis)", concept: Concept.apicalLongAxis, family: .a2c,
        left: HingeAnatomy(label: .pMVL), right: HingeAnatomy(label: .aMVL))
    case .a5c:
      Facts(
        words: "apical five-chamber", family: .a4c, left: HingeAnatomy(label: .aMVL),
        right: HingeAnatomy(label: .pMVL, site: .lateral))
    case .apical: Facts(words: "apical, view unknown")
    case .other: Facts(words: "another view", family: .other)
    case .unknown: Facts(words: "view unknown")
    }
  }

  var words: String { facts.words }
  /// `nil` where the view is not established or has no code.
  var concept: CodedConcept? { facts.concept }
  /// Whether it is one of the apical views by name.
  var isNamed: Bool { self != .apical && self != .other && self != .unknown }
  /// Whether left ventricle and left atrium can be measured in it.
  var isApical: Bool { isNamed || self == .apical }

  /// The views that measures are named for.
  static let measured = allCases.filter { $0.facts.measures != nil }
}

/// Leaflet and place of one end of the annulus; `nil` where a view does not tell it.
struct HingeAnatomy: Sendable, Equatable {
  var label: PhaseMeasurement.HingePoint.Label?
  var site: PhaseMeasurement.HingePoint.Site?
}

extension ClipReport.View {
  /// What the end of the annulus on a side of the display is; a mirrored display swaps the two.
  func anatomy(_ side: PhaseMeasurement.HingePoint.Side) -> HingeAnatomy {
    (side == .left) != mirrored ? code.facts.left : code.facts.right
  }
}
