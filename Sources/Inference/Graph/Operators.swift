/// The operators that the engine reads. An operator that is missing here is refused.
enum OperatorType: String, CaseIterable {
  case conv = "Conv"
  case convTranspose = "ConvTranspose"
  case batchNormalization = "BatchNormalization"
  case relu = "Relu"
  case leakyRelu = "LeakyRelu"
  case sigmoid = "Sigmoid"
  case softmax = "Softmax"
  case maxPool = "MaxPool"
  case averagePool = "AveragePool"
  case resize = "Resize"
  case upsample = "Upsample"
  case concat = "Concat"
  case add = "Add"
  case sub = "Sub"
  case mul = "Mul"
  case div = "Div"
  case pad = "Pad"
  case transpose = "Transpose"
  case identity = "Identity"
  case dropout = "Dropout"
  case cast = "Cast"
  case constant = "Constant"
  case shape = "Shape"
  case gather = "Gather"
  case slice = "Slice"
  case unsqueeze = "Unsqueeze"
  case squeeze = "Squeeze"
  case floor = "Floor"
}

extension GraphBuilder {
  mutating func binding(for node: inout NodeReader) throws(ModelError) -> Binding {
    switch OperatorType(rawValue: node.origin.operatorType) {
    case .conv: try convolution(&node)
    case .convTranspose: try transposedConvolution(&node)
    case .batchNormalization: try batchNormalization(&node)
    case .relu: try activation(.relu, &node)
    case .leakyRelu: try activation(.leakyRelu(slope: node.attributes.float("alpha") ?? 0.01), &node)
    case .sigmoid: try activation(.sigmoid, &node)
    case .softmax: try softmax(&node)
    case .maxPool: try maxPool(&node)
    case .averagePool: try averagePool(&node)
    case .resize: try resize(&node)
    case .upsample: try upsample(&node)
    case .concat: try concat(&node)
    case .add: try elementwise(.add, &node)
    case .sub: try elementwise(.subtract, &node)
    case .mul: try elementwise(.multiply, &node)
    case .div: try elementwise(.divide, &node)
    case .pad: try pad(&node)
    case .transpose: try transpose(&node)
    case .identity, .dropout: try identity(&node)
    case .cast: try cast(&node)
    case .constant: .constant(try constantNode(&node))
    case .shape: .constant(try shapeNode(&node))
    case .gather: .constant(try gather(&node))
    case .slice: .constant(try slice(&node))
    case .unsqueeze: .constant(try unsqueeze(&node))
    case .squeeze: .constant(try squeeze(&node))
    case .floor: .constant(try floor(&node))
    case nil: throw node.origin.unsupported("the engine has no such operator")
    }
  }

  private mutating func activation(
    _ activation: Activation, _ node: inout NodeReader
  ) throws(ModelError) -> Binding {
    let input = try node.value(0)
    return try emit(.activation(activation), [input], shape: graph.shapes[input], node.origin)
  }

  /// Before operator set 13 Softmax ran over all axes from `axis` on, flattened.
  private mutating func softmax(_ node: inout NodeReader) throws(ModelError) -> Binding {
    let input = try node.value(0)
    let shape = graph.shapes[input]
    let axis = try resolved(axis: try node.attributes.integer("axis") ?? (opset < 13 ? 1 : -1), node)
    guard opset >= 13 || shape[(axis + 1)...].allSatisfy({ $0 == 1 }) else {
      throw node.origin.unsupported("over the flattened axes from \(axis) on, as before operator set 13")
    }
    return try emit(.softmax(axis: axis), [input], shape: shape, node.origin)
  }

  private mutating func identity(_ node: inout NodeReader) throws(ModelError) -> Binding {
    node.attributes.ignore("ratio", "seed")
    guard let operand = node.operand(0) else { throw node.origin.inconsistent("input 0 is absent") }
    if node.origin.operatorType == "Dropout", let training = try node.optionalConstant(2) {
      guard training.floats.allSatisfy({ $0 == 0 }) else { throw node.origin.unsupported("training mode") }
    }
    return operand
  }

  private mutating func concat(_ node: inout NodeReader) throws(ModelError) -> Binding {
    guard let given = try node.attributes.integer("axis"), !node.operands.isEmpty else {
      throw node.origin.inconsistent("it has no axis or no inputs")
    }
    if case .constant? = node.operand(0) { return .constant(try concatenatedConstants(&node, axis: given)) }
    let axis = try resolved(axis: given, node)
    var inputs: [ValueID] = []
    for index in node.operands.indices { inputs.append(try node.value(index)) }
    var shape = graph.shapes[inputs[0]]
    for input in inputs.dropFirst() {
      let other = graph.shapes[input]
      guard (0..<4).allSatisfy({ $0 == axis || other[$0] == shape[$0] }) else {
        throw node.origin.inconsistent("\(other) does not fit \(shape) along axis \(axis)")
      }
      shape[axis] += other[axis]
    }
    return try emit(.concatenate(axis: axis), inputs, shape: shape, node.origin)
  }

  private mutating func pad(_ node: inout NodeReader) throws(ModelError) -> Binding {
    let mode = try node.attributes.string("mode") ?? "constant"
    guard mode == "constant" else { throw node.origin.unsupported("mode '\(mode)'") }
    try node.refuseOperands(after: 3)
    var amounts: [Int]
    var value: Float = 0
    if opset < 11 {
      amounts = try node.attributes.integers("pads") ?? []
      value = try node.attributes.float("value") ?? 0
    } else {
      amounts = try node.constant(1).integers.map { Int($0) }
      if let constant = try node.optionalConstant(2), let first = constant.floats.first { value = first }
    }
    let input = try node.value(0)
    let extent = ModelLimits.channels
    guard amounts.count == 8, amounts.allSatisfy({ (0...extent).contains($0) }), amounts[0] + amounts[4] == 0
    else { throw node.origin.unsupported("pads \(amounts)") }
    let padding = Padding(before: Array(amounts[..<4]), after: Array(amounts[4...]), value: value)
    let shape = (0..<4).map { graph.shapes[input][$0] + padding.before[$0] + padding.after[$0] }
    return try emit(.pad(padding), [input], shape: shape, node.origin)
  }

  private mutating func transpose(_ node: inout NodeReader) throws(ModelError) -> Binding {
    let input = try node.value(0)
    let order = try node.attributes.integers("perm") ?? [3, 2, 1, 0]
    guard order.sorted() == [0, 1, 2, 3] else { throw node.origin.inconsistent("perm \(order)") }
    guard order[0] == 0 else { throw node.origin.unsupported("perm \(order) moves the batch axis") }
    let shape = order.map { graph.shapes[input][$0] }
    return try emit(.transpose(order), [input], shape: shape, node.origin)
  }

  /// A negative axis counts from the end. Maps have four axes.
  func resolved(axis: Int, _ node: NodeReader) throws(ModelError) -> Int {
    let positive = axis < 0 ? axis + 4 : axis
    guard (1..<4).contains(positive) else { throw node.origin.unsupported("axis \(axis)") }
    return positive
  }
}
