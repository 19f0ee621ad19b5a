/// The part of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3) that the engine reads.

/// ModelProto: the graph and the operator set that it is written in.
struct ONNXModel {
  /// Version of the default operator set.
  var opset: Int
  var graph: ONNXGraph
}

/// GraphProto: nodes in an order in which they can be computed, constants, inputs and outputs.
struct ONNXGraph {
  var nodes: [ONNXNode] = []
  var initializers: [ONNXTensor] = []
  var inputs: [ONNXValueInfo] = []
  var outputs: [ONNXValueInfo] = []
}

/// NodeProto: one operator, with the names of its inputs and outputs.
struct ONNXNode {
  var name = ""
  var operatorType = ""
  var domain = ""
  /// An empty name means an optional input that is absent.
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [ONNXAttribute] = []
}

/// AttributeProto: a named parameter of a node.
struct ONNXAttribute {
  enum Value {
    case float(Float)
    case integer(Int64)
    case string(String)
    case tensor(ONNXTensor)
    case floats([Float])
    case integers([Int64])
    /// A kind that no supported operator has: a graph, a list of strings or of tensors.
    case other

    /// What an attribute of this AttributeProto.AttributeType has that the file leaves out: writers of proto3 leave
    /// out a zero and an empty text.
    static func omitted(type: Int64) -> Value {
      switch type {
      case 1: .float(0)
      case 2: .integer(0)
      case 3: .string("")
      default: .other
      }
    }
  }
  var name = ""
  var value = Value.other
}

/// TensorProto: a constant. Its elements may be left in the file.
struct ONNXTensor {
  /// TensorProto.DataType.
  enum ElementType: Int64 {
    case float = 1
    case int32 = 6
    case int64 = 7
    case double = 11
  }
  enum Payload {
    /// Little-endian elements, as byte offsets into the file.
    case raw(Range<Int>)
    case floats([Float])
    case integers([Int64])
  }
  var name = ""
  var dimensions: [Int] = []
  var elementType = ElementType.float
  var payload = Payload.floats([])
  /// Where the tensor lies in the file: a byte offset.
  var offset = 0

  var elementCount: Int { dimensions.reduce(1, *) }
}

/// ValueInfoProto: the name, type and shape of an input or an output; dimensions in elements.
struct ONNXValueInfo {
  var name = ""
  /// TensorProto.DataType; 0 where the file says none.
  var elementType: Int64 = 0
  /// nil where the dimension is symbolic or unknown.
  var dimensions: [Int?] = []
}
