import CKernels

@testable import Inference

/// A feature map of bfloat16 or of eight bits. Padding lanes hold NaN or 255: no kernel may let them through.
final class ReducedMap {
  let memory: AlignedFloats
  let map: ck_map

  init(_ channels: Int, _ rows: Int, _ columns: Int, _ storage: Buffer.Storage) {
    let buffer = Buffer(layout: .blocked, shape: [1, channels, rows, columns], storage: storage)
    memory = AlignedFloats(count: buffer.floatCount)
    UnsafeMutableRawPointer(memory.pointer).initializeMemory(
      as: UInt8.self, repeating: 0xFF, count: memory.count * 4)
    map = ck_map(
      data: memory.pointer, channels: Int32(channels), height: Int32(rows), width: Int32(columns),
      pitch: ck_map_pitch(Int32(columns)), element: storage.element, scale: storage.scale)
  }

  /// Stores `[C][H][W]`, and gives back what an element can tell of it.
  func store(_ planes: [Float]) -> [Float] {
    let raw = UnsafeMutableRawPointer(memory.pointer)
    return planes.indices.map { index in
      let place = place(index)
      switch map.element {
      case CK_BFLOAT16:
        let word = planes[index].bfloat16
        raw.storeBytes(of: word, toByteOffset: place * 2, as: UInt16.self)
        return Float(bitPattern: UInt32(word) << 16)
      case CK_UINT8:
        let byte = UInt8(min(max(planes[index] / map.scale, 0), 255).rounded(.toNearestOrEven))
        raw.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
        return Float(byte) * map.scale
      default:
        memory.pointer[place] = planes[index]
        return planes[index]
      }
    }
  }

  var planes: [Float] {
    let raw = UnsafeRawPointer(memory.pointer)
    return (0..<Int(map.channels * map.height * map.width)).map { index in
      let place = place(index)
      switch map.element {
      case CK_BFLOAT16:
        return Float(bitPattern: UInt32(raw.load(fromByteOffset: place * 2, as: UInt16.self)) << 16)
      case CK_UINT8: return Float(raw.load(fromByteOffset: place, as: UInt8.self)) * map.scale
      default: return memory.pointer[place]
      }
    }
  }

  private func place(_ index: Int) -> Int {
    let (width, height) = (Int(map.width), Int(map.height))
    let (channel, y, x) = (index / (width * height), index / width % height, index % width)
    return ((channel / 16 * height + y) * Int(map.pitch) + x) * 16 + channel % 16
  }
}

extension Float {
  /// Rounded to the nearest, ties to even.
  var bfloat16: UInt16 { isNaN ? 0x7FC0 : UInt16((bitPattern + 0x7FFF + (bitPattern >> 16 & 1)) >> 16) }
}

/// What a reduced convolution is asked for.
struct Reduction {
  enum Weights { case floats, pairs, multipliedPairs, bytes, words }

  var weights = Weights.floats
  var from = Buffer.Storage.bfloat16
  var to = Buffer.Storage.bfloat16

  var isInteger: Bool { weights == .bytes || weights == .words }
}

