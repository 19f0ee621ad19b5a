extension GraphBuilder {
  /// Add, Sub, Mul, Div: of two maps, of a map and a constant for each channel, or of two constants.
  mutating func elementwise(
    _ operation: Elementwise, _ node: inout NodeReader
  ) throws(ModelError) -> Binding {
    try node.refuseOperands(after: 2)
    switch (node.operand(0), node.operand(1)) {
    case (.value(let a)?, .value(let b)?): return try elementwise(operation, a, b, node.origin)
    case (.value(let map)?, .constant(let constant)?):
      return try scaleShift(map, constant, node.origin) { operation.applied(toMapAnd: $0) }
    case (.constant(let constant)?, .value(let map)?):
      guard operation != .divide else { throw node.origin.unsupported("a constant divided by a map") }
      return try scaleShift(map, constant, node.origin) { operation.applied(toMapAfter: $0) }
    case (.constant(let a)?, .constant(let b)?):
      return .constant(try folded(operation, a, b, node.origin))
    default: throw node.origin.inconsistent("an input is absent")
    }
  }

  private mutating func elementwise(
    _ operation: Elementwise, _ a: ValueID, _ b: ValueID, _ origin: Graph.Origin
  ) throws(ModelError) -> Binding {
    let (first, second) = (graph.shapes[a], graph.shapes[b])
    guard zip(first, second).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else {
      throw origin.inconsistent("\(first) and \(second) do not broadcast")
    }
    let shape = zip(first, second).map { max($0, $1) }
    return try emit(.elementwise(operation, .none), [a, b], shape: shape, origin)
  }

  private mutating func scaleShift(
    _ map: ValueID, _ constant: Constant, _ origin: Graph.Origin, _ line: (Float) -> (Float, Float)
  ) throws(ModelError) -> Binding {
    let shape = graph.shapes[map]
    guard constant.count > 0, let numbers = constant.perChannel(shape[1]) else {
      throw origin.unsupported("a constant of shape \(constant.shape) on a map of \(shape)")
    }
    let lines = numbers.map(line)
    let result = ScaleShift(scale: lines.map(\.0), shift: lines.map(\.1))
    return try emit(.scaleShift(result), [map], shape: shape, origin)
  }

  private func folded(
    _ operation: Elementwise, _ a: Constant, _ b: Constant, _ origin: Graph.Origin
  ) throws(ModelError) -> Constant {
    guard a.shape == b.shape || a.count == 1 || b.count == 1 else {
      throw origin.unsupported("constants of shapes \(a.shape) and \(b.shape)")
    }
    let count = max(a.count, b.count)
    guard min(a.count, b.count) > 0, count <= ModelLimits.foldedElements else {
      throw origin.unsupported("constants of \(a.count) and \(b.count) elements")
    }
    let shape = a.count == count ? a.shape : b.shape
    guard a.isInteger && b.isInteger else {
      let (x, y) = (a.floats, b.floats)
      let floats = (0..<count).map { operation.result(x[$0 % x.count], y[$0 % y.count]) }
      return Constant(shape: shape, floats: floats)
    }
    let (x, y) = (a.integers, b.integers)
    var integers: [Int64] = []
    for index in 0..<count {
      guard let result = operation.exactResult(x[index % x.count], y[index % y.count]) else {
        throw origin.inconsistent("shape arithmetic overflows")
      }
      integers.append(result)
    }
    return Constant(shape: shape, integers: integers)
  }
}

extension Elementwise {
  /// Scale and shift of the map in `map op constant`.
  fileprivate func applied(toMapAnd constant: Float) -> (Float, Float) {
    switch self {
    case .add: (1, constant)
    case .subtract: (1, -constant)
    case .multiply: (constant, 0)
    case .divide: (1 / constant, 0)
    }
  }

  /// Scale and shift of the map in `constant op map`.
  fileprivate func applied(toMapAfter constant: Float) -> (Float, Float) {
    switch self {
    case .add, .divide: (1, constant)
    case .subtract: (-1, constant)
    case .multiply: (constant, 0)
    }
  }

  fileprivate func result(_ a: Float, _ b: Float) -> Float {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    }
  }

  /// nil on overflow or division by zero.
  fileprivate func exactResult(_ a: Int64, _ b: Int64) -> Int64? {
    let (result, overflow) =
      switch self {
      case .add: a.addingReportingOverflow(b)
      case .subtract: a.subtractingReportingOverflow(b)
      case .multiply: a.multipliedReportingOverflow(by: b)
      case .divide: a.dividedReportingOverflow(by: b)
      }
    return overflow ? nil : result
  }
}
