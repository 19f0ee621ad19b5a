import Platform

/// What a value looks like in JSON, as far as a schema tells it.
indirect enum Shape: Sendable {
  /// Keywords of JSON Schema.
  case plain(JSONValue.Members)
  case word([String], isClosed: Bool)
  case list(of: Shape, JSONValue.Members)
  case map(of: Shape)
  case optional(Shape)
  /// Described once, under `$defs`.
  case named(String, Shape, doc: String?)
  case record(RecordShape)

  func with(_ limits: JSONValue.Members) -> Shape {
    if case .plain(let members) = self { .plain(members + limits) } else { self }
  }

  static func limits(_ limits: [(name: String, limit: Int?)]) -> JSONValue.Members {
    limits.compactMap { name, limit in limit.map { (name, .integer($0)) } }
  }

  static func unit(_ unit: String?) -> JSONValue.Members { unit.map { [("unit", .string($0))] } ?? [] }
}

/// A member of a record: its key, when it is there, and what its value looks like.
package struct FieldShape: Sendable {
  /// When the member is there.
  package enum Presence: Sendable {
    case always
    /// Always, but in results of versions before it was added.
    case added
    case whereKnown
  }

  /// What becomes of it in a clip without spacing.
  package enum Uncalibrated: Sendable { case kept, null, absent }

  var key: String
  var doc: String?
  var presence: Presence
  var uncalibrated: Uncalibrated
  var value: Shape

  var isRequired: Bool { presence == .always && uncalibrated != .absent }
}

/// A JSON object: its members, and rules of JSON Schema that no single one of them has.
struct RecordShape: Sendable {
  var doc: String?
  var fields: [FieldShape]
  /// The field that is `null` in a clip without calibration.
  var calibrationKey: String?
  var rules: JSONValue.Members
}

/// JSON Schema (2020-12) of a record.
package struct RecordSchema {
  /// Readers pass over fields and words that they do not know, so the published schema allows them. The strict one
  /// allows what this version writes and nothing else.
  package enum Kind { case published, strict }

  private let kind: Kind
  private var definitions: JSONValue.Members = []

  static func schema<Root>(of form: RecordForm<Root>, _ kind: Kind, head: JSONValue.Members) -> JSONValue {
    var schema = RecordSchema(kind: kind)
    let members = schema.members(form.codec.shape)
    return .object(head + members + [("$defs", .object(schema.definitions))])
  }

  private init(kind: Kind) { self.kind = kind }

  private mutating func members(_ shape: Shape) -> JSONValue.Members {
    switch shape {
    case .plain(let members): members
    case .word(let words, let isClosed): self.words(words, isClosed: isClosed)
    case .list(let element, let limits):
      [("type", .string("array")), ("items", .object(members(element)))] + limits
    case .map(let element):
      [("type", .string("object")), ("additionalProperties", .object(members(element)))]
    case .optional(let wrapped): Self.optional(members(wrapped))
    case .named(let name, let named, let doc): reference(name, named, doc)
    case .record(let record): members(record)
    }
  }

  private func words(_ words: [String], isClosed: Bool) -> JSONValue.Members {
    let known: JSONValue.Members = [("enum", .array(words.map { .string($0) }))]
    if isClosed || kind == .strict { return known }
    return [("anyOf", .array([.object(known), .object([("type", .string("string"))])]))]
  }

  private static let isNull: JSONValue = .object([("type", .string("null"))])

  private static func optional(_ members: JSONValue.Members) -> JSONValue.Members {
    var members = members
    switch members.first {
    case (let key, .string(let type))? where key == "type":
      members[0].value = .array([.string(type), .string("null")])
    case (let key, .array(let choices))? where key == "enum": members[0].value = .array(choices + [.null])
    case (let key, .array(let choices))? where key == "anyOf": members[0].value = .array(choices + [isNull])
    default: return [("anyOf", .array([.object(members), isNull]))]
    }
    return members
  }

  private mutating func reference(_ name: String, _ shape: Shape, _ doc: String?) -> JSONValue.Members {
    if !definitions.contains(where: { $0.key == name }) {
      let place = definitions.count
      definitions.append((name, .null))
      definitions[place].value = .object(Self.described(members(shape), doc))
    }
    return [("$ref", .string("#/$defs/\(name)"))]
  }

  private static func described(_ members: JSONValue.Members, _ doc: String?) -> JSONValue.Members {
    members + (doc.map { [("description", .string($0))] } ?? [])
  }

  private mutating func members(_ record: RecordShape) -> JSONValue.Members {
    var properties: JSONValue.Members = []
    for field in record.fields {
      var value = field.value
      if field.presence == .whereKnown, case .optional(let wrapped) = value { value = wrapped }
      properties.append((field.key, .object(Self.described(members(value), field.doc))))
    }
    var result: JSONValue.Members = Self.described([("type", .string("object"))], record.doc)
    result.append(("required", Self.keys(record.fields.filter(\.isRequired))))
    result.append(("properties", .object(properties)))
    if kind == .strict { result.append(("additionalProperties", .bool(false))) }
    return result + Self.calibrationRule(record) + record.rules
  }

  private static func keys(_ fields: [FieldShape]) -> JSONValue { .array(fields.map { .string($0.key) }) }
}

