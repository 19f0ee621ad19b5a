import CKernels

/// Turns a graph into a program: chooses a layout and a kernel for each node, and leaves out what need not be
/// computed by itself. Doubling and concatenation stay virtual until something other than a convolution
/// reads them; a 2x2 maximum is taken by the convolution before it.
struct Lowering {
  private let graph: Graph
  var program: Program
  private var planar: [ValueID: BufferID] = [:]
  private var blocked: [ValueID: BufferID] = [:]
  private let virtual: VirtualMaps
  /// For a convolution's output, the node that takes its 2x2 maximum.
  private var fusedPools: [ValueID: Int] = [:]
  private let reduced: ReducedMaps

  /// - Parameter calibration: needed for `int8`; one limit for each convolution of the graph.
  static func lower(
    _ graph: Graph, isa: ck_isa, precision: Precision = .fp32, calibration: Calibration? = nil
  ) -> Program {
    var lowering = Lowering(graph: graph, isa: isa, precision: precision, calibration: calibration)
    for node in graph.nodes { lowering.lower(node) }
    lowering.program.outputs = graph.outputs.map { lowering.planarBuffer($0.value) }
    return lowering.program
  }

  private init(graph: Graph, isa: ck_isa, precision: Precision, calibration: Calibration?) {
    self.graph = graph
    program = Program(isa: isa)
    virtual = VirtualMaps(graph)
    fusedPools = graph.fusedPools()
    reduced = ReducedMaps(
      graph, virtual, fusedPools: fusedPools, precision: precision, calibration: calibration)
    program.input = program.addBuffer(.planar, graph.shapes[graph.input])
    planar[graph.input] = program.input
  }

  private mutating func lower(_ node: Graph.Node) {
    if virtual.contains(node.output) || blocked[node.output] != nil { return }
    switch node.operation {
    case .convolution(let convolution): lower(convolution, node)
    case .transposedConvolution(let convolution)
    where convolution.writesEachResultOnce(from: graph.shapes[node.inputs[0]]):
      append(.transposedConvolution(.init(convolution, isa: program.isa)), node)
    case .scaleShift(let line):
      append(
        .scaleShift(
          scale: ConstantFloats(padding: line.scale), shift: ConstantFloats(padding: line.shift),
          line.activation), node)
    case .activation(let activation): append(.scaleShift(scale: nil, shift: nil, activation), node)
    case .softmax(axis: 1):
      let output = program.addBuffer(.planar, graph.shapes[node.output])
      let input = blockedBuffer(node.inputs[0])
      program.steps.append(Step(kind: .softmax, inputs: [input], output: output))
      planar[node.output] = output
    case .pool(let pooling): append(.pool(pooling), node)
    case .resample(let resampling): append(.resample(resampling), node)
    case .elementwise(let operation, let activation)
    where node.inputs.allSatisfy({ graph.shapes[$0] == graph.shapes[node.output] }):
      append(.elementwise(operation, activation), node)
    default: appendReference(node)
    }
  }

  private mutating func lower(_ convolution: Convolution, _ node: Graph.Node) {
    var sources = convolutionSources(node.inputs[0])
    if sources.count > Int(CK_MAX_SOURCES) {
      sources = [ChannelSource(buffer: blockedBuffer(node.inputs[0]))]
    }
    let isSigmoid = convolution.activation == .sigmoid
    let inputShape = graph.shapes[node.inputs[0]]
    let storage = reduced.storage[node.output] ?? .float32
    let output = program.addBuffer(.blocked, graph.shapes[node.output], storage)
    let buffers = sources.map { program.buffers[$0.buffer] }
    let (method, weights) = convolution.packed(
      sources, buffers, output: graph.shapes[node.output], unit: storage.scale, isa: program.isa)
    var bias = convolution.bias
    switch weights {
    case .bytes, .words: bias = bias.map { $0 / storage.scale }
    case .floats, .filters, .pairs: break
    }
    var step = ConvolutionStep(
      sources: sources, inputSize: (inputShape[2], inputShape[3]), window: convolution.window, method: method,
      weights: weights, bias: ConstantFloats(padding: bias),
      activation: isSigmoid ? .none : convolution.activation, output: output)
    if !isSigmoid, let pool = fusedPools[node.output] {
      let pooled = program.addBuffer(.blocked, graph.shapes[graph.nodes[pool].output], storage)
      step.pooled = pooled
      blocked[graph.nodes[pool].output] = pooled
    }
    program.steps.append(Step(kind: .convolution(step), inputs: sources.map(\.buffer), output: output))
    if isSigmoid {
      let kind = StepKind.scaleShift(scale: nil, shift: nil, .sigmoid)
      program.steps.append(Step(kind: kind, inputs: [output], output: output))
    }
    blocked[node.output] = output
  }

  private mutating func append(_ kind: StepKind, _ node: Graph.Node) {
    let inputs = node.inputs.map { blockedBuffer($0) }
    let output = program.addBuffer(.blocked, graph.shapes[node.output])
    program.steps.append(Step(kind: kind, inputs: inputs, output: output))
    blocked[node.output] = output
  }

