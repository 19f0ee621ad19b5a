/// Index of a value in a graph.
typealias ValueID = Int

/// The computation as read: one float input, one float output, nodes in an order that can be executed.
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

  var nodes: [Node] = []
  /// Shape of each value, always four axes.
  var shapes: [[Int]] = []
  var input: ValueID = 0
  var output: ValueID = 0
  var inputName = ""
  var outputName = ""

  mutating func addValue(shape: [Int]) -> ValueID {
    shapes.append(shape)
    return shapes.count - 1
  }

  /// How many nodes read each value; the graph's output counts as one more reader.
  func readerCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: shapes.count)
    for node in nodes { for value in node.inputs { counts[value] += 1 } }
    counts[output] += 1
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
