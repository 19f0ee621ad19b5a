/// Models that were trained with the channels last hold transposes at their borders. Inside the engine the
/// channels come first, and so do they at its interface: the border transposes are dropped.
extension Graph {
  private static let channelsFirst = [0, 3, 1, 2]
  private static let channelsLast = [0, 2, 3, 1]

  /// Moves a transpose behind the element-wise node or softmax that is its only reader, until it is
  /// before an output.
  mutating func sinkTransposes() {
    for index in nodes.indices {
      guard case .transpose(let order) = nodes[index].operation,
        let reader = onlyReader(of: nodes[index].output), reader > index,
        let operation = nodes[reader].operation.transposed(back: order)
      else { continue }
      let source = nodes[index].inputs[0]
      let between = addValue(shape: shapes[source])
      let transpose = nodes[index]
      nodes[index].operation = operation
      nodes[index].origin = nodes[reader].origin
      nodes[index].output = between
      nodes[reader] = Node(
        origin: transpose.origin, operation: transpose.operation, inputs: [between],
        output: nodes[reader].output)
    }
  }

  mutating func stripBorderTransposes() {
    stripInput()
    for position in outputs.indices { stripOutput(position) }
  }

  private mutating func stripInput() {
    let readers = nodes.indices.filter { nodes[$0].inputs.contains(input) }
    guard !isOutput(input), !readers.isEmpty,
      readers.allSatisfy({ nodes[$0].isTranspose(Self.channelsFirst) })
    else { return }
    let replaced = Set(readers.map { nodes[$0].output })
    guard !replaced.contains(where: isOutput) else { return }
    input = addValue(shape: shapes[nodes[readers[0]].output])
    nodes = nodes.enumerated().filter { !readers.contains($0.offset) }.map(\.element)
    for index in nodes.indices {
      nodes[index].inputs = nodes[index].inputs.map { replaced.contains($0) ? input : $0 }
    }
  }

  private mutating func stripOutput(_ position: Int) {
    let output = outputs[position].value
    guard outputs.count(where: { $0.value == output }) == 1,
      let index = nodes.firstIndex(where: { $0.output == output }),
      nodes[index].isTranspose(Self.channelsLast), nodes[index].inputs[0] != input,
      !nodes.contains(where: { $0.inputs.contains(output) })
    else { return }
    outputs[position].value = nodes[index].inputs[0]
    nodes.remove(at: index)
  }

  /// The index of the only node that reads `value`; nil where there are several, or none.
  private func onlyReader(of value: ValueID) -> Int? {
    guard !isOutput(value) else { return nil }
    let readers = nodes.indices.filter { nodes[$0].inputs.contains(value) }
    return readers.count == 1 ? readers[0] : nil
  }
}

extension Graph.Node {
  fileprivate func isTranspose(_ order: [Int]) -> Bool {
    if case .transpose(order) = operation { return true }
    return false
  }
}

extension Operation {
  /// The operation on the map before a transpose in `order` that equals this one after it.
  fileprivate func transposed(back order: [Int]) -> Operation? {
    switch self {
    case .activation: self
    case .softmax(let axis): .softmax(axis: order[axis])
    default: nil
    }
  }
}