  private mutating func appendReference(_ node: Graph.Node) {
    let inputs = node.inputs.map { planarBuffer($0) }
    let output = program.addBuffer(.planar, graph.shapes[node.output])
    program.steps.append(Step(kind: .reference(node.operation), inputs: inputs, output: output))
    planar[node.output] = output
  }

  private mutating func sources(_ value: ValueID) -> [ChannelSource] {
    virtual[value].map { ChannelSource(buffer: blockedBuffer($0.value), isDoubled: $0.isDoubled) }
  }

  /// A map of few channels that lies in planes is read as it is: in blocks it would be mostly padding.
  private mutating func convolutionSources(_ value: ValueID) -> [ChannelSource] {
    if blocked[value] == nil, let buffer = planar[value], graph.shapes[value][1] <= 4 {
      return [ChannelSource(buffer: buffer)]
    }
    return sources(value)
  }

  private mutating func planarBuffer(_ value: ValueID) -> BufferID {
    if let buffer = planar[value] { return buffer }
    let source = blockedBuffer(value)
    let buffer = program.addBuffer(.planar, graph.shapes[value])
    program.steps.append(Step(kind: .unpack, inputs: [source], output: buffer))
    planar[value] = buffer
    return buffer
  }

  private mutating func blockedBuffer(_ value: ValueID) -> BufferID {
    if let buffer = blocked[value] { return buffer }
    let buffer = program.addBuffer(.blocked, graph.shapes[value])
    if let source = planar[value] {
      program.steps.append(Step(kind: .pack, inputs: [source], output: buffer))
    } else {
      precondition(virtual.contains(value), "a map that is read was written before")
      materialize(sources(value), shape: graph.shapes[value], into: buffer)
    }
    blocked[value] = buffer
    return buffer
  }

  /// Writes virtual sources one behind the other into a blocked buffer of `shape`.
  private mutating func materialize(_ sources: [ChannelSource], shape: [Int], into output: BufferID) {
    let parts = sources.map { undoubled($0, shape: shape) }
    let isAligned = parts.dropLast().allSatisfy { program.buffers[$0].shape[1] % Int(CK_LANES) == 0 }
    if isAligned {
      var channel = 0
      for part in parts {
        program.steps.append(Step(kind: .copy(channel: channel), inputs: [part], output: output))
        channel += program.buffers[part].shape[1]
      }
      return
    }
    let planes = parts.map { part in
      let plane = program.addBuffer(.planar, program.buffers[part].shape)
      program.steps.append(Step(kind: .unpack, inputs: [part], output: plane))
      return plane
    }
    let joined = program.addBuffer(.planar, shape)
    program.steps.append(
      Step(kind: .reference(.concatenate(axis: 1)), inputs: planes, output: joined))
    program.steps.append(Step(kind: .pack, inputs: [joined], output: output))
  }

  private mutating func undoubled(_ source: ChannelSource, shape: [Int]) -> BufferID {
    guard source.isDoubled else { return source.buffer }
    let channels = program.buffers[source.buffer].shape[1]
    let buffer = program.addBuffer(.blocked, [1, channels, shape[2], shape[3]])
    let kind = StepKind.resample(.doubling(rows: shape[2], columns: shape[3]))
    program.steps.append(Step(kind: kind, inputs: [source.buffer], output: buffer))
    return buffer
  }
}

extension Graph {
  /// For each convolution whose output a 2x2 maximum with stride 2 reads: that node.
  fileprivate func fusedPools() -> [ValueID: Int] {
    var producers = Set<ValueID>()
    var pools: [ValueID: Int] = [:]
    for (index, node) in nodes.enumerated() {
      if case .convolution = node.operation { producers.insert(node.output) }
      guard case .pool(.halvingMaximum) = node.operation, producers.contains(node.inputs[0]),
        pools[node.inputs[0]] == nil,
        shapes[node.output][2] == shapes[node.inputs[0]][2] / 2,
        shapes[node.output][3] == shapes[node.inputs[0]][3] / 2
      else { continue }
      pools[node.inputs[0]] = index
    }
    return pools
  }
}

extension Pooling {
  fileprivate static let halvingMaximum = Pooling(
    kind: .maximum, window: Window(rows: .init(size: 2, stride: 2), columns: .init(size: 2, stride: 2)))

  fileprivate static func ~= (pattern: Pooling, value: Pooling) -> Bool { pattern == value }
}

extension Resampling {
  fileprivate static func doubling(rows: Int, columns: Int) -> Resampling {
    func axis(_ count: Int) -> ResampledAxis {
      let half = (0..<count).map { Int32($0 / 2) }
      return ResampledAxis(lower: half, upper: half, upperWeight: [Float](repeating: 0, count: count))
    }
    return Resampling(rows: axis(rows), columns: axis(columns))
  }
}

extension TransposedConvolution {
  /// Whether the windows of a map of shape `input` lie side by side and fill the result.
  fileprivate func writesEachResultOnce(from input: [Int]) -> Bool {
    window.rows.tiles(outputSize.rows, from: input[2])
      && window.columns.tiles(outputSize.columns, from: input[3])
  }
}

extension Window.Axis {
  fileprivate func tiles(_ results: Int, from inputs: Int) -> Bool {
    size == stride && dilation == 1 && padBefore == 0 && padAfter == 0 && results == inputs * stride
  }
}
