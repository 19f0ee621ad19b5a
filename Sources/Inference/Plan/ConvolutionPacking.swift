import CKernels

enum ConvolutionMethod {
  /// The fastest method for a convolution with a result of shape `output`.
  ///
  /// F(4x4) saves most where its tiles fill the map; on a small map too many of them stand over the edge, and
  /// F(2x2) is better. With few input channels the transforms cost more than they save.
  static func choose(_ convolution: Convolution, output: [Int], isPlanar: Bool) -> ck_method {
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