extension ConvolutionTrial {
  /// The result and its maximum by the reduced kernels, and by the plain ones what they should be near.
  func reduced(
    _ reduction: Reduction, threads: Int = 2
  ) -> (output: [Float], pooled: [Float], plain: [Float]) {
    var rounded = self
    var sources: [(ck_source_kind, ReducedMap)] = []
    if test.doubledChannels > 0 {
      let map = ReducedMap(
        test.doubledChannels, test.inputRows / 2, test.inputColumns / 2, reduction.from)
      rounded.doubled = map.store(doubled)
      sources.append((CK_SOURCE_DOUBLED, map))
    }
    if test.channels > 0 {
      let map = ReducedMap(test.channels, test.inputRows, test.inputColumns, reduction.from)
      rounded.planes = map.store(planes)
      sources.append((CK_SOURCE_MAP, map))
    }
    let output = ReducedMap(test.outputChannels, test.rows, test.columns, reduction.to)
    let pooled = ReducedMap(test.outputChannels, test.rows / 2, test.columns / 2, reduction.to)
    let packed = packed(reduction, sources.map { Int($0.1.map.channels) })
    var bias = convolution.bias
    if reduction.isInteger { bias = bias.map { $0 / reduction.to.scale } }
    let paddedBias = ConstantFloats(padding: bias)
    var arguments = arguments(sources)
    switch packed {
    case .floats(let floats), .filters(let floats): arguments.weights = floats.pointer
    case .pairs(let pairs):
      arguments.paired_weights = pairs.elements(UInt16.self)
      arguments.multiplies_pairs = reduction.weights == .multipliedPairs
    case .bytes(let bytes, let scale):
      arguments.int8_weights = bytes.elements(Int8.self)
      arguments.int8_scale = scale.pointer
      rounded = rounded.withWeightsOfEightBits(scale: reduction.from.scale)
    case .words(let words, let scale):
      arguments.int8_words = words.elements(Int16.self)
      arguments.int8_scale = scale.pointer
      rounded = rounded.withWeightsOfEightBits(scale: reduction.from.scale)
    }
    arguments.bias = paddedBias.pointer
    arguments.out = output.map
    if test.rows > 1, test.columns > 1 { arguments.pooled = pooled.map }
    let scratch = AlignedFloats(count: ck_conv_scratch(CK_ISA_AVX512, &arguments, Int32(threads)))
    scratch.pointer.update(repeating: .nan, count: scratch.count)
    withPool(threads: threads) { ck_conv_run(CK_ISA_AVX512, $0, &arguments, scratch.pointer) }
    return withExtendedLifetime((sources, packed, paddedBias)) {
      (output.planes, pooled.planes, rounded.plain())
    }
  }

  private func packed(_ reduction: Reduction, _ sources: [Int]) -> ConvolutionWeights {
    switch reduction.weights {
    case .floats: .floats(convolution.packed(test.method, sources: sources, isa: CK_ISA_AVX512))
    case .pairs, .multipliedPairs:
      .pairs(
        convolution.paired(
          test.method, convolution.packed(test.method, sources: sources, isa: CK_ISA_AVX512),
          isa: CK_ISA_AVX512))
    case .bytes: bytes(reduction, sources)
    case .words: words(bytes(reduction, sources), sources)
    }
  }

  private func bytes(_ reduction: Reduction, _ sources: [Int]) -> ConvolutionWeights {
    convolution.packedInt8(
      sources, scales: sources.map { _ in reduction.from.scale }, unit: reduction.to.scale,
      isa: CK_ISA_AVX512)
  }

  private func words(_ direct: ConvolutionWeights, _ sources: [Int]) -> ConvolutionWeights {
    guard case .bytes(let bytes, let scale) = direct else { return direct }
    let blocks = Int32(sources.reduce(0) { $0 + ($1 + 15) / 16 })
    let words = convolution.words(
      bytes.elements(Int8.self), count: ck_words_count(Int32(convolution.outputChannels), blocks),
      blocks: blocks, isa: CK_ISA_AVX512)
    return .words(words, scale: scale)
  }

  private func arguments(_ sources: [(ck_source_kind, ReducedMap)]) -> ck_conv {
    var arguments = ck_conv()
    arguments.source_count = Int32(sources.count)
    withUnsafeMutableBytes(of: &arguments.sources) { bytes in
      let list = bytes.bindMemory(to: ck_source.self)
      for (index, source) in sources.enumerated() {
        list[index] = ck_source(kind: source.0, map: source.1.map)
      }
    }
    arguments.in_height = Int32(test.inputRows)
    arguments.in_width = Int32(test.inputColumns)
    arguments.rows = ck_window_axis(test.window.rows)
    arguments.columns = ck_window_axis(test.window.columns)
    arguments.method = test.method
    arguments.activation = ck_activation(test.activation)
    return arguments
  }

  /// With the weights that eight bits and one scale for each output channel can tell.
  private func withWeightsOfEightBits(scale: Float) -> ConvolutionTrial {
    var convolution = convolution
    let count = convolution.weights.count / convolution.outputChannels
    for start in stride(from: 0, to: convolution.weights.count, by: count) {
      let range = start..<start + count
      let unit = (convolution.weights[range].map { abs($0) * scale }.max() ?? 0) / 127
      for index in range {
        convolution.weights[index] =
          (convolution.weights[index] * scale / unit).rounded(.toNearestOrEven) * unit / scale
      }
    }
    return ConvolutionTrial(test, convolution: convolution, doubled: doubled, planes: planes)
  }
}
