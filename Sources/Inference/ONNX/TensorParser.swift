extension MessageParser {
  /// A TensorProto. Its payload is checked against its dimensions; raw bytes stay in the file.
  func tensor(_ field: WireReader.Field) throws(ModelError) -> ONNXTensor {
    var reader = try field.message(in: file)
    var tensor = ONNXTensor(offset: field.offset)
    var dimensions: [Int64] = []
    var floats: [Float] = []
    var integers: [Int64] = []
    var raw: Range<Int>?
    var type: Int64 = 0
    while let field = try reader.next() {
      switch field.number {
      case 1: try field.appendIntegers(to: &dimensions, in: file)
      case 2: type = try field.integer()
      case 4: try field.appendFloats(to: &floats, in: file)
      case 5, 7: try field.appendIntegers(to: &integers, in: file)
      case 8: tensor.name = try field.string(in: file)
      case 9: raw = try field.range()
      // 0: in the file itself. Whoever brings external data into a file leaves it behind.
      case 14: if try field.integer() != 0 { throw field.malformed("external data is not read") }
      case 3, 6, 10, 11, 13: throw field.malformed("segments, strings and external data are not read")
      default: break
      }
    }
    tensor.dimensions = try checked(dimensions, field)
    guard let elementType = ONNXTensor.ElementType(rawValue: type) else {
      throw field.malformed("tensor '\(tensor.name)' has data type \(type)")
    }
    tensor.elementType = elementType
    tensor.payload =
      raw.map(ONNXTensor.Payload.raw) ?? (floats.isEmpty ? .integers(integers) : .floats(floats))
    try checkPayload(tensor, field)
    return tensor
  }

  private func checked(_ dimensions: [Int64], _ field: WireReader.Field) throws(ModelError) -> [Int] {
    guard dimensions.count <= ModelLimits.rank else { throw field.malformed("rank \(dimensions.count)") }
    var count = 1
    var result: [Int] = []
    for dimension in dimensions {
      guard let size = Int(exactly: dimension), size >= 0, size <= ModelLimits.tensorElements else {
        throw field.malformed("dimension \(dimension)")
      }
      count *= size
      guard count <= ModelLimits.tensorElements else {
        throw ModelError(.tooLarge, "tensor of \(dimensions) at byte \(field.offset)")
      }
      result.append(size)
    }
    return result
  }

  private func checkPayload(_ tensor: ONNXTensor, _ field: WireReader.Field) throws(ModelError) {
    let (held, wanted) =
      switch tensor.payload {
      case .raw(let range): (range.count, tensor.elementCount * tensor.elementType.byteSize)
      case .floats(let list): (list.count, tensor.elementCount)
      case .integers(let list): (list.count, tensor.elementCount)
      }
    guard held == wanted else {
      throw field.malformed("tensor '\(tensor.name)' of \(tensor.dimensions) holds \(held), not \(wanted)")
    }
  }

  /// The elements, as the engine keeps constants: floats, or integers for shape arithmetic.
  func constant(_ tensor: ONNXTensor) -> Constant {
    switch (tensor.elementType, tensor.payload) {
    case (.float, .floats(let list)): Constant(shape: tensor.dimensions, floats: list)
    case (.float, .raw(let range)): Constant(shape: tensor.dimensions, floats: elements(range))
    case (.double, .raw(let range)):
      Constant(shape: tensor.dimensions, floats: (elements(range) as [Double]).map { Float($0) })
    case (.int64, .raw(let range)): Constant(shape: tensor.dimensions, integers: elements(range))
    case (.int32, .raw(let range)):
      Constant(shape: tensor.dimensions, integers: (elements(range) as [Int32]).map { Int64($0) })
    case (_, .integers(let list)): Constant(shape: tensor.dimensions, integers: list)
    case (_, .floats(let list)): Constant(shape: tensor.dimensions, floats: list)
    }
  }

  /// Little-endian elements; raw data need not be aligned.
  private func elements<Element: BitwiseCopyable>(_ range: Range<Int>) -> [Element] {
    let count = range.count / MemoryLayout<Element>.stride
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: file[range]))
      initialized = count
    }
  }
}

extension ONNXTensor.ElementType {
  var byteSize: Int {
    switch self {
    case .float, .int32: 4
    case .int64, .double: 8
    }
  }
}
