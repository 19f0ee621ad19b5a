extension Window.Axis {
  /// How far the window reaches, its first element included.
  var extent: Int { (size - 1) * dilation + 1 }

  /// Positions of the window along an axis of `input` elements; not positive where it does not fit.
  func outputSize(_ input: Int, ceiling: Bool = false) -> Int {
    let span = input + padBefore + padAfter - extent
    guard span >= 0 else { return 0 }
    guard ceiling else { return span / stride + 1 }
    let count = (span + stride - 1) / stride + 1
    // A window that would begin in the padding behind the map is left out, as PyTorch and ONNX Runtime do.
    return (count - 1) * stride >= input + padBefore ? count - 1 : count
  }

  /// Pads so that the result has ceil(input / stride) elements.
  mutating func padSame(_ input: Int, extraInFront: Bool) {
    let output = (input + stride - 1) / stride
    split(max(0, (output - 1) * stride + extent - input), extraInFront: extraInFront)
  }

  mutating func split(_ total: Int, extraInFront: Bool) {
    padBefore = extraInFront ? total - total / 2 : total / 2
    padAfter = total - padBefore
  }
}

extension GraphBuilder {
  func kernelShape(_ node: inout NodeReader, default fallback: [Int]?) throws(ModelError) -> [Int] {
    guard let kernel = try node.attributes.integers("kernel_shape") ?? fallback else {
      throw node.origin.inconsistent("it has no kernel_shape")
    }
    guard kernel.count == 2, kernel.allSatisfy({ (1...ModelLimits.kernelExtent).contains($0) }) else {
      throw node.origin.unsupported("kernel_shape \(kernel)")
    }
    return kernel
  }

  /// The sliding window of a convolution or pooling over a map of shape `input`.
  func window(_ node: inout NodeReader, kernel: [Int], input: [Int]) throws(ModelError) -> Window {
    var window = try unpaddedWindow(&node, kernel: kernel)
    let pads = try node.attributes.integers("pads")
    switch try node.attributes.string("auto_pad") ?? "NOTSET" {
    case "NOTSET", "": try setPads(pads, &window, node)
    case "VALID": break
    case "SAME_UPPER": padSame(&window, input, extraInFront: false)
    case "SAME_LOWER": padSame(&window, input, extraInFront: true)
    case let mode: throw node.origin.unsupported("auto_pad '\(mode)'")
    }
    return window
  }

  /// The window of a transposed convolution, and the rows and columns of its result:
  /// stride * (input - 1) + output_padding + extent - pads.
  func transposedWindow(
    _ node: inout NodeReader, kernel: [Int], input: [Int]
  ) throws(ModelError) -> (Window, (rows: Int, columns: Int)) {
    var window = try unpaddedWindow(&node, kernel: kernel)
    let extra = try node.attributes.integers("output_padding") ?? [0, 0]
    let pads = try node.attributes.integers("pads")
    let mode = try node.attributes.string("auto_pad") ?? "NOTSET"
    guard extra.count == 2, extra.allSatisfy({ (0...ModelLimits.kernelExtent).contains($0) }) else {
      throw node.origin.unsupported("output_padding \(extra)")
    }
    let full = [
      window.rows.stride * (input[2] - 1) + extra[0] + window.rows.extent,
      window.columns.stride * (input[3] - 1) + extra[1] + window.columns.extent,
    ]
    if let size = try transposedSize(&node, mode: mode, window, input: input, full: full) {
      let cut = [full[0] - size[0], full[1] - size[1]]
      guard cut.allSatisfy({ $0 >= 0 }) else { throw node.origin.unsupported("an output of \(size)") }
      // ONNX puts the odd element in front for every mode but SAME_UPPER.
      window.rows.split(cut[0], extraInFront: mode != "SAME_UPPER")
      window.columns.split(cut[1], extraInFront: mode != "SAME_UPPER")
    } else {
      try setPads(pads, &window, node)
    }
    return (
      window,
      (
        full[0] - window.rows.padBefore - window.rows.padAfter,
        full[1] - window.columns.padBefore - window.columns.padAfter
      )
    )
  }

