import CKernels

@testable import Inference

/// A feature map in the layout of the fast kernels. Padding lanes hold NaN: no kernel may let them through.
final class BlockedMap {
  let memory: AlignedFloats
  let map: ck_map

  init(_ channels: Int, _ rows: Int, _ columns: Int) {
    memory = AlignedFloats(count: ck_map_floats(Int32(channels), Int32(rows), Int32(columns)))
    memory.pointer.update(repeating: .nan, count: memory.count)
    map = ck_map(
      data: memory.pointer, channels: Int32(channels), height: Int32(rows), width: Int32(columns),
      pitch: ck_map_pitch(Int32(columns)), element: CK_FLOAT32, scale: 1)
  }

  convenience init(_ shape: ck_shape, planes: [Float], pool: OpaquePointer) {
    self.init(Int(shape.channels), Int(shape.height), Int(shape.width))
    ck_map_pack(pool, planes, map)
  }

  func planes(pool: OpaquePointer) -> [Float] {
    var result = [Float](repeating: .nan, count: Int(map.channels * map.height * map.width))
    ck_map_unpack(pool, map, &result)
    return result
  }
}

func withPool<Result>(threads: Int, _ body: (OpaquePointer) throws -> Result) rethrows -> Result {
  guard let pool = ck_pool_create(Int32(threads)) else { fatalError("no threads") }
  defer { ck_pool_destroy(pool) }
  return try body(pool)
}

/// A convolution over one source that is doubled and one that is not, with a maximum fused behind it.
struct ConvolutionCase {
  var method = CK_METHOD_DIRECT
  /// Of the result.
  var rows = 8
  var columns = 8
  var doubledChannels = 0
  var channels = 16
  var outputChannels = 16
  var size = 3
  var padding = 1
  var activation = Activation.none
  /// Winograd's method from the filters themselves.
  var transformsWeights = false

  var inputChannels: Int { doubledChannels + channels }
  var inputRows: Int { rows + size - 1 - 2 * padding }
  var inputColumns: Int { columns + size - 1 - 2 * padding }
  var window: Window {
    let axis = Window.Axis(size: size, padBefore: padding, padAfter: padding)
    return Window(rows: axis, columns: axis)
  }
  var doubledShape: ck_shape {
    ck_shape(
      channels: Int32(doubledChannels), height: Int32(inputRows / 2), width: Int32(inputColumns / 2))
  }
  var shape: ck_shape {
    ck_shape(channels: Int32(channels), height: Int32(inputRows), width: Int32(inputColumns))
  }
  var outputShape: ck_shape {
    ck_shape(channels: Int32(outputChannels), height: Int32(rows), width: Int32(columns))
  }
}

/// The case with its numbers, computed by the fast and by the plain kernel.
struct ConvolutionTrial {
  let test: ConvolutionCase
  let convolution: Convolution
  var doubled: [Float]
  var planes: [Float]

  init(_ test: ConvolutionCase, convolution: Convolution, doubled: [Float], planes: [Float]) {
    self.test = test
    self.convolution = convolution
    self.doubled = doubled
    self.planes = planes
  }

  init(_ test: ConvolutionCase, seed: UInt64 = 1) {
    self.test = test
    var random = RandomNumbers(seed: seed)
    let taps = test.size * test.size
    convolution = Convolution(
      inputChannels: test.inputChannels, outputChannels: test.outputChannels, window: test.window,
      weights: random.floats(test.outputChannels * test.inputChannels * taps),
      bias: random.floats(test.outputChannels), activation: test.activation)
    doubled = random.floats(test.doubledChannels * (test.inputRows / 2) * (test.inputColumns / 2))
    planes = random.floats(test.channels * test.inputRows * test.inputColumns)
  }

  /// The result and its 2x2 maximum.
  func fast(_ isa: ck_isa, threads: Int) -> (output: [Float], pooled: [Float]) {
    withPool(threads: threads) { pool in
      var sources: [(ck_source_kind, BlockedMap)] = []
      if test.doubledChannels > 0 {
        sources.append((CK_SOURCE_DOUBLED, BlockedMap(test.doubledShape, planes: doubled, pool: pool)))
      }
      if test.channels > 0 {
        sources.append((CK_SOURCE_MAP, BlockedMap(test.shape, planes: planes, pool: pool)))
      }
      let output = BlockedMap(test.outputChannels, test.rows, test.columns)
      let pooled = BlockedMap(test.outputChannels, test.rows / 2, test.columns / 2)
      let weights = convolution.packed(
        test.transformsWeights ? CK_METHOD_DIRECT : test.method,
        sources: sources.map { Int($0.1.map.channels) }, isa: isa)
      let bias = ConstantFloats(padding: convolution.bias)
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
      arguments.weights = weights.pointer
      arguments.transforms_weights = test.transformsWeights
      arguments.bias = bias.pointer
      arguments.activation = ck_activation(test.activation)
      arguments.out = output.map
      if test.rows > 1, test.columns > 1 { arguments.pooled = pooled.map }
      let scratch = AlignedFloats(count: ck_conv_scratch(isa, &arguments, Int32(threads)))
      scratch.pointer.update(repeating: .nan, count: scratch.count)
      ck_conv_run(isa, pool, &arguments, scratch.pointer)
      return withExtendedLifetime((sources, weights, bias)) {
        (output.planes(pool: pool), pooled.planes(pool: pool))
      }
    }
  }

  func plain() -> [Float] {
    var joined: [Float] = []
    let (rows, columns) = (test.inputRows / 2, test.inputColumns / 2)
    for channel in 0..<test.doubledChannels {
      for y in 0..<test.inputRows {
        for x in 0..<test.inputColumns { joined.append(doubled[(channel * rows + y / 2) * columns + x / 2]) }
      }
    }
    joined += planes
    var shape = test.shape
    shape.channels = Int32(test.inputChannels)
    var result = [Float](repeating: 0, count: test.outputChannels * test.rows * test.columns)
    let axis = ck_window_axis(test.window.rows)
    ck_reference_conv(
      joined, shape, convolution.weights, convolution.bias, axis, axis, &result, test.outputShape)
    ck_reference_activation(&result, result.count, ck_activation(test.activation))
    return result
  }

  /// The 2x2 maximum of what `plain()` gives.
  func plainPooled(_ planes: [Float]) -> [Float] {
    let axis = ck_window_axis(size: 2, stride: 2, dilation: 1, pad_before: 0)
    let out = ck_shape(
      channels: Int32(test.outputChannels), height: Int32(test.rows / 2), width: Int32(test.columns / 2))
    var result = [Float](repeating: 0, count: test.outputChannels * (test.rows / 2) * (test.columns / 2))
    ck_reference_max_pool(planes, test.outputShape, axis, axis, &result, out)
    return result
  }
}
