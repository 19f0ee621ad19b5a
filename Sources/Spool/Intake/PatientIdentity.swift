import Clips
import Foundation

/// Whether files speak of one patient.
///
/// Two files disagree where both state an attribute and state it differently; an attribute that is absent says
/// nothing. Whether a disagreement is a slip of the pen or two patients under one UID is for a person to decide.
package struct IdentityClaims: Sendable, Equatable {
  private var values: [Part: Set<String>] = [:]

  package enum Attribute: String, Sendable, CaseIterable, Codable {
    case patientID = "PatientID"
    case issuer = "IssuerOfPatientID"
    case name = "PatientName"
    case birthDate = "PatientBirthDate"
  }

  /// What is compared on its own: an attribute, or one component group of a name.
  struct Part: Sendable, Hashable {
    var attribute: Attribute
    /// 1-based; `nil` where the attribute has none.
    var group: Int?

    /// The attribute's keyword, and the group behind a point.
    var key: String { attribute.rawValue + (group.map { ".\($0)" } ?? "") }

    /// The keyword of the attribute that a key is of.
    static func keyword(of key: String) -> String { String(key.prefix { $0 != "." }) }
  }

  package init() {}

  package init(_ identities: some Sequence<ClipHeader.Identity>) {
    for identity in identities { add(identity) }
  }

  package mutating func add(_ identity: ClipHeader.Identity) {
    add(Part(attribute: .patientID), identity.patientID)
    add(Part(attribute: .issuer), identity.issuerOfPatientID)
    for (index, group) in PersonName.comparedGroups(of: identity.patientName ?? "").enumerated() {
      add(Part(attribute: .name, group: index + 1), group)
    }
    // ACR-NEMA wrote dates with points, and PS3.5 6.2 has readers take them so.
    add(Part(attribute: .birthDate), identity.patientBirthDate?.filter { $0 != "." })
  }

  private mutating func add(_ part: Part, _ value: String?) {
    guard let value = value?.trimmingBlanks(), !value.isEmpty else { return }
    values[part, default: []].insert(value)
  }

  /// The attributes on which the files disagree; empty when they speak of one patient.
  package var disagreements: [Attribute] {
    let parts = values.filter { $0.value.count > 1 }.keys
    return Attribute.allCases.filter { attribute in parts.contains { $0.attribute == attribute } }
  }

  /// The one value of each part that was stated, by its key.
  var agreed: [String: String] {
    Dictionary(
      uniqueKeysWithValues: values.compactMap { part, values in
        values.count == 1 ? values.first.map { (part.key, $0) } : nil
      })
  }
}

/// Names of persons (VR PN, PS3.5 section 6.2 and 6.2.1) as they are compared.
enum PersonName {
  /// The component groups (alphabetic, ideographic, phonetic) in a form in which equal ones are equal: PS3.4
  /// section C.2.2.2.1 allows for matching without regard to case and to variants of a character's encoding, padding
  /// carries no meaning, and neither do trailing empty components. A group that is empty says nothing.
  static func comparedGroups(of name: String) -> [String] {
    name.split(separator: "=", omittingEmptySubsequences: false).map { group in
      var components = group.split(separator: "^", omittingEmptySubsequences: false).map {
        $0.trimmingBlanks()
      }
      while components.last?.isEmpty == true { components.removeLast() }
      // Full-width and half-width forms of a letter or a kana are one character.
      return components.joined(separator: "^").precomposedStringWithCompatibilityMapping.uppercased()
    }
  }
}
