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
  private let virtual: VirtualMaps
  /// For the output of each fused maximum, that of the convolution which takes it.
  private let writers: [ValueID: ValueID]

  /// - Parameters:
  ///   - fusedPools: for a convolution's output, the node that takes its maximum.
  ///   - calibration: needed for `int8`; one limit for each convolution.
  init(
    _ graph: Graph, _ virtual: VirtualMaps, fusedPools: [ValueID: Int], precision: Precision,
    calibration: Calibration?
  ) {
    self.graph = graph
    self.virtual = virtual
    writers = Dictionary(uniqueKeysWithValues: fusedPools.map { (graph.nodes[$0.value].output, $0.key) })
    guard precision != .fp32 else { return }
    var ordinal = 0
    for node in graph.nodes {
      guard case .convolution(let convolution) = node.operation else { continue }
      let limit = calibration.map { ordinal < $0.limits.count ? $0.limits[ordinal] : 0 } ?? 0
      storage[node.output] = Self.storage(convolution, precision: precision, limit: limit)
      ordinal += 1
    }
    for output in graph.outputs { keepWhole(output.value) }
    for node in graph.nodes where !virtual.contains(node.output) && writers[node.output] == nil {
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

  /// The outputs of the nodes that write what a value consists of.
  private func origins(_ value: ValueID) -> [ValueID] {
    virtual[value].map { writers[$0.value] ?? $0.value }
  }

  private mutating func keepWhole(_ value: ValueID) {
    for origin in origins(value) { storage[origin] = nil }
  }

  /// Takes back what a convolution cannot read or write; whether there was such a one.
  private mutating func keepOneConvolutionWhole() -> Bool {
    for node in graph.nodes {
      guard case .convolution(let convolution) = node.operation else { continue }
      let sources = origins(node.inputs[0])
      let reduced = sources.filter { storage[$0] != nil }
      let isReadable = reduced.count == sources.count && sources.count <= Int(CK_MAX_SOURCES)
      if !reduced.isEmpty, !isReadable {
        keepWhole(node.inputs[0])
        return true
      }
      // Winograd's method reads bfloat16 where it writes it; no map in planes has the channels that it needs.
      let method = ConvolutionMethod.choose(convolution, output: graph.shapes[node.output], isPlanar: false)
      if reduced.isEmpty, method != CK_METHOD_DIRECT, storage[node.output] != nil {
        storage[node.output] = nil
        return true
      }
    }
    return false
  }
}
