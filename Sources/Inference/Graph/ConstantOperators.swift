/// Operators that exporters use to compute shapes. They are read on constants of rank 0 and 1 and folded.
extension GraphBuilder {
  func constantNode(_ node: inout NodeReader) throws(ModelError) -> Constant {
    if let tensor = try node.attributes.tensor("value") { return parser.constant(tensor) }
    if let float = try node.attributes.float("value_float") { return Constant(shape: [], floats: [float]) }
    if let floats = try node.attributes.floats("value_floats") {
      return Constant(shape: [floats.count], floats: floats)
    }
    if let integer = try node.attributes.integer("value_int") {
      return Constant(shape: [], integers: [Int64(integer)])
    }
    if let integers = try node.attributes.integers("value_ints") {
      return Constant(shape: [integers.count], integers: integers.map { Int64($0) })
    }
    throw node.origin.unsupported("it has no tensor and no number")
  }

  func shapeNode(_ node: inout NodeReader) throws(ModelError) -> Constant {
    let shape: [Int]
    switch node.operand(0) {
    case .value(let value)?: shape = graph.shapes[value]
    case .constant(let constant)?: shape = constant.shape
    case nil: throw node.origin.inconsistent("input 0 is absent")
    }
    let start = clamp(try node.attributes.integer("start") ?? 0, shape.count)
    let end = clamp(try node.attributes.integer("end") ?? shape.count, shape.count)
    let slice = start < end ? shape[start..<end].map { Int64($0) } : []
    return Constant(shape: [slice.count], integers: slice)
  }

  func gather(_ node: inout NodeReader) throws(ModelError) -> Constant {
    let data = try vector(node, 0)
    let indices = try node.constant(1)
    try node.attributes.require("axis", 0)
    var picked: [Int64] = []
    for index in indices.integers {
      let positive = index < 0 ? index + Int64(data.count) : index
      guard data.indices.contains(Int(positive)) else { throw node.origin.inconsistent("index \(index)") }
      picked.append(data[Int(positive)])
    }
    guard picked.count == indices.count else { throw node.origin.inconsistent("indices are not integers") }
    return Constant(shape: indices.shape, integers: picked)
  }

  func slice(_ node: inout NodeReader) throws(ModelError) -> Constant {
    let data = try vector(node, 0)
    let starts: [Int]
    let ends: [Int]
    let axes: [Int]
    var steps = [1]
    if opset < 10 {
      starts = try node.attributes.integers("starts") ?? []
      ends = try node.attributes.integers("ends") ?? []
      axes = try node.attributes.integers("axes") ?? [0]
    } else {
      starts = try vector(node, 1).map { Int($0) }
      ends = try vector(node, 2).map { Int($0) }
      axes = try node.optionalConstant(3)?.integers.map { Int($0) } ?? [0]
      steps = try node.optionalConstant(4)?.integers.map { Int($0) } ?? [1]
    }
    guard starts.count == 1, ends.count == 1, axes == [0], steps == [1] else {
      throw node.origin.unsupported("axes \(axes), steps \(steps)")
    }
    let (start, end) = (clamp(starts[0], data.count), clamp(ends[0], data.count))
    let slice = start < end ? Array(data[start..<end]) : []
    return Constant(shape: [slice.count], integers: slice)
  }

  func unsqueeze(_ node: inout NodeReader) throws(ModelError) -> Constant {
    let axes = try axes(&node) ?? []
    var constant = try node.constant(0)
    guard constant.shape.count + axes.count <= ModelLimits.rank else {
      throw node.origin.unsupported("axes \(axes)")
    }
    let rank = constant.shape.count + axes.count
    for axis in axes.map({ $0 < 0 ? $0 + rank : $0 }).sorted() {
      guard (0...constant.shape.count).contains(axis) else { throw node.origin.inconsistent("axis \(axis)") }
      constant.shape.insert(1, at: axis)
    }
    return constant
  }

  func squeeze(_ node: inout NodeReader) throws(ModelError) -> Constant {
    let axes = try axes(&node)
    var constant = try node.constant(0)
    let rank = constant.shape.count
    let dropped = axes.map { Set($0.map { $0 < 0 ? $0 + rank : $0 }) }
    constant.shape = constant.shape.enumerated()
      .filter { index, size in !(size == 1 && dropped?.contains(index) ?? true) }
      .map(\.element)
    return constant
  }

  func floor(_ node: inout NodeReader) throws(ModelError) -> Constant {
    let constant = try node.constant(0)
    guard constant.count <= ModelLimits.foldedElements else {
      throw node.origin.unsupported("of \(constant.count) elements")
    }
    return Constant(shape: constant.shape, floats: constant.floats.map { $0.rounded(.down) })
  }

  /// Cast of a constant to float or an integer type; of a map to float, which it is already.
  mutating func cast(_ node: inout NodeReader) throws(ModelError) -> Binding {
    node.attributes.ignore("saturate")
    let type = Int64(try node.attributes.integer("to") ?? 0)
    guard let elementType = ONNXTensor.ElementType(rawValue: type) else {
      throw node.origin.unsupported("to data type \(type)")
    }
    guard case .constant(let constant)? = node.operand(0) else {
      guard elementType == .float else { throw node.origin.unsupported("of a map to data type \(type)") }
      return .value(try node.value(0))
    }
    guard constant.count <= ModelLimits.foldedElements else {
      throw node.origin.unsupported("of \(constant.count) elements")
    }
    switch elementType {
    case .float, .double: return .constant(Constant(shape: constant.shape, floats: constant.floats))
    case .int32, .int64:
      let integers = constant.integers
      guard integers.count == constant.count else { throw node.origin.inconsistent("not a number") }
      return .constant(Constant(shape: constant.shape, integers: integers))
    }
  }

  func concatenatedConstants(_ node: inout NodeReader, axis: Int) throws(ModelError) -> Constant {
    guard axis == 0 || axis == -1 else { throw node.origin.unsupported("constants along axis \(axis)") }
    var integers: [Int64] = []
    for index in node.operands.indices {
      let part = try vector(node, index)
      guard integers.count + part.count <= ModelLimits.rank else {
        throw node.origin.unsupported("a constant of more than \(ModelLimits.rank) integers")
      }
      integers += part
    }
    return Constant(shape: [integers.count], integers: integers)
  }

  /// Unsqueeze and Squeeze take their axes from an attribute before operator set 13, later from an input.
  private func axes(_ node: inout NodeReader) throws(ModelError) -> [Int]? {
    if opset < 13 { return try node.attributes.integers("axes") }
    return try node.optionalConstant(1)?.integers.map { Int($0) }
  }

  private func vector(_ node: NodeReader, _ index: Int) throws(ModelError) -> [Int64] {
    let constant = try node.constant(index)
    guard constant.isInteger, constant.shape.count <= 1, constant.count <= ModelLimits.foldedElements else {
      throw node.origin.unsupported("input \(index) is not a vector of integers")
    }
    return constant.integers
  }

  /// Slice bounds: negative ones count from the end, and all are clamped.
  private func clamp(_ index: Int, _ count: Int) -> Int {
    min(max(index < 0 ? index + count : index, 0), count)
  }
}
