/// Builds the ONNX messages from the bytes of a file. The schema that is read does not nest into itself
/// (subgraphs are skipped), so that the depth of recursion does not depend on the file.
struct MessageParser {
  let file: UnsafeRawBufferPointer

  func model() throws(ModelError) -> ONNXModel {
    var reader = WireReader(file)
    var opset: Int64?
    var graph: ONNXGraph?
    while let field = try reader.next() {
      switch field.number {
      case 7: graph = try self.graph(field)
      case 8: if let version = try defaultOpset(field) { opset = version }
      default: break
      }
    }
    guard let graph else { throw ModelError(.malformed(offset: 0), "the file holds no ONNX graph") }
    guard let opset, (7...25).contains(opset) else {
      throw ModelError(
        .unsupported(operator: "opset", node: ""),
        "operator set \(opset.map(String.init) ?? "unknown"); 7 to 25 are read")
    }
    return ONNXModel(opset: Int(opset), graph: graph)
  }

  /// The version, if this OperatorSetIdProto speaks of the default domain.
  private func defaultOpset(_ field: WireReader.Field) throws(ModelError) -> Int64? {
    var reader = try field.message(in: file)
    var domain = ""
    var version: Int64?
    while let field = try reader.next() {
      switch field.number {
      case 1: domain = try field.string(in: file)
      case 2: version = try field.integer()
      default: break
      }
    }
    return domain.isEmpty || domain == "ai.onnx" ? version : nil
  }

  private func graph(_ field: WireReader.Field) throws(ModelError) -> ONNXGraph {
    var reader = try field.message(in: file)
    var graph = ONNXGraph()
    while let field = try reader.next() {
      switch field.number {
      case 1:
        try checkCount(graph.nodes, below: ModelLimits.nodes, field)
        graph.nodes.append(try node(field))
      case 5:
        try checkCount(graph.initializers, below: ModelLimits.initializers, field)
        graph.initializers.append(try tensor(field))
      case 11:
        try checkCount(graph.inputs, below: ModelLimits.initializers, field)
        graph.inputs.append(try valueInfo(field))
      case 12:
        try checkCount(graph.outputs, below: ModelLimits.nodes, field)
        graph.outputs.append(try valueInfo(field))
      case 15: throw field.malformed("sparse initializers are not supported")
      default: break
      }
    }
    return graph
  }

  private func node(_ field: WireReader.Field) throws(ModelError) -> ONNXNode {
    var reader = try field.message(in: file)
    var node = ONNXNode()
    while let field = try reader.next() {
      switch field.number {
      case 1:
        try checkCount(node.inputs, below: ModelLimits.namesPerNode, field)
        node.inputs.append(try field.string(in: file))
      case 2:
        try checkCount(node.outputs, below: ModelLimits.namesPerNode, field)
        node.outputs.append(try field.string(in: file))
      case 3: node.name = try field.string(in: file)
      case 4: node.operatorType = try field.string(in: file)
      case 5:
        try checkCount(node.attributes, below: ModelLimits.attributesPerNode, field)
        node.attributes.append(try attribute(field))
      case 7: node.domain = try field.string(in: file)
      default: break
      }
    }
    return node
  }

  private func attribute(_ field: WireReader.Field) throws(ModelError) -> ONNXAttribute {
    var reader = try field.message(in: file)
    var attribute = ONNXAttribute()
    var floats: [Float] = []
    var integers: [Int64] = []
    var type: Int64 = 0
    while let field = try reader.next() {
      switch field.number {
      case 1: attribute.name = try field.string(in: file)
      case 2: attribute.value = .float(try field.float())
      case 3: attribute.value = .integer(try field.integer())
      case 4: attribute.value = .string(try field.string(in: file))
      case 5: attribute.value = .tensor(try tensor(field))
      case 7: try field.appendFloats(to: &floats, in: file)
      case 8: try field.appendIntegers(to: &integers, in: file)
      case 20: type = try field.integer()
      default: break
      }
    }
    // AttributeProto.AttributeType: 6 is FLOATS, 7 is INTS; an empty list has no field of its own.
    if !floats.isEmpty || type == 6 { attribute.value = .floats(floats) }
    if !integers.isEmpty || type == 7 { attribute.value = .integers(integers) }
    if case .other = attribute.value { attribute.value = .omitted(type: type) }
    return attribute
  }

  private func valueInfo(_ field: WireReader.Field) throws(ModelError) -> ONNXValueInfo {
    var reader = try field.message(in: file)
    var info = ONNXValueInfo()
    while let field = try reader.next() {
      switch field.number {
      case 1: info.name = try field.string(in: file)
      case 2:
        var type = try field.message(in: file)
        while let field = try type.next() {
          if field.number == 1 { try tensorType(field, into: &info) }
        }
      default: break
      }
    }
    return info
  }

  private func tensorType(
    _ field: WireReader.Field, into info: inout ONNXValueInfo
  ) throws(ModelError) {
    var reader = try field.message(in: file)
    while let field = try reader.next() {
      switch field.number {
      case 1: info.elementType = try field.integer()
      case 2:
        var shape = try field.message(in: file)
        while let dimension = try shape.next() {
          guard dimension.number == 1 else { continue }
          try checkCount(info.dimensions, below: ModelLimits.rank, dimension)
          info.dimensions.append(try self.dimension(dimension))
        }
      default: break
      }
    }
  }

  private func dimension(_ field: WireReader.Field) throws(ModelError) -> Int? {
    var reader = try field.message(in: file)
    var size: Int?
    while let field = try reader.next() {
      if field.number == 1 { size = Int(try field.integer()) }
    }
    return size
  }

  func checkCount<Element>(
    _ list: [Element], below limit: Int, _ field: WireReader.Field
  ) throws(ModelError) {
    guard list.count < limit else {
      throw ModelError(.tooLarge, "more than \(limit) entries at byte \(field.offset)")
    }
  }
}
