extension GraphBuilder {
  /// The operators that the engine reads. An operator that is missing here is refused.
  mutating func binding(for node: inout NodeReader) throws(ModelError) -> Binding {
    switch node.origin.operatorType {
    case "Conv": try convolution(&node)
    case "ConvTranspose": try transposedConvolution(&node)
    case "BatchNormalization": try batchNormalization(&node)
    case "Relu": try activation(.relu, &node)
    case "LeakyRelu": try activation(.leakyRelu(slope: node.attributes.float("alpha") ?? 0.01), &node)
    case "Sigmoid": try activation(.sigmoid, &node)
    case "Softmax": try softmax(&node)
    case "MaxPool": try maxPool(&node)
    case "AveragePool": try averagePool(&node)
    case "Resize": try resize(&node)
    case "Upsample": try upsample(&node)
    case "Concat": try concat(&node)
    case "Add": try elementwise(.add, &node)
    case "Sub": try elementwise(.subtract, &node)
    case "Mul": try elementwise(.multiply, &node)
    case "Div": try elementwise(.divide, &node)
    case "Pad": try pad(&node)
    case "Transpose": try transpose(&node)
    case "Identity", "Dropout": try identity(&node)
    case "Cast": try cast(&node)
    case "Constant": .constant(try constantNode(&node))
    case "Shape": .constant(try shapeNode(&node))
    case "Gather": .constant(try gather(&node))
    case "Slice": .constant(try slice(&node))
    case "Unsqueeze": .constant(try unsqueeze(&node))
    case "Squeeze": .constant(try squeeze(&node))
    case "Floor": .constant(try floor(&node))
    default: throw node.origin.unsupported("the engine has no such operator")
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
