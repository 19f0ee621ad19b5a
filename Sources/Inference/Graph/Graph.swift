/// Index of a value in a graph.
typealias ValueID = Int

/// The computation as read: one float input, one or more float outputs, nodes in an order that can be executed.
struct Graph: Sendable {
  struct Node: Sendable {
    /// The operator and the name in the file, for messages.
    var origin: Origin
    var operation: Operation
    var inputs: [ValueID]
    var output: ValueID
  }

  struct Origin: Sendable {
    var operatorType: String
    var name: String
  }

  struct Output: Sendable {
    var value: ValueID
    /// As the file calls it.
    var name = ""
  }

  var nodes: [Node] = []
  /// Shape of each value, always four axes.
  var shapes: [[Int]] = []
  var input: ValueID = 0
  /// In the order of the file, at least one.
  var outputs: [Output] = []
  var inputName = ""

  mutating func addValue(shape: [Int]) -> ValueID {
    shapes.append(shape)
    return shapes.count - 1
  }

  func isOutput(_ value: ValueID) -> Bool { outputs.contains { $0.value == value } }

  /// How many nodes read each value; an output of the graph counts as one more reader.
  func readerCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: shapes.count)
    for node in nodes { for value in node.inputs { counts[value] += 1 } }
    for output in outputs { counts[output.value] += 1 }
    return counts
  }
}

extension Graph.Origin {
  func unsupported(_ detail: String) -> ModelError {
    ModelError(.unsupported(operator: operatorType, node: name), detail)
  }

  func inconsistent(_ detail: String) -> ModelError {
    ModelError(.inconsistent(operator: operatorType, node: name), detail)
  }
}
