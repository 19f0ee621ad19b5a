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
