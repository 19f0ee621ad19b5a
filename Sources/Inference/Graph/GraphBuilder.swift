/// Turns the nodes of an ONNX graph into a `Graph`: constants are folded, shapes are inferred, and
/// whatever the engine cannot compute is refused by name.
struct GraphBuilder {
  /// What a name of the file refers to.
  enum Binding {
    case constant(Constant)
    case value(ValueID)
  }

  let parser: MessageParser
  let opset: Int
  var graph = Graph()
  private var bindings: [String: Binding] = [:]

  static func build(_ model: ONNXModel, parser: MessageParser) throws(ModelError) -> Graph {
    var builder = GraphBuilder(parser: parser, opset: model.opset)
    try builder.bindInitializers(model.graph)
    try builder.bindInput(model.graph)
    for node in model.graph.nodes { try builder.add(node) }
    try builder.bindOutputs(model.graph)
    return builder.graph
  }

  private init(parser: MessageParser, opset: Int) {
    self.parser = parser
    self.opset = opset
  }

  private mutating func bindInitializers(_ source: ONNXGraph) throws(ModelError) {
    for tensor in source.initializers {
      let origin = Graph.Origin(operatorType: "initializer", name: tensor.name)
      try bind(tensor.name, .constant(parser.constant(tensor)), origin)
    }
  }

  private mutating func bindInput(_ source: ONNXGraph) throws(ModelError) {
    let inputs = source.inputs.filter { bindings[$0.name] == nil }
    guard inputs.count == 1, let info = inputs.first else {
      throw ModelError(
        .unsupported(operator: "graph", node: ""), "\(inputs.count) inputs; exactly one is read")
    }
    let origin = Graph.Origin(operatorType: "input", name: info.name)
    guard info.elementType == 1 else { throw origin.unsupported("element type \(info.elementType)") }
    guard info.dimensions.count == 4 else { throw origin.unsupported("rank \(info.dimensions.count)") }
    var shape: [Int] = []
    for (axis, dimension) in info.dimensions.enumerated() {
      let size = dimension.map { $0 <= 0 && axis == 0 ? 1 : $0 } ?? (axis == 0 ? 1 : 0)
      guard size > 0 else { throw origin.unsupported("axis \(axis) has no fixed size") }
      shape.append(size)
    }
    guard shape[0] == 1 else { throw origin.unsupported("a batch of \(shape[0])") }
    try check(shape: shape, origin)
    graph.input = graph.addValue(shape: shape)
    graph.inputName = info.name
    try bind(info.name, .value(graph.input), origin)
  }

  private mutating func bindOutputs(_ source: ONNXGraph) throws(ModelError) {
    guard (1...ModelLimits.outputs).contains(source.outputs.count) else {
      throw ModelError(
        .unsupported(operator: "graph", node: ""),
        "\(source.outputs.count) outputs; 1 to \(ModelLimits.outputs) are read")
    }
    for info in source.outputs {
      let origin = Graph.Origin(operatorType: "output", name: info.name)
      guard case .value(let value)? = bindings[info.name] else {
        throw origin.inconsistent("no node computes it")
      }
      guard !graph.outputs.contains(where: { $0.name == info.name }) else {
        throw origin.inconsistent("it is listed twice")
      }
      graph.outputs.append(.init(value: value, name: info.name))
    }
  }

  private mutating func add(_ node: ONNXNode) throws(ModelError) {
    let origin = Graph.Origin(operatorType: node.operatorType, name: node.name)
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      throw origin.unsupported("domain '\(node.domain)'")
    }
    guard let name = node.outputs.first, !name.isEmpty else { throw origin.inconsistent("it has no output") }
    guard node.outputs.dropFirst().allSatisfy(\.isEmpty) else { throw origin.unsupported("several outputs") }
    var operands: [Binding?] = []
    for input in node.inputs {
      guard let binding = bindings[input] else {
        guard input.isEmpty else { throw origin.inconsistent("nothing before it defines '\(input)'") }
        operands.append(nil)
        continue
      }
      operands.append(binding)
    }
    var reader = NodeReader(
      origin: origin, operands: operands, attributes: try AttributeReader(node, origin: origin))
    let result = try binding(for: &reader)
    try reader.attributes.finish()
    try bind(name, result, origin)
  }

  private mutating func bind(
    _ name: String, _ binding: Binding, _ origin: Graph.Origin
  ) throws(ModelError) {
    guard bindings.updateValue(binding, forKey: name) == nil else {
      throw origin.inconsistent("'\(name)' is defined twice")
    }
  }

  /// Appends a node and gives the binding of its output.
  mutating func emit(
    _ operation: Operation, _ inputs: [ValueID], shape: [Int], _ origin: Graph.Origin
  ) throws(ModelError) -> Binding {
    try check(shape: shape, origin)
    let output = graph.addValue(shape: shape)
    graph.nodes.append(.init(origin: origin, operation: operation, inputs: inputs, output: output))
    return .value(output)
  }

  private func check(shape: [Int], _ origin: Graph.Origin) throws(ModelError) {
    guard shape.allSatisfy({ $0 > 0 }) else { throw origin.inconsistent("its result is \(shape)") }
    var count = 1
    for size in shape {
      let product = count.multipliedReportingOverflow(by: size)
      guard !product.overflow, product.partialValue <= ModelLimits.tensorElements else {
        throw ModelError(.tooLarge, "node '\(origin.name)' yields \(shape)")
      }
      count = product.partialValue
    }
    guard shape[1] <= ModelLimits.channels else {
      throw ModelError(.tooLarge, "node '\(origin.name)' yields \(shape[1]) channels")
    }
  }
}

/// The operands and attributes of the node that is being read.
struct NodeReader {
  let origin: Graph.Origin
  let operands: [GraphBuilder.Binding?]
  var attributes: AttributeReader

  func operand(_ index: Int) -> GraphBuilder.Binding? {
    index < operands.count ? operands[index] : nil
  }

  func value(_ index: Int) throws(ModelError) -> ValueID {
    guard case .value(let value)? = operand(index) else {
      throw origin.unsupported("input \(index) is absent or constant")
    }
    return value
  }

  /// The constant operand at `index`; nil where it is absent.
  func optionalConstant(_ index: Int) throws(ModelError) -> Constant? {
    switch operand(index) {
    case nil: return nil
    case .constant(let constant)?: return constant
    case .value?: throw origin.unsupported("input \(index) is not constant")
    }
  }

  func constant(_ index: Int) throws(ModelError) -> Constant {
    guard let constant = try optionalConstant(index) else {
      throw origin.inconsistent("input \(index) is absent")
    }
    return constant
  }

  func refuseOperands(after count: Int) throws(ModelError) {
    guard operands.dropFirst(count).allSatisfy({ $0 == nil }) else {
      throw origin.unsupported("more than \(count) inputs")
    }
  }
}
