import Platform
import Study

/// Data types of FHIR R4B as JSON (hl7.org/fhir/R4B/datatypes.html). An object leaves out what is `nil`.
enum FHIR {
  typealias Member = (key: String, value: JSONValue?)

  static let uidSystem = "urn:dicom:uid"
  /// Types of DICOM's identifiers, of HL7's guide for measurement reports.
  private static let identifierTypes = "http://hl7.org/fhir/uv/dicom-sr/CodeSystem/dicom-identifier-type"

  static func object(_ members: [Member]) -> JSONValue {
    .object(members.compactMap { member in member.value.map { (member.key, $0) } })
  }

  /// `nil` for an empty list, which FHIR does not allow.
  static func list(_ values: [JSONValue]) -> JSONValue? { values.isEmpty ? nil : .array(values) }

  /// Where the coding schemes of DICOM are published.
  private static let systems = [
    "DCM": "http://dicom.nema.org/resources/ontology/DCM", "SCT": "http://snomed.info/sct",
    "LN": "http://loinc.org", "UCUM": "http://unitsofmeasure.org",
  ]

  static func coding(_ concept: CodedConcept) -> JSONValue {
    object([
      ("system", systems[concept.scheme].map { .string($0) }), ("code", .string(concept.value)),
      ("display", .string(concept.meaning)),
    ])
  }

  static func coding(system: String, _ code: String, _ display: String) -> JSONValue {
    object([("system", .string(system)), ("code", .string(code)), ("display", .string(display))])
  }

  static func concept(_ concept: CodedConcept?, text: String? = nil) -> JSONValue {
    object([
      ("coding", concept.map { .array([coding($0)]) }), ("text", text.map { .string($0) }),
    ])
  }

  /// A DICOM UID of a kind that HL7's guide names, for instance `observation-uid`.
  static func identifier(_ uid: String, type: (code: String, display: String)) -> JSONValue {
    identifier(uid, type: coding(system: identifierTypes, type.code, type.display))
  }

  static func identifier(_ uid: String, type: JSONValue) -> JSONValue {
    object([
      ("type", object([("coding", .array([type]))])), ("system", .string(uidSystem)),
      ("value", .string(urn(uid))),
    ])
  }

  static func urn(_ uid: String) -> String { "urn:oid:\(uid)" }

  static func quantity(_ value: Double, _ unit: String) -> JSONValue {
    object([
      ("value", .number(value)), ("unit", .string(unit)), ("system", .string("http://unitsofmeasure.org")),
      ("code", .string(unit)),
    ])
  }

  static func reference(_ url: String) -> JSONValue { object([("reference", .string(url))]) }

  /// A reference to what another system knows by an identifier.
  static func reference(to type: String, by identifier: JSONValue?, display: String? = nil) -> JSONValue {
    object([
      ("type", .string(type)), ("identifier", identifier), ("display", display.map { .string($0) }),
    ])
  }

  /// The form of a derived UID that a bundle's entries refer to each other by: a UID under 2.25 is a UUID (PS3.5 B.2).
  static func uuid(_ uid: String) -> String {
    let digits = String(UInt128(uid.dropFirst("2.25.".count)) ?? 0, radix: 16)
    let hex = String(repeating: "0", count: 32 - digits.count) + digits
    let cuts = [0, 8, 12, 16, 20, 32]
    let parts = zip(cuts, cuts.dropFirst()).map { hex.dropFirst($0).prefix($1 - $0) }
    return "urn:uuid:" + parts.joined(separator: "-")
  }

  /// A date of DICOM, YYYYMMDD, as FHIR has it; `nil` where it is none.
  static func date(_ text: String?) -> JSONValue? {
    guard let text, text.utf8.count == 8, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return .string("\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))")
  }

  /// In the place of a value that has to be there and is not known.
  static let unknown = object([
    (
      "extension",
      .array([
        object([
          ("url", .string("http://hl7.org/fhir/StructureDefinition/data-absent-reason")),
          ("valueCode", .string("unknown")),
        ])
      ])
    )
  ])
}
