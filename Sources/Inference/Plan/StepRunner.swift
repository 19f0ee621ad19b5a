import CKernels

/// Executes the steps of a program on buffers that have an address.
struct StepRunner {
  let program: Program
  let addresses: [UnsafeMutablePointer<Float>]
  let scratch: UnsafeMutablePointer<Float>
  let pool: OpaquePointer

  func run(_ step: Step) {
    let isa = program.isa
    let from = step.inputs[0]
    switch step.kind {
    case .pack: ck_map_pack(pool, addresses[from], map(step.output))
    case .unpack: ck_map_unpack(pool, map(from), addresses[step.output])
    case .convolution(let convolution):
      var arguments = self.arguments(convolution)
      ck_conv_run(isa, pool, &arguments, scratch)
    case .transposedConvolution(let convolution):
      ck_conv_transposed_run(
        isa, pool, map(from), convolution.weights.pointer, convolution.bias.pointer,
        Int32(convolution.window.rows.size), Int32(convolution.window.columns.size),
        .init(withoutSigmoid: convolution.activation), map(step.output))
      if convolution.activation == .sigmoid { activate(step.output, .sigmoid) }
    case .scaleShift(let scale, let shift, let activation):
      ck_map_scale_shift(
        isa, pool, map(from), map(step.output), scale?.pointer, shift?.pointer, .init(activation))
    case .elementwise(let operation, let activation):
      ck_map_binary(
        isa, pool, .init(operation), map(from), map(step.inputs[1]), map(step.output), .init(activation))
    case .pool(let pooling): run(pooling, from, step.output)
    case .resample(let resampling):
      resampling.rows.withKernelAxis(isNearest: resampling.isNearest) { rows in
        resampling.columns.withKernelAxis(isNearest: resampling.isNearest) { columns in
          ck_map_resample(isa, pool, map(from), map(step.output), rows, columns)
        }
      }
    case .copy(let channel): ck_map_copy(pool, map(from), map(step.output), Int32(channel))
    case .softmax: ck_map_softmax(isa, pool, map(from), addresses[step.output])
    case .reference(let operation):
      ReferenceKernels.run(
        operation, step.inputs.map { planes($0) }, into: planes(step.output))
    }
  }

  private func run(_ pooling: Pooling, _ from: BufferID, _ to: BufferID) {
    let (rows, columns) = (ck_window_axis(pooling.window.rows), ck_window_axis(pooling.window.columns))
    switch pooling.kind {
    case .maximum: ck_map_max_pool(program.isa, pool, map(from), map(to), rows, columns)
    case .average(let countsPadding):
      ck_map_average_pool(program.isa, pool, map(from), map(to), rows, columns, countsPadding)
    }
  }

  private func activate(_ buffer: BufferID, _ activation: Activation) {
    ck_map_scale_shift(program.isa, pool, map(buffer), map(buffer), nil, nil, .init(activation))
  }

  func arguments(_ step: ConvolutionStep) -> ck_conv {
    var arguments = ck_conv()
    arguments.source_count = Int32(step.sources.count)
    withUnsafeMutableBytes(of: &arguments.sources) { bytes in
      let sources = bytes.bindMemory(to: ck_source.self)
      for (index, source) in step.sources.enumerated() {
        let isPlanar = program.buffers[source.buffer].layout == .planar
        let stored = source.isDoubled ? CK_SOURCE_DOUBLED : CK_SOURCE_MAP
        sources[index] = ck_source(kind: isPlanar ? CK_SOURCE_PLANAR : stored, map: map(source.buffer))
      }
    }
    arguments.in_height = Int32(step.inputSize.rows)
    arguments.in_width = Int32(step.inputSize.columns)
    arguments.rows = ck_window_axis(step.window.rows)
    arguments.columns = ck_window_axis(step.window.columns)
    arguments.method = step.method
    switch step.weights {
    case .floats(let floats): arguments.weights = floats.pointer
    case .filters(let filters):
      arguments.weights = filters.pointer
      arguments.transforms_weights = true
    case .pairs(let pairs):
      arguments.paired_weights = pairs.elements(UInt16.self)
      arguments.multiplies_pairs = ck_pairs_are_fast()
    case .bytes(let bytes, let scale):
      arguments.int8_weights = bytes.elements(Int8.self)
      arguments.int8_scale = scale.pointer
    case .words(let words, let scale):
      arguments.int8_words = words.elements(Int16.self)
      arguments.int8_scale = scale.pointer
    }
    arguments.bias = step.bias.pointer
    arguments.activation = ck_activation(step.activation)
    arguments.out = map(step.output)
    if let pooled = step.pooled { arguments.pooled = map(pooled) }
    return arguments
  }

  func map(_ buffer: BufferID) -> ck_map {
    let shape = program.buffers[buffer].shape
    let storage = program.buffers[buffer].storage
    return ck_map(
      data: addresses[buffer], channels: Int32(shape[1]), height: Int32(shape[2]), width: Int32(shape[3]),
      pitch: ck_map_pitch(Int32(shape[3])), element: storage.element, scale: storage.scale)
  }

  private func planes(_ buffer: BufferID) -> ReferenceKernels.Planes {
    ReferenceKernels.Planes(data: addresses[buffer], shape: program.buffers[buffer].shape)
  }
}
