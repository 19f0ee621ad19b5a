/// Reads the attributes of a node, and refuses those that nobody asked for.
struct AttributeReader {
  let origin: Graph.Origin
  private var remaining: [String: ONNXAttribute.Value] = [:]

  init(_ node: ONNXNode, origin: Graph.Origin) throws(ModelError) {
    self.origin = origin
    for attribute in node.attributes {
      guard remaining.updateValue(attribute.value, forKey: attribute.name) == nil else {
        throw origin.inconsistent("attribute '\(attribute.name)' is given twice")
      }
    }
  }

  mutating func integer(_ name: String) throws(ModelError) -> Int? {
    guard let value = remaining.removeValue(forKey: name) else { return nil }
    guard case .integer(let integer) = value else { throw wrongType(name) }
    return Int(integer)
  }

  mutating func float(_ name: String) throws(ModelError) -> Float? {
    guard let value = remaining.removeValue(forKey: name) else { return nil }
    guard case .float(let float) = value else { throw wrongType(name) }
    return float
  }

  mutating func string(_ name: String) throws(ModelError) -> String? {
    guard let value = remaining.removeValue(forKey: name) else { return nil }
    guard case .string(let string) = value else { throw wrongType(name) }
    return string
  }

  mutating func integers(_ name: String) throws(ModelError) -> [Int]? {
    guard let value = remaining.removeValue(forKey: name) else { return nil }
    guard case .integers(let list) = value else { throw wrongType(name) }
    return list.map { Int($0) }
  }

  mutating func floats(_ name: String) throws(ModelError) -> [Float]? {
    guard let value = remaining.removeValue(forKey: name) else { return nil }
    guard case .floats(let list) = value else { throw wrongType(name) }
    return list
  }

  mutating func tensor(_ name: String) throws(ModelError) -> ONNXTensor? {
    guard let value = remaining.removeValue(forKey: name) else { return nil }
    guard case .tensor(let tensor) = value else { throw wrongType(name) }
    return tensor
  }

  /// Takes an integer attribute that is read only to make sure that it has the one supported value.
  mutating func require(_ name: String, _ supported: Int) throws(ModelError) {
    guard let value = try integer(name), value != supported else { return }
    throw origin.unsupported("\(name)=\(value)")
  }

  /// Takes attributes that do not change what is computed here.
  mutating func ignore(_ names: String...) {
    for name in names { remaining.removeValue(forKey: name) }
  }

  /// - Throws: if an attribute was left over.
  func finish() throws(ModelError) {
    guard let name = remaining.keys.min() else { return }
    throw origin.unsupported("attribute '\(name)'")
  }

  private func wrongType(_ name: String) -> ModelError {
    origin.inconsistent("attribute '\(name)' has the wrong type")
  }
}
