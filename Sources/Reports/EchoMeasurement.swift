import Foundation
import Study

/// A measure as TID 5300 has it: where it is placed, and what it is called there.
///
/// What CID 12300 has a code for is pre-coordinated (TID 5301). What is put together from property, site, view, cycle
/// point and method is post-coordinated (TID 5302), under a code of this program's own. TID 5302 allows one code for
/// the site; what needs another beside it, and what has no property there, is ad hoc (TID 5303).
struct EchoMeasurement {
  enum Form: Equatable {
    case preCoordinated(CodedConcept)
    case postCoordinated(property: CodedConcept, type: CodedConcept)
    case adhoc(CodedConcept)
  }

  let measure: Measure

  /// The private coding scheme of the codes of post-coordinated measurements.
  static let scheme = "99HINGED"

  /// `nil` where no code says what is measured.
  var form: Form? {
    if measure.isFractionalChange {
      return .postCoordinated(property: Concept.diameter, type: EchoConcept.fractionalChange)
    }
    guard let code = measure.code else { return nil }
    if code == MeasureConcept.heartRate || measure.modifiers.contains(where: \.isTopographical) {
      return .adhoc(code)
    }
    if code.scheme == "LN" { return .preCoordinated(code) }
    let isDirect = code == Concept.diameter || code == MeasureConcept.length
    return .postCoordinated(
      property: code, type: isDirect ? EchoConcept.directlyMeasured : EchoConcept.calculated)
  }

  /// At most 16 characters, the length of a code value as well (SH).
  var shortLabel: String {
    Self.abbreviations.reduce(measure.name) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
  }

  /// The code of a post-coordinated measurement.
  var code: CodedConcept {
    CodedConcept(
      shortLabel.uppercased().replacingOccurrences(of: " ", with: "-"), Self.scheme, measure.name)
  }

  /// TID 5302, rows of modifiers: each says one thing, and the site is one code.
  func modifiers(property: CodedConcept, type: CodedConcept) -> [ContentItem] {
    let behaves = property == MeasureConcept.excursion || type == EchoConcept.fractionalChange
    let stated = measure.modifiers.map { modifier in
      ContentItem.code(.hasConceptModifier, modifier.conceptCode, modifier.valueCode)
    }
    return [
      .code(.hasConceptModifier, EchoConcept.measurementType, type),
      .code(
        .hasConceptModifier, EchoConcept.observationType,
        behaves ? EchoConcept.behavior : EchoConcept.structure),
      .code(.hasConceptModifier, EchoConcept.measuredProperty, property),
    ] + stated + [.code(.hasConceptModifier, Concept.imageMode, Concept.mode2D)]
  }

  /// The point of the cycle that the measure is of; `nil` where it is of a beat.
  var phase: CyclePhase? {
    let point = measure.modifiers.first { $0.conceptCode == Concept.cyclePoint }?.valueCode
    return CyclePhase.allCases.first { $0.concept == point }
  }

  private static let abbreviations = [
    ("Mitral annulus", "MA"), ("fractional change", "FC"), ("ejection fraction", "EF"), ("diameter", "diam"),
    ("biplane", "BP"), ("volume", "Vol"), ("Heart rate", "HR"), ("apical", "apic"),
  ]
}

extension Measure {
  fileprivate var isFractionalChange: Bool { code == nil && unit == "%" }
}

extension Measure.Modifier {
  fileprivate var isTopographical: Bool { conceptCode == Concept.topographicalModifier }
  var conceptCode: CodedConcept { CodedConcept(concept[0], concept[1], concept[2]) }
  var valueCode: CodedConcept { CodedConcept(code[0], code[1], code[2]) }
}
