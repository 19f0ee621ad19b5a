import CKernels

/// When a convolution on eight bits goes by Winograd's method on integers, which gives the same sums as the direct one.
///
/// It halves the multiplications, and costs transforms: with few channels, or few tiles for a filter that is
/// transformed as it is used, these take longer than what is saved.
enum IntegerWinograd {
  /// Most bytes of transformed filters that are stored: more are read more slowly than they are computed.
  static let storedBytes = 5 << 19
  /// Fewest tiles that filters are transformed for.
  static let tilesOfAFilter = 32

  static func serves(_ convolution: Convolution, sources: [ChannelSource], output: [Int]) -> Bool {
    let axes = [convolution.window.rows, convolution.window.columns]
    // The kernel's tiles begin one pixel before the map, and it expects the doubled sources first.
    guard axes.allSatisfy({ $0.size == 3 && $0.stride == 1 && $0.dilation == 1 && $0.padBefore == 1 }),
      sources.drop(while: \.isDoubled).allSatisfy({ !$0.isDoubled }), min(output[2], output[3]) >= 12
    else { return false }
    let (inputs, outputs) = (convolution.inputChannels, convolution.outputChannels)
    return (inputs >= 48 && outputs >= 16) || (inputs >= 32 && outputs >= 48)
  }

  static func tiles(_ output: [Int]) -> Int { ((output[2] + 3) / 4) * ((output[3] + 3) / 4) }
}

extension Convolution {
  /// For Winograd's method, from weights packed for the direct one; nil where that one is faster, or where a sum might
  /// not fit.
  /// - Parameter sources: the channels of each source.
  func integerWinograd(
    _ bytes: ConstantFloats, scale: ConstantFloats, sources: [Int], output: [Int], isa: ck_isa
  ) -> ConvolutionWeights? {
    let packed = bytes.elements(Int8.self)
    let blocks = Int32(sources.reduce(0) { $0 + ($1 + Int(CK_LANES) - 1) / Int(CK_LANES) })
    guard ck_words_fit(isa, packed, Int32(outputChannels), blocks) else { return nil }
    let count = ck_words_count(Int32(outputChannels), blocks)
    guard count * 2 <= IntegerWinograd.storedBytes else {
      let isWorthIt = IntegerWinograd.tiles(output) >= IntegerWinograd.tilesOfAFilter
      return isWorthIt ? .bytes(bytes, scale: scale) : nil
    }
    return .words(words(packed, count: count, blocks: blocks, isa: isa), scale: scale)
  }

  func words(_ packed: UnsafePointer<Int8>, count: Int, blocks: Int32, isa: ck_isa) -> ConstantFloats {
    ConstantFloats(count: (count + 1) / 2) { memory in
      memory.withMemoryRebound(to: Int16.self, capacity: count) { words in
        ck_pack_words(isa, packed, Int32(outputChannels), blocks, words)
      }
    }
  }
}
