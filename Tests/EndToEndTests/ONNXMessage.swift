/// A message of onnx.proto3, as the bytes of its fields: enough for small networks of convolutions.
struct ONNXMessage {
  private(set) var bytes: [UInt8] = []

  /// The bytes of a model file.
  static func model(_ graph: ONNXMessage) -> [UInt8] {
    var model = ONNXMessage()
    model.add(1, 8)  // ir_version
    model.add(7, graph)
    var operators = ONNXMessage()
    operators.add(2, 13)  // version
    model.add(8, operators)
    return model.bytes
  }

  /// - Parameter pads: of a convolution, top, left, bottom and right.
  static func node(_ kind: String, _ inputs: [String], _ output: String, pads: [Int]? = nil) -> ONNXMessage {
    var node = ONNXMessage()
    for input in inputs { node.add(1, input) }
    node.add(2, output)
    node.add(4, kind)
    if let pads {
      var attribute = ONNXMessage()
      attribute.add(1, "pads")
      for pad in pads { attribute.add(8, pad) }
      attribute.add(20, 7)  // whole numbers
      node.add(5, attribute)
    }
    return node
  }

  static func tensor(_ name: String, _ dimensions: [Int], _ values: [Double]) -> ONNXMessage {
    var tensor = ONNXMessage()
    for dimension in dimensions { tensor.add(1, dimension) }
    tensor.add(2, 1)  // float
    tensor.add(8, name)
    tensor.add(9, values.flatMap { littleEndian(Float($0)) })
    return tensor
  }

  static func value(_ name: String, _ dimensions: [Int]) -> ONNXMessage {
    var shape = ONNXMessage()
    for size in dimensions {
      var dimension = ONNXMessage()
      dimension.add(1, size)
      shape.add(1, dimension)
    }
    var tensor = ONNXMessage()
    tensor.add(1, 1)  // float
    tensor.add(2, shape)
    var type = ONNXMessage()
    type.add(1, tensor)
    var value = ONNXMessage()
    value.add(1, name)
    value.add(2, type)
    return value
  }

  private static func littleEndian(_ value: Float) -> [UInt8] {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
  }

  mutating func add(_ field: Int, _ value: Int) { bytes += Self.varint(field << 3) + Self.varint(value) }

  mutating func add(_ field: Int, _ content: [UInt8]) {
    bytes += Self.varint(field << 3 | 2) + Self.varint(content.count) + content
  }

  mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  mutating func add(_ field: Int, _ message: ONNXMessage) { add(field, message.bytes) }

  private static func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + varint(value >> 7)
  }
}
