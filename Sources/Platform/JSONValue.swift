/// JSON whose members keep the order in which they were given, so that the same value is always the same bytes.
package indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  /// JSON has no infinity and no NaN.
  package struct NotFinite: Error, Equatable {
    package var path: String
  }

  /// On one line, without a newline at the end.
  package func compact() throws(NotFinite) -> String {
    var text = ""
    try write(to: &text, indent: nil, path: "$")
    return text
  }

  /// Indented by two spaces; an array without objects stays on one line. Ends with a newline.
  package func pretty() throws(NotFinite) -> String {
    var text = ""
    try write(to: &text, indent: 0, path: "$")
    return text + "\n"
  }
}

extension JSONValue {
  /// On one line, for values without fractions: these are never infinite.
  package var line: String { (try? compact()) ?? "null" }

  /// A number rounded to so many decimals; a missing one is `null`.
  package static func rounded(_ value: Double?, _ decimals: Int) -> JSONValue {
    guard let value else { return .null }
    guard value.isFinite else { return .number(value) }
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    let rounded = (value * scale).rounded() / scale
    return .number(rounded == 0 ? 0 : rounded)
  }

  package static func optional(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

  package static func code<Code: RawRepresentable>(_ value: Code?) -> JSONValue
  where Code.RawValue == String {
    optional(value?.rawValue)
  }
}

extension JSONValue {
  private var holdsObject: Bool {
    switch self {
    case .object: true
    case .array(let elements): elements.contains { $0.holdsObject }
    default: false
    }
  }

  private func write(to text: inout String, indent: Int?, path: String) throws(NotFinite) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value):
      guard value.isFinite else { throw NotFinite(path: path) }
      text += value.description
    case .string(let value): Self.quote(value, into: &text)
    case .array(let elements):
      let inner = holdsObject ? indent : nil
      let members = elements.enumerated().map { (prefix: "", path: "\(path)[\($0)]", value: $1) }
      try Self.write(members, between: ("[", "]"), spaced: indent != nil, to: &text, indent: inner)
    case .object(let members):
      let quoted = members.map { member in
        var name = ""
        Self.quote(member.key, into: &name)
        let colon = indent == nil ? ":" : ": "
        return (prefix: name + colon, path: "\(path).\(member.key)", value: member.value)
      }
      try Self.write(quoted, between: ("{", "}"), spaced: indent != nil, to: &text, indent: indent)
    }
  }

  private static func write(
    _ members: [(prefix: String, path: String, value: JSONValue)], between brackets: (String, String),
    spaced: Bool, to text: inout String, indent: Int?
  ) throws(NotFinite) {
    let inner = indent.map { $0 + 2 }
    text += brackets.0
    for (index, member) in members.enumerated() {
      if index > 0 { text += spaced && inner == nil ? ", " : "," }
      if let inner { text += "\n" + String(repeating: " ", count: inner) }
      text += member.prefix
      try member.value.write(to: &text, indent: inner, path: member.path)
    }
    if let indent, !members.isEmpty { text += "\n" + String(repeating: " ", count: indent) }
    text += brackets.1
  }

  private static func quote(_ value: String, into text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
