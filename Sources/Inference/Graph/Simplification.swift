/// Rewrites that leave the result as it is, up to rounding.
extension Graph {
  func simplified() -> Graph {
    var graph = self
    graph.sinkTransposes()
    graph.stripBorderTransposes()
    graph.fuse()
    return graph
  }

  /// Brings each node into the one before it, where that one can compute both.
  private mutating func fuse() {
    let readers = readerCounts()
    var kept: [Node] = []
    var producer: [ValueID: Int] = [:]
    for var node in nodes {
      if node.inputs.count == 1, let index = producer[node.inputs[0]], readers[node.inputs[0]] == 1,
        let operation = kept[index].operation.followed(by: node.operation)
      {
        node.operation = operation
        node.inputs = kept[index].inputs
        node.origin = kept[index].origin
        kept[index] = node
        producer[node.output] = index
      } else {
        producer[node.output] = kept.count
        kept.append(node)
      }
    }
    nodes = kept
  }
}

extension Operation {
  /// One operation that does this one and then `next`; nil where there is none.
  fileprivate func followed(by next: Operation) -> Operation? {
    switch (self, next) {
    case (_, .scaleShift(let line)): return scaled(by: line)
    case (_, .activation(let activation)): return activated(by: activation)
    case (.pad(let padding), .convolution(var next)) where padding.isZeroAroundMap:
      next.window.rows.padBefore += padding.before[2]
      next.window.rows.padAfter += padding.after[2]
      next.window.columns.padBefore += padding.before[3]
      next.window.columns.padAfter += padding.after[3]
      return .convolution(next)
    default: return nil
    }
  }

  private func scaled(by line: ScaleShift) -> Operation? {
    switch self {
    case .convolution(var first) where first.activation == .none:
      let taps = first.weights.count / first.outputChannels
      for index in first.weights.indices { first.weights[index] *= line.scale[index / taps] }
      line.apply(to: &first.bias)
      first.activation = line.activation
      return .convolution(first)
    case .transposedConvolution(var first) where first.activation == .none:
      let taps = first.weights.count / (first.inputChannels * first.outputChannels)
      for index in first.weights.indices {
        first.weights[index] *= line.scale[index / taps % first.outputChannels]
      }
      line.apply(to: &first.bias)
      first.activation = line.activation
      return .transposedConvolution(first)
    case .scaleShift(var first) where first.activation == .none:
      for index in first.scale.indices { first.scale[index] *= line.scale[index] }
      line.apply(to: &first.shift)
      first.activation = line.activation
      return .scaleShift(first)
    default: return nil
    }
  }

  private func activated(by activation: Activation) -> Operation? {
    switch self {
    case .convolution(var first) where first.activation == .none:
      first.activation = activation
      return .convolution(first)
    case .transposedConvolution(var first) where first.activation == .none:
      first.activation = activation
      return .transposedConvolution(first)
    case .scaleShift(var first) where first.activation == .none:
      first.activation = activation
      return .scaleShift(first)
    case .elementwise(let operation, .none): return .elementwise(operation, activation)
    default: return nil
    }
  }
}

extension ScaleShift {
  fileprivate func apply(to numbers: inout [Float]) {
    for index in numbers.indices { numbers[index] = numbers[index] * scale[index] + shift[index] }
  }
}

extension Padding {
  fileprivate var isZeroAroundMap: Bool { value == 0 && before[1] == 0 && after[1] == 0 }
}