extension RecordSchema {
  /// What holds of a clip without spacing, and of one with it.
  private static func calibrationRule(_ record: RecordShape) -> JSONValue.Members {
    guard let key = record.calibrationKey else { return [] }
    let isNull: JSONValue = .object([("properties", .object([(key, isNull)]))])
    let without = consequences(.record(record), isCalibrated: false)
    let with = consequences(.record(record), isCalibrated: true)
    return [("if", isNull), ("then", .object(without)), ("else", .object(with))]
  }

  /// Keywords for the values within a shape that hang on the calibration; none where none does.
  private static func consequences(_ shape: Shape, isCalibrated: Bool) -> JSONValue.Members {
    switch shape {
    case .plain, .word, .map: return []
    case .optional(let shape), .named(_, let shape, _): return consequences(shape, isCalibrated: isCalibrated)
    case .list(let element, _):
      let members = consequences(element, isCalibrated: isCalibrated)
      return members.isEmpty ? [] : [("items", .object(members))]
    case .record(let record):
      let properties: JSONValue.Members = record.fields.compactMap { field in
        if !isCalibrated, field.uncalibrated == .absent { return (field.key, .bool(false)) }
        if !isCalibrated, field.uncalibrated == .null {
          return (field.key, isNull)
        }
        let members = consequences(field.value, isCalibrated: isCalibrated)
        return members.isEmpty ? nil : (field.key, .object(members))
      }
      let needed = record.fields.filter { $0.uncalibrated == .absent && $0.presence == .always }
      return (isCalibrated && !needed.isEmpty ? [("required", keys(needed))] : [])
        + (properties.isEmpty ? [] : [("properties", .object(properties))])
    }
  }
}

extension JSONValue {
  /// For people: what fits on a line is put on one. Numbers are whole, or the text would not be JSON.
  func laidOut() -> String { laidOut(indent: 0) + "\n" }

  private static let width = 110

  private func laidOut(indent: Int) -> String {
    let line = spaced
    if indent + line.count < Self.width { return line }
    let margin = "\n" + String(repeating: " ", count: indent)
    switch self {
    case .object(let members):
      let lines = members.map { margin + "  " + Self.string($0).line + ": " + $1.laidOut(indent: indent + 2) }
      return "{" + lines.joined(separator: ",") + margin + "}"
    case .array(let elements):
      return "[" + elements.map { margin + "  " + $0.laidOut(indent: indent + 2) }.joined(separator: ",")
        + margin + "]"
    default: return line
    }
  }

  private var spaced: String {
    switch self {
    case .object(let members):
      "{" + members.map { "\(Self.string($0).line): \($1.spaced)" }.joined(separator: ", ") + "}"
    case .array(let elements): "[" + elements.map(\.spaced).joined(separator: ", ") + "]"
    default: line
    }
  }
}
