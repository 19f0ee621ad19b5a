/// The maps that need not be computed by themselves: concatenations, and doublings of what is not doubled yet.
/// Convolutions read the maps that they consist of in their place.
struct VirtualMaps: Sendable {
  /// Channels of a virtual map: a map that is computed, as it is or each pixel taken for 2 x 2.
  struct Part: Sendable {
    var value: ValueID
    var isDoubled = false
  }

  private var parts: [ValueID: [Part]] = [:]

  init(_ graph: Graph) {
    for node in graph.nodes {
      switch node.operation {
      case .concatenate(axis: 1): parts[node.output] = node.inputs.flatMap { self[$0] }
      case .resample(let resampling) where resampling.isDoubling:
        parts[node.output] = doubled(node.inputs[0], graph.shapes[node.inputs[0]], graph.shapes[node.output])
      default: break
      }
    }
  }

  func contains(_ value: ValueID) -> Bool { parts[value] != nil }

  /// What a map consists of, in the order of its channels; of itself where it is computed.
  subscript(_ value: ValueID) -> [Part] { parts[value] ?? [Part(value: value)] }

  /// nil where a part is doubled already.
  private func doubled(_ value: ValueID, _ before: [Int], _ after: [Int]) -> [Part]? {
    let parts = self[value]
    guard after[2] == 2 * before[2], after[3] == 2 * before[3], parts.allSatisfy({ !$0.isDoubled }) else {
      return nil
    }
    return parts.map { Part(value: $0.value, isDoubled: true) }
  }
}
