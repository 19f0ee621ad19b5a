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
    /// The measure of that name by the patient's body surface area; it stands before this one.
    case byBodySurface(of: String)
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
    case .beats, .bothViews, .byBodySurface: true
    case .anyView, .cycles: false
    }
  }
}

extension CodedConcept {
  package var triple: [String] { [value, scheme, meaning] }
}

extension Measure.Modifier {
  package init(_ concept: CodedConcept, _ code: CodedConcept) {
    self.init(concept: concept.triple, code: code.triple)
  }

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
package struct ReferenceRange: Sendable, Equatable {
  package enum Population: String, Sendable, CaseIterable { case women, men, adults }

  package var population: Population
  package var low: Double?
  package var high: Double?
  package var source: String

  // What two sources of their own say of each: docs/MEASURES.md names them. Ranges that were found in one alone, those
  // of the annulus among them, are not here.

  /// Of biplane volumes (table 4 of the recommendations).
  package static let ejectionFraction = pair(women: (54, 74), men: (52, 72), chamberQuantification)
  /// Biplane, by body surface area (table 2).
  package static let endDiastolicIndex = pair(women: (29, 61), men: (34, 74), chamberQuantification)
  /// Biplane, by body surface area (table 4).
  package static let atrialIndex = [
    ReferenceRange(population: .adults, low: 16, high: 34, source: chamberQuantification)
  ]

  static let chamberQuantification =
    "Lang et al., ASE/EACVI chamber quantification, J Am Soc Echocardiogr 28, 2015, 1-39"
  static let earlierQuantification =
    "Lang et al., ASE/EAE chamber quantification, J Am Soc Echocardiogr 18, 2005, 1440-1463"
  static let planeExcursion = "Hu et al., Eur Heart J Cardiovasc Imaging 14, 2013, 205-212"

  private static func pair(
    women: (Double, Double), men: (Double, Double), _ source: String
  ) -> [ReferenceRange] {
    [
      ReferenceRange(population: .women, low: women.0, high: women.1, source: source),
      ReferenceRange(population: .men, low: men.0, high: men.1, source: source),
    ]
  }
}
