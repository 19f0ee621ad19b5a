/// Writes ONNX messages, well-formed or not, for the tests of the reader.
struct MessageWriter {
  private(set) var bytes: [UInt8] = []

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func field(_ number: UInt64, _ value: Int64) {
    varint(number << 3)
    varint(UInt64(bitPattern: value))
  }

  mutating func field(_ number: UInt64, _ value: Float) {
    varint(number << 3 | 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
  }

  mutating func field(_ number: UInt64, _ content: [UInt8]) {
    varint(number << 3 | 2)
    varint(UInt64(content.count))
    bytes += content
  }

  mutating func field(_ number: UInt64, _ text: String) { field(number, [UInt8](text.utf8)) }

  mutating func message(_ number: UInt64, _ build: (inout MessageWriter) -> Void) {
    var nested = MessageWriter()
    build(&nested)
    field(number, nested.bytes)
  }
}

/// A model of one input `x`, some nodes and one output, as ONNX bytes.
struct ModelWriter {
  enum Attribute {
    case integer(String, Int64)
    case integers(String, [Int64])
    case float(String, Float)
    case string(String, String)
    /// Name and AttributeProto.AttributeType alone, as proto3 writes a zero.
    case omitted(String, type: Int64)
  }

  var opset: Int64 = 13
  var shape: [Int64] = [1, 2, 4, 4]
  private var graph = MessageWriter()

  mutating func node(
    _ type: String, name: String = "", _ inputs: [String], _ output: String, _ attributes: [Attribute] = []
  ) {
    graph.message(1) { node in
      for input in inputs { node.field(1, input) }
      node.field(2, output)
      node.field(3, name)
      node.field(4, type)
      for attribute in attributes { node.message(5) { $0.write(attribute) } }
    }
  }

  /// - Parameter location: TensorProto.DataLocation; `nil` writes none.
  mutating func tensor(_ name: String, _ dimensions: [Int64], floats: [Float], location: Int64? = nil) {
    graph.message(5) { tensor in
      if let location { tensor.field(14, location) }
      for dimension in dimensions { tensor.field(1, dimension) }
      tensor.field(2, Int64(1))
      for value in floats { tensor.field(4, value) }
      tensor.field(8, name)
    }
  }

  mutating func tensor(_ name: String, integers: [Int64]) {
    graph.message(5) { tensor in
      tensor.field(1, Int64(integers.count))
      tensor.field(2, Int64(7))
      for value in integers { tensor.field(7, value) }
      tensor.field(8, name)
    }
  }

  func bytes(output: String = "y") -> [UInt8] {
    var graph = graph
    graph.message(11) { $0.valueInfo("x", shape) }
    graph.message(12) { $0.valueInfo(output, []) }
    var model = MessageWriter()
    model.field(1, Int64(8))
    model.message(8) { $0.field(2, opset) }
    model.field(7, graph.bytes)
    return model.bytes
  }
}

extension MessageWriter {
  fileprivate mutating func write(_ attribute: ModelWriter.Attribute) {
    switch attribute {
    case .integer(let name, let value):
      field(1, name)
      field(3, value)
      field(20, Int64(2))
    case .integers(let name, let list):
      field(1, name)
      for value in list { field(8, value) }
      field(20, Int64(7))
    case .float(let name, let value):
      field(1, name)
      field(2, value)
      field(20, Int64(1))
    case .string(let name, let text):
      field(1, name)
      field(4, text)
      field(20, Int64(3))
    case .omitted(let name, let type):
      field(1, name)
      field(20, type)
    }
  }

  fileprivate mutating func valueInfo(_ name: String, _ shape: [Int64]) {
    field(1, name)
    message(2) { type in
      type.message(1) { tensor in
        tensor.field(1, Int64(1))
        tensor.message(2) { list in
          for size in shape { list.message(1) { $0.field(1, size) } }
        }
      }
    }
  }
}
