/// What a clip shows, as far as it is known. Everything that the program knows of a view is in the table below:
/// a view is a case and its row.
package enum EchoView: String, Codable, Sendable, CaseIterable {
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
  package struct Facts: Sendable {
    /// For people, in a sentence.
    package var words: String
    /// CID 12226, PS3.16; `nil` where it has none.
    package var concept: CodedConcept?
    /// Values of View Code Sequence that state it: CID 12226, SNOMED CT and the older SRT.
    var codes: [String] = []
    /// By which it is called in many languages (`ViewName`).
    package var chambers: Int?
    /// Words of tags that state it, apart from the number of chambers.
    package var names: Set<String> = []
    /// The view that the network takes it for, which tells four- from two-chamber pictures only; `nil` where it may be
    /// any.
    package var family: EchoView?
    /// Of the measures that are named for the view; `nil` where none is.
    package var measures: ViewMeasures?
    /// What the display's left end of the annulus is when the display is not mirrored.
    package var left = HingeAnatomy()
    package var right = HingeAnatomy()
  }

  package var facts: Facts { Self.table[self] ?? row }

  private static let table = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.row) })

  private var row: Facts {
    switch self {
    case .a4c:
      Facts(
        words: "apical four-chamber", concept: Concept.apicalFourChamber, codes: ["399214001", "G-A19C"],
        chambers: 4, family: .a4c, measures: .a4c, left: HingeAnatomy(label: .aMVL, site: .septal),
        right: HingeAnatomy(label: .pMVL, site: .lateral))
    case .a2c:
      Facts(
        words: "apical two-chamber", concept: Concept.apicalTwoChamber, codes: ["399232001", "G-A19B"],
        chambers: 2, family: .a2c, measures: .a2c, left: HingeAnatomy(label: .pMVL, site: .inferior),
        right: HingeAnatomy(label: .aMVL, site: .anterior))
    // The anterior leaflet hangs on the aortic root here, between the walls that the sites are named for.
    case .a3c:
      Facts(
        words: "apical three-chamber (long axis)", concept: Concept.apicalLongAxis,
        codes: ["399339008", "G-0395"], chambers: 3, names: ["aplax", "alax"], family: .a2c,
        left: HingeAnatomy(label: .pMVL), right: HingeAnatomy(label: .aMVL))
    case .a5c:
      Facts(
        words: "apical five-chamber", chambers: 5, family: .a4c, left: HingeAnatomy(label: .aMVL),
        right: HingeAnatomy(label: .pMVL, site: .lateral))
    // Four chambers with the probe over the right ventricle, which foreshortens the left one: CID 12226 names them.
    case .apical: Facts(words: "apical", codes: ["130681", "130682"])
    case .other:
      Facts(
        words: "another view", codes: Self.otherCodes,
        names: [
          "plax", "pslax", "psla", "plx", "psax", "pssax", "sax", "parasternal", "parasternale",
          "parasternaler",
          "parasternales", "paraesternal", "subcostal", "subcostale", "subkostal", "subkostale",
          "subkostaler",
          "sottocostale", "souscostal", "souscostale", "costal", "costale", "subxiphoid", "subxiphoidal",
          "subxyphoid", "subxifoidea", "subxifoideo", "sottoxifoidea", "suprasternal", "suprasternale",
          "suprasternaler", "supraesternal", "soprasternale", "ssn", "jugular", "ivc", "vci", "cava", "tee",
          "toe",
          "ete", "eto", "transesophageal", "transoesophageal", "transosophageal", "transesofagico",
          "transesofagica", "transesofageo", "transoesophagienne", "transoesophagien", "midesophageal",
          "midoesophageal", "transgastric", "fetal", "foetal", "fetale",
        ], family: .other)
    case .unknown: Facts(words: "view unknown")
    }
  }

  /// What CID 12226 has beside the apical views.
  private static let otherCodes = [
    "399139001", "G-0396", "443082005", "G-0577", "443083000", "G-0578", "399306005", "G-0397", "399239005",
    "G-0398", "399371001", "G-0399", "399036006", "G-039A", "399271003", "G-039B", "398998003", "G-039C",
    "399195005", "G-039D", "399310008", "G-039E", "443640005", "R-40B0A", "399200001", "G-039F", "443609003",
    "G-057E", "443499004", "G-057B", "443160001", "G-0579", "443500008", "G-057C", "443100003", "R-40AFF",
    "443162009", "R-40B00", "399106004", "G-03A0", "443562002", "G-057D", "443163004", "R-40B01", "399145009",
    "G-03A1", "443698002", "R-40B0E",
  ]

  package var words: String { facts.words }
  /// `nil` where the view is not established or has no code.
  package var concept: CodedConcept? { facts.concept }
  /// Whether it is one of the apical views by name.
  package var isNamed: Bool { self != .apical && self != .other && self != .unknown }
  /// What is written on pictures: `A4C`, `A4C (picture)`; `nil` where it is none of the apical views by name.
  package func caption(isFromPicture: Bool) -> String? {
    isNamed ? rawValue + (isFromPicture ? " (picture)" : "") : nil
  }
  /// Whether left ventricle and left atrium can be measured in it.
  package var isApical: Bool { isNamed || self == .apical }

  /// Whom a value of View Code Sequence means.
  package static let byCode = Dictionary(
    uniqueKeysWithValues: allCases.flatMap { view in view.facts.codes.map { ($0, view) } })

  /// The views that are called by words of their own.
  static let byName = Dictionary(
    uniqueKeysWithValues: allCases.flatMap { view in view.facts.names.map { ($0, view) } })

  /// The views that are called by a number of chambers.
  static let byChambers = Dictionary(
    uniqueKeysWithValues: allCases.compactMap { view in view.facts.chambers.map { (String($0), view) } })

  /// What the operator and a rule may state.
  package static let stateable = allCases.filter { $0.isNamed || $0 == .other }
  /// `A4C, A2C, A3C, A5C or other`.
  package static let choices =
    stateable.dropLast().map(\.rawValue).joined(separator: ", ") + " or " + (stateable.last?.rawValue ?? "")

  /// The views that measures are named for.
  package static let measured = allCases.filter { $0.facts.measures != nil }
}

/// Leaflet and place of one end of the annulus; `nil` where a view does not tell it.
package struct HingeAnatomy: Sendable, Equatable {
  package var label: PhaseMeasurement.HingePoint.Label?
  package var site: PhaseMeasurement.HingePoint.Site?
}

extension ClipReport.View {
  /// What the end of the annulus on a side of the display is; a mirrored display swaps the two.
  package func anatomy(_ side: PhaseMeasurement.HingePoint.Side) -> HingeAnatomy {
    (side == .left) != mirrored ? code.facts.left : code.facts.right
  }
}
