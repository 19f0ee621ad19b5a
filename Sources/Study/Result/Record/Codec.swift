import Hinge
import Platform

/// How the values of one type look in JSON: how they are written and read, and what a schema says of them.
package struct Codec<Value: Sendable>: Sendable {
  /// - Parameter isCalibrated: Whether the clip that the value belongs to has a spacing.
  typealias Write = @Sendable (_ value: Value, _ isCalibrated: Bool) -> JSONValue
  typealias Read = @Sendable (JSONValue) throws(RecordFault) -> Value

  let shape: Shape
  /// What it is where the member is not there; `nil` where the member must be there.
  var absent: Value?
  let write: Write
  let read: Read

  init(_ shape: Shape, absent: Value? = nil, write: @escaping Write, read: @escaping Read) {
    (self.shape, self.absent, self.write, self.read) = (shape, absent, write, read)
  }

  /// - Parameters:
  ///   - write: The JSON of a value.
  ///   - read: `nil` where the JSON is of another type.
  init(
    plain shape: Shape, write: @escaping @Sendable (Value) -> JSONValue,
    read: @escaping @Sendable (JSONValue) -> Value?
  ) {
    self.init(
      shape, write: { value, _ in write(value) },
      read: { json throws(RecordFault) in
        guard let value = read(json) else { throw .wrongType }
        return value
      })
  }

  func read(_ json: JSONValue, within key: @autoclosure () -> String) throws(RecordFault) -> Value {
    do throws(RecordFault) { return try read(json) } catch { throw error.within(key()) }
  }

  /// The same, described once under `$defs`.
  func named(_ name: String, _ doc: String? = nil) -> Codec {
    Codec(.named(name, shape, doc: doc), absent: absent, write: write, read: read)
  }
}

/// Why JSON is not what a form describes, and where. It says nothing of the content.
package struct RecordFault: Error, Equatable {
  package var path: [String] = []
  package var what: String

  static let missing = Self(what: "is missing")
  static let wrongType = Self(what: "has the wrong type")
  static let unknownWord = Self(what: "has a value outside the schema")
  static let notJSON = Self(what: "is not JSON")

  func within(_ key: String) -> Self { Self(path: [key] + path, what: what) }

  package var sentence: String { (path.isEmpty ? "The file" : path.joined(separator: ".")) + " \(what)." }
}

extension Codec where Value == String {
  package static var text: Self {
    Self(plain: .plain([("type", .string("string"))]), write: { .string($0) }, read: { $0.text })
  }

  /// A text of which the schema says more.
  private static func text(_ limits: JSONValue.Members) -> Self {
    Self(text.shape.with(limits), write: text.write, read: text.read)
  }

