import Glibc

/// How an output index becomes a source coordinate (ONNX Resize, coordinate_transformation_mode).
/// Computed in 32 bits, as ONNX Runtime does, so that ties fall on the same side.
private enum CoordinateMode: String {
  case halfPixel = "half_pixel"
  case pytorchHalfPixel = "pytorch_half_pixel"
  case alignCorners = "align_corners"
  case asymmetric = "asymmetric"

  func source(_ index: Int, scale: Float, input: Int, output: Int) -> Float {
    switch self {
    case .halfPixel: return (Float(index) + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return output > 1 ? (Float(index) + 0.5) / scale - 0.5 : 0
    case .alignCorners: return output == 1 ? 0 : Float(index) * Float(input - 1) / Float(output - 1)
    case .asymmetric: return Float(index) / scale
    }
  }
}

/// ONNX Resize, nearest_mode.
private enum NearestMode: String {
  case roundPreferFloor = "round_prefer_floor"
  case roundPreferCeiling = "round_prefer_ceil"
  case floor
  case ceiling = "ceil"

  func index(_ coordinate: Float) -> Int {
    switch self {
    case .roundPreferFloor: Int((coordinate - 0.5).rounded(.up))
    case .roundPreferCeiling: Int((coordinate + 0.5).rounded(.down))
    case .floor: Int(coordinate.rounded(.down))
    case .ceiling: Int(coordinate.rounded(.up))
    }
  }
}

/// How ONNX Resize finds the source of an element; coordinates are in elements.
private struct ResampleRule {
  var coordinates: CoordinateMode
  /// nil: linear.
  var nearest: NearestMode?

  func axis(input: Int, output: Int, scale: Float) -> ResampledAxis {
    var axis = ResampledAxis(lower: [], upper: [], upperWeight: [])
    for index in 0..<output {
      let coordinate = coordinates.source(index, scale: scale, input: input, output: output)
      if let nearest {
        let source = Int32(min(max(nearest.index(coordinate), 0), input - 1))
        axis.append(source, source, 0)
      } else {
        let clamped = min(max(coordinate, 0), Float(input - 1))
        let lower = Int(clamped)
        axis.append(Int32(lower), Int32(min(lower + 1, input - 1)), clamped - Float(lower))
      }
    }
    return axis
  }
}

extension ResampledAxis {
  fileprivate mutating func append(_ first: Int32, _ second: Int32, _ weight: Float) {
    lower.append(first)
    upper.append(second)
    upperWeight.append(weight)
  }
}

extension GraphBuilder {
  mutating func resize(_ node: inout NodeReader) throws(ModelError) -> Binding {
    node.attributes.ignore("cubic_coeff_a", "extrapolation_value")
    try node.attributes.require("exclude_outside", 0)
    try node.attributes.require("antialias", 0)
    if let policy = try node.attributes.string("keep_aspect_ratio_policy"), policy != "stretch" {
      throw node.origin.unsupported("keep_aspect_ratio_policy '\(policy)'")
    }
    guard opset >= 11 else { return try upsample(&node) }
    let rule = try resampleRule(&node)
    let axes = try node.attributes.integers("axes")
    if let sizes = try node.optionalConstant(3), sizes.count > 0 {
      let sizes = try allAxes(sizes.integers.map { Double($0) }, axes, node) { Double($0) }
      return try resample(&node, rule) { size, axis in (Int(sizes[axis]), Float(sizes[axis]) / Float(size)) }
    }
    let scales = try allAxes(try node.constant(2).floats.map { Double($0) }, axes, node) { _ in 1 }
    return try resample(&node, rule) { size, axis in
      (Int((Float(size) * Float(scales[axis])).rounded(.down)), Float(scales[axis]))
    }
  }

  /// Upsample (operator sets 7 to 9) and Resize 10: asymmetric coordinates, rounded down.
  mutating func upsample(_ node: inout NodeReader) throws(ModelError) -> Binding {
    let mode = try node.attributes.string("mode") ?? "nearest"
    guard mode == "nearest" || mode == "linear" else { throw node.origin.unsupported("mode '\(mode)'") }
    let given: [Float]
    if let attribute = try node.attributes.floats("scales") {
      given = attribute
    } else {
      given = try node.constant(1).floats
    }
    let scales = try allAxes(given.map { Double($0) }, nil, node) { _ in 1 }
    guard scales.allSatisfy({ $0 >= 1 }) else { throw node.origin.unsupported("scales \(given)") }
    let rule = ResampleRule(coordinates: .asymmetric, nearest: mode == "nearest" ? .floor : nil)
    return try resample(&node, rule) { size, axis in
      (Int((Float(size) * Float(scales[axis])).rounded(.down)), Float(scales[axis]))
    }
  }

  private func resampleRule(_ node: inout NodeReader) throws(ModelError) -> ResampleRule {
    let transformation = try node.attributes.string("coordinate_transformation_mode") ?? "half_pixel"
    guard let coordinates = CoordinateMode(rawValue: transformation) else {
      throw node.origin.unsupported("coordinate_transformation_mode '\(transformation)'")
    }
    let mode = try node.attributes.string("mode") ?? "nearest"
    let rounding = try node.attributes.string("nearest_mode") ?? "round_prefer_floor"
    switch mode {
    case "linear": return ResampleRule(coordinates: coordinates, nearest: nil)
    case "nearest":
      guard let nearest = NearestMode(rawValue: rounding) else {
        throw node.origin.unsupported("nearest_mode '\(rounding)'")
      }
      return ResampleRule(coordinates: coordinates, nearest: nearest)
    default: throw node.origin.unsupported("mode '\(mode)'")
    }
  }

  /// One number for each of the four axes; `axes` says which ones `given` speaks of.
  private func allAxes(
    _ given: [Double], _ axes: [Int]?, _ node: NodeReader, otherwise: (Int) -> Double
  ) throws(ModelError) -> [Double] {
    let axes = axes ?? [0, 1, 2, 3]
    let shape = graph.shapes[try node.value(0)]
    guard given.count == axes.count, given.allSatisfy({ $0 > 0 && $0 <= Double(ModelLimits.tensorElements) })
    else { throw node.origin.inconsistent("sizes or scales \(given)") }
    var result = shape.map(otherwise)
    for (number, axis) in zip(given, axes) {
      guard (-4..<4).contains(axis) else { throw node.origin.inconsistent("axis \(axis)") }
      result[(axis + 4) % 4] = number
    }
    return result
  }

  /// `target` gives the size of an axis after resampling, and its scale.
  private mutating func resample(
    _ node: inout NodeReader, _ rule: ResampleRule, target: (_ size: Int, _ axis: Int) -> (Int, Float)
  ) throws(ModelError) -> Binding {
    let input = try node.value(0)
    let shape = graph.shapes[input]
    let targets = (0..<4).map { target(shape[$0], $0) }
    guard targets[0].0 == 1, targets[1].0 == shape[1] else {
      throw node.origin.unsupported("resampling of the batch or channel axis")
    }
    let extent = 1 << 16
    guard (1...extent).contains(targets[2].0), (1...extent).contains(targets[3].0) else {
      throw node.origin.unsupported("a result of \(targets[2].0) x \(targets[3].0)")
    }
    let resampling = Resampling(
      rows: rule.axis(input: shape[2], output: targets[2].0, scale: targets[2].1),
      columns: rule.axis(input: shape[3], output: targets[3].0, scale: targets[3].1))
    return try emit(
      .resample(resampling), [input], shape: [1, shape[1], targets[2].0, targets[3].0], node.origin)
  }
}
