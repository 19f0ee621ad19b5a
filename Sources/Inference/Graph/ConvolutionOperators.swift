extension GraphBuilder {
  mutating func convolution(_ node: inout NodeReader) throws(ModelError) -> Binding {
    try node.refuseOperands(after: 3)
    try node.attributes.require("group", 1)
    let input = try node.value(0)
    let shape = graph.shapes[input]
    let weights = try weights(node)
    guard weights.shape[1] == shape[1] else {
      throw node.origin.inconsistent("weights \(weights.shape) on a map of \(shape)")
    }
    let kernel = try kernelShape(&node, default: Array(weights.shape[2...]))
    guard kernel == Array(weights.shape[2...]) else {
      throw node.origin.inconsistent("kernel_shape \(kernel) with weights \(weights.shape)")
    }
    let window = try window(&node, kernel: kernel, input: shape)
    let outputChannels = weights.shape[0]
    let convolution = Convolution(
      inputChannels: shape[1], outputChannels: outputChannels, window: window, weights: weights.floats,
      bias: try bias(node, outputChannels))
    let output = [1, outputChannels, window.rows.outputSize(shape[2]), window.columns.outputSize(shape[3])]
    return try emit(.convolution(convolution), [input], shape: output, node.origin)
  }

  mutating func transposedConvolution(_ node: inout NodeReader) throws(ModelError) -> Binding {
    try node.refuseOperands(after: 3)
    try node.attributes.require("group", 1)
    let input = try node.value(0)
    let shape = graph.shapes[input]
    let weights = try weights(node)
    guard weights.shape[0] == shape[1] else {
      throw node.origin.inconsistent("weights \(weights.shape) on a map of \(shape)")
    }
    let kernel = try kernelShape(&node, default: Array(weights.shape[2...]))
    guard kernel == Array(weights.shape[2...]) else {
      throw node.origin.inconsistent("kernel_shape \(kernel) with weights \(weights.shape)")
    }
    let (window, size) = try transposedWindow(&node, kernel: kernel, input: shape)
    let outputChannels = weights.shape[1]
    let operation = TransposedConvolution(
      inputChannels: shape[1], outputChannels: outputChannels, window: window, outputSize: size,
      weights: weights.floats, bias: try bias(node, outputChannels))
    return try emit(
      .transposedConvolution(operation), [input], shape: [1, outputChannels, size.rows, size.columns],
      node.origin)
  }

  /// y = scale * (x - mean) / sqrt(variance + epsilon) + offset
  mutating func batchNormalization(_ node: inout NodeReader) throws(ModelError) -> Binding {
    node.attributes.ignore("momentum")
    try node.attributes.require("training_mode", 0)
    try node.attributes.require("spatial", 1)
    try node.refuseOperands(after: 5)
    let epsilon = try node.attributes.float("epsilon") ?? 1e-5
    let input = try node.value(0)
    let channels = graph.shapes[input][1]
    var statistics: [[Float]] = []
    for index in 1...4 {
      let list = try node.constant(index).floats
      guard list.count == channels else {
        throw node.origin.inconsistent("\(list.count) values for \(channels) channels")
      }
      statistics.append(list)
    }
    var result = ScaleShift(scale: [], shift: [])
    for channel in 0..<channels {
      let deviation = (Double(statistics[3][channel]) + Double(epsilon)).squareRoot()
      let scale = Double(statistics[0][channel]) / deviation
      result.scale.append(Float(scale))
      result.shift.append(Float(Double(statistics[1][channel]) - Double(statistics[2][channel]) * scale))
    }
    return try emit(.scaleShift(result), [input], shape: graph.shapes[input], node.origin)
  }

  private func weights(_ node: NodeReader) throws(ModelError) -> Constant {
    let weights = try node.constant(1)
    guard weights.shape.count == 4, !weights.isInteger, weights.count > 0 else {
      throw node.origin.unsupported("weights of shape \(weights.shape)")
    }
    return weights
  }

  private func bias(_ node: NodeReader, _ channels: Int) throws(ModelError) -> [Float] {
    guard let bias = try node.optionalConstant(2) else { return [Float](repeating: 0, count: channels) }
    guard bias.count == channels else {
      throw node.origin.inconsistent("\(bias.count) biases for \(channels) channels")
    }
    return bias.floats
  }
}