  package static var uid: Self {
    text([("pattern", .string(#"^[0-9]+(\.[0-9]+)*$"#)), ("maxLength", .integer(64))]).named("uid")
  }

  package static var sha256: Self { text([("pattern", .string("^[0-9a-f]{64}$"))]).named("sha256") }

  /// Always the same text.
  package static func constant(_ value: String) -> Self {
    Self(
      .plain([("const", .string(value))]), write: { text, _ in .string(text) },
      read: { json throws(RecordFault) in
        guard json.text == value else { throw RecordFault(what: "is not \(value)") }
        return value
      })
  }
}

extension Codec where Value == Bool {
  package static var flag: Self {
    Self(
      plain: .plain([("type", .string("boolean"))]), write: { .bool($0) },
      read: { if case .bool(let value) = $0 { value } else { nil } })
  }
}

extension Codec where Value: FixedWidthInteger {
  package static func integer(_ unit: String? = nil, min: Int = 0) -> Self {
    Self(
      plain: .plain([("type", .string("integer"))] + Shape.unit(unit) + Shape.limits([("minimum", min)])),
      write: { .integer(Int($0)) },
      read: { json in
        switch json {
        case .integer(let value): Value(exactly: value)
        case .number(let value): Value(exactly: value)
        default: nil
        }
      })
  }

  /// Of a cine, from 0.
  package static var frame: Self { integer().named("frame", "The number of a frame, from 0.") }
}

extension Codec where Value == Double {
  /// - Parameters:
  ///   - decimals: To which it is rounded; `nil` where it was rounded before.
  ///   - unit: UCUM, or `px` and `px2` of the stored frame.
  ///   - above: What it is greater than.
  package static func number(
    _ decimals: Int?, _ unit: String? = nil, min: Int? = nil, above: Int? = nil, max: Int? = nil
  ) -> Self {
    Self(
      plain: .plain(
        [("type", .string("number"))] + Shape.unit(unit)
          + Shape.limits([("minimum", min), ("exclusiveMinimum", above), ("maximum", max)])),
      write: { value in decimals.map { .rounded(value, $0) } ?? .number(value) }, read: { $0.number })
  }

  /// To 0.001.
  package static var probability: Self { number(3, min: 0, max: 1) }
}

extension Codec where Value == Point {
  /// A pair `[x, y]` in pixels of the stored frame, to 0.001.
  package static var point: Self {
    let pair = Codec<[Double]>.list(.number(3, "px"), count: 2)
    return Self(
      pair.shape, write: { pair.write([$0.x, $0.y], $1) },
      read: { json throws(RecordFault) in
        let values = try pair.read(json)
        guard values.count == 2 else { throw .unknownWord }
        return Point(x: values[0], y: values[1])
      })
  }
}

extension Codec where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of a list of words.
  /// - Parameters:
  ///   - words: Those that are written, in the schema.
  ///   - isClosed: Whether readers may rely on there being no others in later versions.
  package static func word(of words: [Value] = Array(Value.allCases), isClosed: Bool = false) -> Self {
    Self(
      .word(words.map(\.rawValue), isClosed: isClosed), write: { word, _ in .string(word.rawValue) },
      read: { json throws(RecordFault) in
        guard let text = json.text else { throw .wrongType }
        guard let word = Value(rawValue: text) else { throw .unknownWord }
        return word
      })
  }

  package static var word: Self { word() }
}

extension Codec where Value == ReasonCode {
  package static var reason: Self { word().named("reason", "Why something has the status that it has.") }
}

extension Codec where Value: Recorded {
  package static var record: Self { Value.form.codec }
}

extension Codec {
  /// - Parameters:
  ///   - count: How many there are, where that is always the same.
  ///   - most: How many there are at most.
  package static func list<Element>(
    _ element: Codec<Element>, count: Int? = nil, most: Int? = nil
  ) -> Self where Value == [Element] {
    Self(
      .list(of: element.shape, Shape.limits([("minItems", count), ("maxItems", count ?? most)])),
      write: { values, isCalibrated in .array(values.map { element.write($0, isCalibrated) }) },
      read: { json throws(RecordFault) in
        guard case .array(let elements) = json else { throw .wrongType }
        var values: [Element] = []
        values.reserveCapacity(elements.count)
        for json in elements { values.append(try element.read(json, within: "\(values.count)")) }
        return values
      })
  }

  /// By names that are none of the schema's.
  package static func map<Element>(_ element: Codec<Element>) -> Self where Value == [String: Element] {
    Self(
      .map(of: element.shape),
      write: { values, isCalibrated in
        .object(values.sorted { $0.key < $1.key }.map { ($0.key, element.write($0.value, isCalibrated)) })
      },
      read: { json throws(RecordFault) in
        guard case .object(let members) = json else { throw .wrongType }
        var values: Value = [:]
        for (key, json) in members { values[key] = try element.read(json, within: key) }
        return values
      })
  }

  /// `null` where there is none.
  package static func optional<Wrapped>(_ wrapped: Codec<Wrapped>) -> Self where Value == Wrapped? {
    Self(
      .optional(wrapped.shape), absent: .some(nil),
      write: { value, isCalibrated in value.map { wrapped.write($0, isCalibrated) } ?? .null },
      read: { json throws(RecordFault) in
        if case .null = json { return nil }
        return try wrapped.read(json)
      })
  }

  /// An empty list where there is none, as in results of versions that did not have the member.
  package static func orEmpty<Element>(_ list: Codec<[Element]>) -> Self where Value == [Element]? {
    Self(
      list.shape, absent: .some(nil), write: { list.write($0 ?? [], $1) },
      read: { json throws(RecordFault) in
        if case .null = json { return nil }
        return try list.read(json)
      })
  }
}

extension JSONValue {
  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }

  fileprivate var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
