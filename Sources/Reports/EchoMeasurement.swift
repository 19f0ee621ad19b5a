import Foundation
import Study

/// A measure as TID 5300 has it: where it is placed, and what it is called there.
///
/// What CID 12300 has a code for is pre-coordinated (TID 5301). What is put together from property, site, view, cycle
/// point and method is post-coordinated (TID 5302), under a code of this program's own. TID 5302 allows one code for
/// the site; what needs another beside it, and what has no property there, is ad hoc (TID 5303), under the measure's
/// code or, where it has none, under one of this program's own.
struct EchoMeasurement {
  enum Form: Equatable {
    case preCoordinated(CodedConcept)
    case postCoordinated(property: CodedConcept, type: CodedConcept)
    case adhoc(CodedConcept)
  }

  let measure: Measure

  /// The private coding scheme of the codes of measurements that have no code of their own.
  static let scheme = "99HINGED"

  var form: Form {
    if measure.isFractionalChange {
      return .postCoordinated(property: Concept.diameter, type: EchoConcept.fractionalChange)
    }
    guard let code = measure.code else { return .adhoc(self.code) }
    if code == MeasureConcept.heartRate || measure.modifiers.contains(where: \.isTopographical) {
      return .adhoc(code)
    }
    if code.scheme == "LN" { return .preCoordinated(code) }
    let isDirect = code == Concept.diameter || code == MeasureConcept.length
    return .postCoordinated(
      property: code, type: isDirect ? EchoConcept.directlyMeasured : EchoConcept.calculated)
  }

  /// At most 16 characters, the length of a code value as well (SH). Where the usual abbreviations do not suffice, long
  /// words are cut.
  var shortLabel: String {
    let usual = Self.abbreviations.reduce(measure.name) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    let cut = (1...usual.count).reversed().lazy.map { length in
      usual.split(separator: " ").map { $0.count > 3 ? $0.prefix(length) : $0 }.joined(separator: " ")
    }
    return cut.first { $0.utf8.count <= Self.longestLabel } ?? String(usual.prefix(Self.longestLabel))
  }

  private static let longestLabel = 16

  /// The code of a measurement that has none of its own.
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
    ("sphericity index", "SI"),
  ]
}

extension Measure {
  /// Of the annulus: PS3.16 has no code for it, but one for the kind of change.
  fileprivate var isFractionalChange: Bool { code == nil && modifiers.first == .mitralAnnulus }
}

extension Measure.Modifier {
  fileprivate var isTopographical: Bool { conceptCode == Concept.topographicalModifier }
  var conceptCode: CodedConcept { CodedConcept(concept[0], concept[1], concept[2]) }
  var valueCode: CodedConcept { CodedConcept(code[0], code[1], code[2]) }
}
