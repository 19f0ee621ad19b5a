import Platform

/// One field of a record: its name, where it lies in the value, how it is written and read, and what it means. What is
/// written, what is read and what the schema says all come of it. A class, since a form goes through its fields for
/// every value, and a reference is copied in no time.
package final class Field<Root: Sendable, Value: Sendable>: Sendable {
  let shape: FieldShape
  private let get: @Sendable (Root) -> Value
  private let codec: Codec<Value>

  /// - Parameters:
  ///   - key: The name in JSON. It ends with the unit where it has one.
  ///   - doc: A sentence for the schema.
  package init(
    _ key: String, _ path: KeyPath<Root, Value> & Sendable, _ codec: Codec<Value>, _ doc: String? = nil,
    presence: FieldShape.Presence = .always, uncalibrated: FieldShape.Uncalibrated = .kept
  ) {
    shape = FieldShape(key: key, doc: doc, presence: presence, uncalibrated: uncalibrated, value: codec.shape)
    get = { $0[keyPath: path] }
    self.codec = codec
  }

  /// A field that may have no value.
  package convenience init<Wrapped>(
    _ key: String, _ path: KeyPath<Root, Wrapped?> & Sendable, _ codec: Codec<Wrapped>, _ doc: String? = nil,
    presence: FieldShape.Presence = .always, uncalibrated: FieldShape.Uncalibrated = .kept
  ) where Value == Wrapped? {
    self.init(key, path, .optional(codec), doc, presence: presence, uncalibrated: uncalibrated)
  }

  fileprivate func write(_ root: Root, _ isCalibrated: Bool, into members: inout JSONValue.Members) {
    if !isCalibrated, shape.uncalibrated == .absent { return }
    let value =
      !isCalibrated && shape.uncalibrated == .null ? .null : codec.write(get(root), isCalibrated)
    if case .null = value, shape.presence == .whereKnown { return }
    members.append((shape.key, value))
  }

  fileprivate func read(_ members: JSONValue.Members) throws(RecordFault) -> Value {
    if let found = members.first(where: { $0.key == shape.key }) {
      return try codec.read(found.value, within: shape.key)
    }
    guard let absent = codec.absent else { throw .missing.within(shape.key) }
    return absent
  }
}

/// A value that is written in JSON as its form says.
package protocol Recorded: Sendable {
  static var form: RecordForm<Self> { get }
}

extension Recorded {
  package var json: JSONValue { Self.form.codec.write(self, true) }
}

/// All that is known of a record: its fields in the order in which they are written, and how a value is made of them.
package struct RecordForm<Root: Sendable>: Sendable {
  let codec: Codec<Root>

  /// - Parameters:
  ///   - make: The memberwise initializer: the fields are in the order of the properties.
  ///   - name: Under which the schema describes it once.
  ///   - calibration: Of a clip, whose millimetres hang on it: the field that is `null` without calibration.
  ///   - rules: What the schema says of several fields together.
  package init<each Value: Sendable>(
    _ make: @escaping @Sendable (repeat each Value) -> Root, _ name: String? = nil, doc: String? = nil,
    calibration: (key: String, isKnown: @Sendable (Root) -> Bool)? = nil, rules: JSONValue.Members = [],
    @FieldList<Root> _ list: () -> FieldList<Root>.Fields<repeat each Value>
  ) {
    let fields = list().fields
    var shapes: [FieldShape] = []
    // With `repeat` for `for`, Swift 6.3's optimizer crashes where all fields have one type.
    for field in repeat each fields { shapes.append(field.shape) }
    let shape = RecordShape(doc: doc, fields: shapes, calibrationKey: calibration?.key, rules: rules)
    let codec = Codec<Root>(
      .record(shape),
      write: { root, isCalibrated in
        var members: JSONValue.Members = []
        members.reserveCapacity(shape.fields.count)
        let isCalibrated = calibration?.isKnown(root) ?? isCalibrated
        for field in repeat each fields { field.write(root, isCalibrated, into: &members) }
        return .object(members)
      },
      read: { json throws(RecordFault) in
        guard case .object(let members) = json else { throw .wrongType }
        return make(repeat try (each fields).read(members))
      })
    self.codec = name.map { codec.named($0) } ?? codec
  }

  /// - Parameter leftOut: Keys whose objects and lists are taken for missing and empty ones.
  package func read(_ bytes: [UInt8], leavingOut leftOut: [String] = []) throws(RecordFault) -> Root {
    guard let json = try? JSONValue(json: bytes, leavingOut: leftOut) else { throw .notJSON }
    return try codec.read(json)
  }
}

/// Lists the fields of a form, one a line, so that the compiler looks at each by itself.
@resultBuilder package struct FieldList<Root: Sendable> {
  package struct Fields<each Value: Sendable>: Sendable { let fields: (repeat Field<Root, each Value>) }

  package static func buildExpression<Value>(_ field: Field<Root, Value>) -> Field<Root, Value> { field }

  package static func buildBlock<each Value>(
    _ fields: repeat Field<Root, each Value>
  ) -> Fields<repeat each Value> {
    Fields(fields: (repeat each fields))
  }
}