  /// The rows and columns that a transposed convolution is to have; nil where its padding says so.
  private func transposedSize(
    _ node: inout NodeReader, mode: String, _ window: Window, input: [Int], full: [Int]
  ) throws(ModelError) -> [Int]? {
    if let wanted = try node.attributes.integers("output_shape") {
      guard wanted.count == 2 || wanted.count == 4,
        wanted.allSatisfy({ (1...ModelLimits.tensorElements).contains($0) })
      else {
        throw node.origin.inconsistent("output_shape \(wanted)")
      }
      return Array(wanted.suffix(2))
    }
    switch mode {
    case "SAME_UPPER", "SAME_LOWER": return [input[2] * window.rows.stride, input[3] * window.columns.stride]
    case "VALID": return full
    case "NOTSET", "": return nil
    default: throw node.origin.unsupported("auto_pad '\(mode)'")
    }
  }

  mutating func maxPool(_ node: inout NodeReader) throws(ModelError) -> Binding {
    try node.attributes.require("storage_order", 0)
    return try pool(.maximum, &node)
  }

  mutating func averagePool(_ node: inout NodeReader) throws(ModelError) -> Binding {
    let counts = try node.attributes.integer("count_include_pad") ?? 0
    return try pool(.average(countsPadding: counts != 0), &node)
  }

  private mutating func pool(_ kind: Pooling.Kind, _ node: inout NodeReader) throws(ModelError) -> Binding {
    let input = try node.value(0)
    let shape = graph.shapes[input]
    let ceiling = try node.attributes.integer("ceil_mode") ?? 0
    let kernel = try kernelShape(&node, default: nil)
    let window = try window(&node, kernel: kernel, input: shape)
    guard window.rows.dilation == 1, window.columns.dilation == 1 else {
      throw node.origin.unsupported("dilations")
    }
    for axis in [window.rows, window.columns] {
      guard axis.padBefore < axis.size, axis.padAfter < axis.size else {
        throw node.origin.inconsistent("padding is not smaller than the window")
      }
    }
    if case .average = kind, ceiling != 0 { throw node.origin.unsupported("ceil_mode of an average") }
    let output = [
      1, shape[1], window.rows.outputSize(shape[2], ceiling: ceiling != 0),
      window.columns.outputSize(shape[3], ceiling: ceiling != 0),
    ]
    return try emit(.pool(Pooling(kind: kind, window: window)), [input], shape: output, node.origin)
  }

  private func unpaddedWindow(_ node: inout NodeReader, kernel: [Int]) throws(ModelError) -> Window {
    let strides = try node.attributes.integers("strides") ?? [1, 1]
    let dilations = try node.attributes.integers("dilations") ?? [1, 1]
    for (name, list) in [("strides", strides), ("dilations", dilations)] {
      guard list.count == 2, list.allSatisfy({ (1...ModelLimits.kernelExtent).contains($0) }) else {
        throw node.origin.unsupported("\(name) \(list)")
      }
    }
    return Window(
      rows: .init(size: kernel[0], stride: strides[0], dilation: dilations[0]),
      columns: .init(size: kernel[1], stride: strides[1], dilation: dilations[1]))
  }

  /// ONNX lists the padding as top, left, bottom, right.
  private func setPads(_ pads: [Int]?, _ window: inout Window, _ node: NodeReader) throws(ModelError) {
    guard let pads else { return }
    let limit = ModelLimits.kernelExtent * ModelLimits.kernelExtent
    guard pads.count == 4, pads.allSatisfy({ (0...limit).contains($0) }) else {
      throw node.origin.unsupported("pads \(pads)")
    }
    (window.rows.padBefore, window.columns.padBefore) = (pads[0], pads[1])
    (window.rows.padAfter, window.columns.padAfter) = (pads[2], pads[3])
  }

  private func padSame(_ window: inout Window, _ input: [Int], extraInFront: Bool) {
    window.rows.padSame(input[2], extraInFront: extraInFront)
    window.columns.padSame(input[3], extraInFront: extraInFront)
  }
}
