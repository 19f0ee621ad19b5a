/// What an ONNX file asks for, found without running it, even where the engine refuses the file.
public struct ModelInspection: Sendable, Equatable {
  /// Version of the default operator set.
  public let operatorSet: Int
  /// How often each operator occurs in the graph; those of a domain of their own as `domain::operator`.
  public let operators: [String: Int]
  /// Operators that the engine does not have, in alphabetical order.
  public let unknownOperators: [String]
  /// Numbers in the graph's constants: the weights.
  public let parameters: Int

  /// - Throws: where the file cannot be read, or is no ONNX file of a size and version that the engine reads.
  public init(contentsOf path: String) throws(ModelError) {
    try self.init(bytes: try ModelFile.read(path))
  }

  /// An ONNX file that is in memory.
  public init(bytes: [UInt8]) throws(ModelError) {
    let result = bytes.withUnsafeBytes { file in
      Result { () throws(ModelError) -> ONNXModel in try MessageParser(file: file).model() }
    }
    let model = try result.get()
    operatorSet = model.opset
    let names = model.graph.nodes.map { node in
      node.domain.isEmpty || node.domain == "ai.onnx"
        ? node.operatorType : "\(node.domain)::\(node.operatorType)"
    }
    operators = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    unknownOperators = operators.keys.filter { OperatorType(rawValue: $0) == nil }.sorted()
    parameters = model.graph.initializers.reduce(0) { $0 + $1.elementCount }
  }
}
