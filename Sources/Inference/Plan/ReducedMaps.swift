import CKernels

/// Which feature maps are stored in fewer than 32 bits, and how.
///
/// Only convolutions read and write such maps, so a map is reduced where a convolution writes it and nothing but
/// convolutions read it; concatenation, doubling and fused maxima between them move no data. A convolution's
/// sources are all reduced or none is.
struct ReducedMaps {
  /// By the output of the convolution that writes the map.
  private(set) var storage: [ValueID: Buffer.Storage] = [:]

  private let graph: Graph
  private let fusedPools: Set<Int>
  /// The outputs of other nodes that a value consists of.
  private var origins: [ValueID: Set<ValueID>] = [:]
  private var isDoubled: Set<ValueID> = []

  /// - Parameter calibration: needed for `int8`; one limit for each convolution.
  init(_ graph: Graph, fusedPools: Set<Int>, precision: Precision, calibration: Calibration?) {
    self.graph = graph
    self.fusedPools = fusedPools
    guard precision != .fp32 else { return }
    var ordinal = 0
    for node in graph.nodes {
      guard case .convolution(let convolution) = node.operation else { continue }
      let limit = calibration.map { ordinal < $0.limits.count ? $0.limits[ordinal] : 0 } ?? 0
      storage[node.output] = Self.storage(convolution, precision: precision, limit: limit)
      ordinal += 1
    }
    for (index, node) in graph.nodes.enumerated() { trace(node, index) }
    keepWhole(graph.output)
    for node in graph.nodes where origins[node.output] == [node.output] {
      if case .convolution = node.operation { continue }
      for input in node.inputs { keepWhole(input) }
    }
    while keepOneConvolutionWhole() {}
  }

  private static func storage(
    _ convolution: Convolution, precision: Precision, limit: Float
  ) -> Buffer.Storage? {
    switch (precision, convolution.activation) {
    case (.fp32, _), (_, .sigmoid): nil
    case (.bf16, _): .bfloat16
    case (.int8, .relu): limit > 0 && limit.isFinite ? .uint8(scale: limit / 255) : nil
    case (.int8, _): nil
    }
  }

  /// Where the node only rearranges what others wrote, remembers these others.
  private mutating func trace(_ node: Graph.Node, _ index: Int) {
    let sources = node.inputs.reduce(into: Set<ValueID>()) { $0.formUnion(origins[$1] ?? [$1]) }
    let doubles = node.inputs.contains { isDoubled.contains($0) }
    origins[node.output] = [node.output]
    switch node.operation {
    case .concatenate(axis: 1):
      origins[node.output] = sources
      if doubles { isDoubled.insert(node.output) }
    case .resample(let resampling) where resampling.isDoubling && !doubles:
      let (before, after) = (graph.shapes[node.inputs[0]], graph.shapes[node.output])
      guard after[2] == 2 * before[2], after[3] == 2 * before[3] else { return }
      origins[node.output] = sources
      isDoubled.insert(node.output)
    case .pool where fusedPools.contains(index): origins[node.output] = sources
    default: break
    }
  }

  private mutating func keepWhole(_ value: ValueID) {
    for origin in origins[value] ?? [value] { storage[origin] = nil }
  }

  /// Takes back what a convolution cannot read or write; whether there was such a one.
  private mutating func keepOneConvolutionWhole() -> Bool {
    for node in graph.nodes {
      guard case .convolution(let convolution) = node.operation else { continue }
      let sources = origins[node.inputs[0]] ?? [node.inputs[0]]
      let reduced = sources.filter { storage[$0] != nil }
      let isReadable = reduced.count == sources.count && sources.count <= Int(CK_MAX_SOURCES)
      if !reduced.isEmpty, !isReadable {
        keepWhole(node.inputs[0])
        return true
      }
      // Winograd's method reads bfloat16 where it writes it.
      let method = ConvolutionMethod.choose(convolution, output: graph.shapes[node.output], isPlanar: false)
      if reduced.isEmpty, method != CK_METHOD_DIRECT, storage[node.output] != nil {
        storage[node.output] = nil
        return true
      }
    }
    return false
  }
}
