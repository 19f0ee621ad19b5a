import Hinge

/// One number that a study can give: what it is, how it comes about, who says so, and when it is withheld.
package struct Measure: Sendable {
  /// What a measure is taken from.
  package enum Origin: Sendable {
    /// Each beat of the best clip of a view; the mean of those that give a value.
    case beats(EchoView, @Sendable (BeatGeometry, ClipReport.View) -> Result<Double, ReasonCode>)
    /// Each beat of the best clip of any apical view; the mean of those that give a value.
    case anyView(@Sendable (BeatGeometry, ClipReport.View) -> Result<Double, ReasonCode>)
    /// The beats of the best clips of both views that go together (`BeatPair`), A4C first.
    case bothViews(
      matching: Chamber, @Sendable (BeatGeometry, BeatGeometry) -> Result<Double, ReasonCode>)
    /// The lengths of the cardiac cycles of the best clip of any view, in milliseconds.
    case cycles(@Sendable ([Double]) -> Result<Double, ReasonCode>)
  }

  /// The chamber whose lengths in both views must go together.
  package enum Chamber: Sendable { case ventricle, atrium }

  /// How far the confidence of the hinge points carries.
  package enum Confidence: Sendable { case hingePoints, unknown }

  package var name: String
  /// UCUM.
  package var unit: String
  package var code: CodedConcept?
  /// What makes the code say the whole: site, view, point of the cycle, method.
  package var modifiers: [Modifier]
  var formula: String
  package var source: String
  /// When it is withheld.
  package var rule: String
  var ranges: [ReferenceRange] = []
  package var confidence = Confidence.unknown
  /// Beats from whose excursion the picture's drift was removed are taken where there are any.
  var prefersDriftRemoved = false
  package var origin: Origin

  /// Whether the number would be another one, or none, if its clips showed another view.
  var dependsOnView: Bool {
    switch origin {
    case .beats, .bothViews: true
    case .anyView, .cycles: false
    }
  }

  package struct Modifier: Decodable, Sendable, Equatable {
    /// Code value, coding scheme designator, code meaning; each.
    package var concept: [String]
    package var code: [String]

    package init(_ concept: CodedConcept, _ code: CodedConcept) {
      self.concept = concept.triple
      self.code = code.triple
    }
  }
}

extension CodedConcept {
  var triple: [String] { [value, scheme, meaning] }
}

extension Measure.Modifier {
  package static let mitralAnnulus = Self(Concept.findingSite, Concept.mitralAnnulus)
  package static let leftVentricle = Self(Concept.findingSite, MeasureConcept.leftVentricle)
  package static let leftAtrium = Self(Concept.findingSite, MeasureConcept.leftAtrium)
  package static let biplane = Self(MeasureConcept.method, MeasureConcept.discsBiplane)
  static let singlePlane = Self(MeasureConcept.method, MeasureConcept.discsSinglePlane)
  static let ellipse = Self(MeasureConcept.method, MeasureConcept.biplaneEllipse)

  package static func at(_ phase: CyclePhase) -> Self { Self(Concept.cyclePoint, phase.concept) }

  /// - Precondition: The view has a code; those that measures are named for have one.
  package static func view(_ view: EchoView) -> Self {
    guard let concept = view.concept else { preconditionFailure("no measure is named for \(view.rawValue)") }
    return Self(Concept.imageView, concept)
  }
}

/// What is usual, with who says so. A bound that a source does not give is `nil`.
package struct ReferenceRange: Codable, Sendable, Equatable {
  package enum Population: String, Codable, Sendable { case women, men, adults }

  package var population: Population
  package var low: Double?
  package var high: Double?
  package var source: String

  /// Normal ranges, mean ± 1.96 standard deviations (table 2 of the recommendations); of biplane volumes only.
  package static let endDiastolicVolume = pair(women: (46, 106), men: (62, 150), chamberQuantification)
  package static let endSystolicVolume = pair(women: (14, 42), men: (21, 61), chamberQuantification)
  package static let ejectionFraction = pair(women: (54, 74), men: (52, 72), chamberQuantification)
  /// Above it an atrium counts as enlarged.
  static let atrialArea = [
    ReferenceRange(population: .adults, low: nil, high: 20, source: earlierQuantification)
  ]
  /// Usual means, not limits; under 10 mm counts as reduced, under 8 mm went with an ejection fraction under 50 %.
  package static let excursion = [
    ReferenceRange(population: .adults, low: 12, high: 15, source: planeExcursion)
  ]
  package static let annulusDiameter = pair(women: (22, 38), men: (25, 41), annulus)

  static let chamberQuantification =
    "Lang et al., ASE/EACVI chamber quantification, J Am Soc Echocardiogr 28, 2015, 1-39"
  static let earlierQuantification =
    "Lang et al., ASE/EAE chamber quantification, J Am Soc Echocardiogr 18, 2005, 1440-1463"
  static let planeExcursion = "Hu et al., Eur Heart J Cardiovasc Imaging 14, 2013, 205-212"
  package static let annulus = "as cited by Schmidt and Overhoff, arXiv 2301.08782, 2023"

  private static func pair(
    women: (Double, Double), men: (Double, Double), _ source: String
  ) -> [ReferenceRange] {
    [
      ReferenceRange(population: .women, low: women.0, high: women.1, source: source),
      ReferenceRange(population: .men, low: men.0, high: men.1, source: source),
    ]
  }
}
