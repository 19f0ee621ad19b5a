import CKernels

/// Which kernel computes a convolution, and when its weights are transformed.
enum ConvolutionMethod {
  /// The fastest method for a convolution on floats with a result of shape `output`.
  ///
  /// F(4x4) saves most where its tiles fill the map; on a small map too many of them reach over the edge, and
  /// F(2x2) is better. With few input channels the transforms cost more than they save.
  static func choose(
    _ convolution: Convolution, output: [Int], isPlanar: Bool
  ) -> ck_method {
    let axes = [convolution.window.rows, convolution.window.columns]
    guard !isPlanar, axes.allSatisfy({ $0.size == 3 && $0.stride == 1 && $0.dilation == 1 }),
      convolution.inputChannels >= 8, convolution.outputChannels >= 8
    else { return CK_METHOD_DIRECT }
    switch min(output[2], output[3]) {
    case 12...: return CK_METHOD_WINOGRAD_4
    case 4...: return CK_METHOD_WINOGRAD_2
    default: return CK_METHOD_DIRECT
    }
  }

  /// Whether Winograd's weights are transformed as they are used: where they do not stay in the cache and each is
  /// used for few tiles, reading four times the memory takes longer than the transform.
  static func transformsWeights(_ convolution: Convolution, _ method: ck_method, output: [Int]) -> Bool {
    guard method != CK_METHOD_DIRECT else { return false }
    let side = Int(method.rawValue)
    let tiles = ((output[2] + side - 1) / side) * ((output[3] + side - 1) / side)
    let bytes = (side + 2) * (side + 2) * convolution.inputChannels * convolution.outputChannels * 4
    return convolution.outputChannels >= tiles && bytes > 1 << 20
  }
}

extension Convolution {
  /// The weights in the order of the kernels; `sources` are the channels of each source.
  func packed(_ method: ck_method, sources: [Int], isa: ck_isa) -> ConstantFloats {
    let taps = window.rows.size * window.columns.size
    let count = ck_packed_floats(method, Int32(outputChannels), Int32(inputChannels), Int32(taps))
    let channels = sources.map { Int32($0) }
    return ConstantFloats(count: count) { packed in
      ck_pack_weights(
        isa, method, weights, Int32(outputChannels), channels, Int32(channels.count), Int32(taps), packed)
    }
  }
}

extension Convolution {
  /// The method, and the weights in the order of its kernel, for sources that are stored as they are.
  ///
  /// - Parameters:
  ///   - buffers: of the sources.
  ///   - output: the shape of the result.
  ///   - unit: what the result's elements are multiples of.
  func packed(
    _ sources: [ChannelSource], _ buffers: [Buffer], output: [Int], unit: Float, isa: ck_isa
  ) -> (ck_method, ConvolutionWeights) {
    let channels = buffers.map { $0.shape[1] }
    if case .uint8? = buffers.first?.storage {
      let direct = packedInt8(channels, scales: buffers.map(\.storage.scale), unit: unit, isa: isa)
      if IntegerWinograd.serves(self, sources: sources, output: output),
        case .bytes(let bytes, let scale) = direct,
        let weights = integerWinograd(bytes, scale: scale, sources: channels, output: output, isa: isa)
      {
        return (CK_METHOD_WINOGRAD_4, weights)
      }
      return (CK_METHOD_DIRECT, direct)
    }
    let method = ConvolutionMethod.choose(
      self, output: output, isPlanar: buffers.contains { $0.layout == .planar })
    return (method, packedFloats(method, buffers, output: output, isa: isa))
  }

  private func packedFloats(
    _ method: ck_method, _ buffers: [Buffer], output: [Int], isa: ck_isa
  ) -> ConvolutionWeights {
    let channels = buffers.map { $0.shape[1] }
    let isPaired =
      method != CK_METHOD_DIRECT
      && buffers.allSatisfy { $0.storage == .bfloat16 && $0.shape[1] % Int(CK_LANES) == 0 }
    if isPaired { return .pairs(paired(method, packed(method, sources: channels, isa: isa), isa: isa)) }
    if ConvolutionMethod.transformsWeights(self, method, output: output) {
      return .filters(packed(CK_METHOD_DIRECT, sources: channels, isa: isa))
    }
    return .floats(packed(method, sources: channels, isa: isa))
  }

  /// Weights of Winograd's method, rounded to bfloat16.
  func paired(_ method: ck_method, _ floats: ConstantFloats, isa: ck_isa) -> ConstantFloats {
    let count = ck_packed_floats(method, Int32(outputChannels), Int32(inputChannels), 9)
    return ConstantFloats(count: (count + 1) / 2) { memory in
      memory.withMemoryRebound(to: UInt16.self, capacity: count) { pairs in
        ck_pack_pairs(isa, method, floats.pointer, Int32(outputChannels), Int32(inputChannels), pairs)
      }
    }
  }

  /// - Parameter unit: what the result's elements are multiples of.
  func packedInt8(_ sources: [Int], scales: [Float], unit: Float, isa: ck_isa) -> ConvolutionWeights {
    let taps = Int32(window.rows.size * window.columns.size)
    let channels = sources.map { Int32($0) }
    let bytes = ck_int8_bytes(Int32(outputChannels), channels, Int32(channels.count), taps)
    var scale = [Float](repeating: 0, count: (outputChannels + 15) / 16 * 16)
    let packed = ConstantFloats(count: (bytes + 3) / 4) { memory in
      memory.withMemoryRebound(to: Int8.self, capacity: bytes) { packed in
        ck_pack_int8(
          isa, weights, Int32(outputChannels), channels, scales, Int32(channels.count), taps, packed, &scale)
      }
    }
    return .bytes(packed, scale: ConstantFloats(padding: scale.map { $0 / unit }))
  }
}

extension TransposedConvolutionStep {
  /// One 1x1 convolution for each tap of the window.
  init(_ convolution: TransposedConvolution, isa: ck_isa) {
    let (inputs, outputs) = (convolution.inputChannels, convolution.outputChannels)
    let taps = convolution.window.rows.size * convolution.window.columns.size
    let floatsPerTap = ck_packed_floats(CK_METHOD_DIRECT, Int32(outputs), Int32(inputs), 1)
    weights = ConstantFloats(count: floatsPerTap * taps) { packed in
      var matrix = [Float](repeating: 0, count: inputs * outputs)
      for tap in 0..<taps {
        for index in matrix.indices {
          let (output, input) = index.quotientAndRemainder(dividingBy: inputs)
          matrix[index] = convolution.weights[(input * outputs + output) * taps + tap]
        }
        ck_pack_weights(
          isa, CK_METHOD_DIRECT, matrix, Int32(outputs), [Int32(inputs)], 1, 1, packed + tap * floatsPerTap)
      }
    }
    window = convolution.window
    bias = ConstantFloats(padding: convolution.bias)
    activation = convolution.activation
  }
}
