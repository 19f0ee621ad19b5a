/// Whether files speak of one patient.
///
/// Two files disagree where both state an attribute and state it differently; an attribute that is absent says
/// nothing. Whether a disagreement is a slip of the pen or two patients under one UID is for a person to decide.
struct IdentityClaims: Sendable, Equatable {
  private var values: [Attribute: Set<String>] = [:]

  enum Attribute: String, Sendable, CaseIterable, Codable {
    case patientID = "PatientID"
    case issuer = "IssuerOfPatientID"
    case name = "PatientName"
    case birthDate = "PatientBirthDate"
  }

  init() {}

  init(_ identities: some Sequence<ClipHeader.Identity>) {
    for identity in identities { add(identity) }
  }

  mutating func add(_ identity: ClipHeader.Identity) {
    add(.patientID, identity.patientID)
    add(.issuer, identity.issuerOfPatientID)
    add(.name, identity.patientName.map(Self.normalized(name:)))
    add(.birthDate, identity.patientBirthDate)
  }

  mutating func add(_ attribute: Attribute, _ value: String?) {
    guard let value = value?.trimmingBlanks(), !value.isEmpty else { return }
    values[attribute, default: []].insert(value)
  }

  /// The attributes on which the files disagree; empty when they speak of one patient.
  var disagreements: [Attribute] {
    Attribute.allCases.filter { (values[$0]?.count ?? 0) > 1 }
  }

  /// The one value of each attribute that was stated.
  var agreed: [Attribute: String] { values.compactMapValues { $0.count == 1 ? $0.first : nil } }

  /// Trailing empty components of a person name carry no meaning, PS3.5 section 6.2.1.
  private static func normalized(name: String) -> String {
    name.split(separator: "=", omittingEmptySubsequences: false)
      .map { group in
        var components = group.split(separator: "^", omittingEmptySubsequences: false).map {
          $0.trimmingBlanks()
        }
        while components.last?.isEmpty == true { components.removeLast() }
        return components.joined(separator: "^")
      }
      .joined(separator: "=")
      .trimmingTrailing("=")
  }
}

extension StringProtocol {
  func trimmingBlanks() -> String {
    let isBlank = { (character: Character) in character.isWhitespace || character == "\0" }
    return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }

  func trimmingTrailing(_ last: Character) -> String {
    String(reversed().drop { $0 == last }.reversed())
  }
}
