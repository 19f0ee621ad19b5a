import CKernels
import Glibc
import Testing

@testable import Inference

/// The fast kernels of everything but convolutions, against the plain ones.
@Suite struct PointwiseKernelTests {
  static let shapes: [ck_shape] = [1, 3, 15, 16, 17, 33].flatMap { channels in
    [(1, 1), (1, 7), (5, 4), (8, 16), (9, 17)].map { rows, columns in
      ck_shape(channels: channels, height: rows, width: columns)
    }
  }
  static let special: [Float] = [.nan, .infinity, -.infinity, -0.0, 1e30, -1e30, 88.5, -88.5]

  /// Random numbers and, at the end, ones that are not.
  private func numbers(_ shape: ck_shape, seed: UInt64 = 1) -> [Float] {
    var random = RandomNumbers(seed: seed)
    var list = random.floats(Int(shape.channels * shape.height * shape.width)).map { $0 * 4 }
    for (index, value) in Self.special.enumerated() where index * 3 < list.count - 8 {
      list[index * 3] = value
    }
    return list
  }

  private func count(_ shape: ck_shape) -> Int { Int(shape.channels * shape.height * shape.width) }

  @Test(arguments: instructionSets)
  func scaleShiftAndActivationsAgree(_ isa: ck_isa) {
    let activations: [Activation] = [.none, .relu, .leakyRelu(slope: 0.1), .sigmoid]
    for shape in Self.shapes {
      for activation in activations {
        let planes = numbers(shape)
        var random = RandomNumbers(seed: 2)
        let (scale, shift) = (random.floats(Int(shape.channels)), random.floats(Int(shape.channels)))
        var expected = planes
        ck_reference_scale_shift(planes, shape, scale, shift, &expected)
        ck_reference_activation(&expected, expected.count, ck_activation(activation))
        let result = withPool(threads: 2) { pool in
          let map = BlockedMap(shape, planes: planes, pool: pool)
          let (blockScale, blockShift) = (ConstantFloats(padding: scale), ConstantFloats(padding: shift))
          ck_map_scale_shift(
            isa, pool, map.map, map.map, blockScale.pointer, blockShift.pointer, ck_activation(activation))
          return map.planes(pool: pool)
        }
        #expect(result.count == expected.count)
        for (a, b) in zip(result, expected) { #expect(isClose(a, b), "\(activation): \(a), \(b)") }
      }
    }
  }

  @Test(arguments: instructionSets)
  func binaryOperationsAgree(_ isa: ck_isa) {
    for shape in Self.shapes {
      for operation in [CK_ADD, CK_SUBTRACT, CK_MULTIPLY, CK_DIVIDE] {
        let (a, b) = (numbers(shape), numbers(shape, seed: 5).reversed() as [Float])
        let strides = [0, Int(shape.height * shape.width), Int(shape.width), 1]
        var expected = a
        ck_reference_binary(
          operation, a, strides, b, strides, &expected,
          [1, Int(shape.channels), Int(shape.height), Int(shape.width)])
        let result = withPool(threads: 2) { pool in
          let (first, second) = (
            BlockedMap(shape, planes: a, pool: pool), BlockedMap(shape, planes: b, pool: pool)
          )
          ck_map_binary(isa, pool, operation, first.map, second.map, first.map, ck_activation(.none))
          return withExtendedLifetime(second) { first.planes(pool: pool) }
        }
        #expect(result.count == expected.count)
        for (x, y) in zip(result, expected) { #expect(isClose(x, y), "\(operation): \(x), \(y)") }
      }
    }
  }

  @Test(arguments: instructionSets)
  func poolingAgrees(_ isa: ck_isa) {
    for shape in Self.shapes where shape.height > 4 {
      for (size, stride, padding) in [(2, 2, 0), (3, 2, 1), (3, 1, 1)] as [(Int32, Int32, Int32)] {
        let axis = ck_window_axis(size: size, stride: stride, dilation: 1, pad_before: padding)
        let out = ck_shape(
          channels: shape.channels, height: (shape.height + 2 * padding - size) / stride + 1,
          width: (shape.width + 2 * padding - size) / stride + 1)
        let planes = numbers(shape)
        var largest = [Float](repeating: 0, count: count(out))
        var mean = largest
        ck_reference_max_pool(planes, shape, axis, axis, &largest, out)
        ck_reference_average_pool(planes, shape, axis, axis, false, &mean, out)
        withPool(threads: 2) { pool in
          let map = BlockedMap(shape, planes: planes, pool: pool)
          let to = BlockedMap(Int(out.channels), Int(out.height), Int(out.width))
          ck_map_max_pool(isa, pool, map.map, to.map, axis, axis)
          #expect(to.planes(pool: pool).count == largest.count)
          for (x, y) in zip(to.planes(pool: pool), largest) { #expect(isClose(x, y)) }
          ck_map_average_pool(isa, pool, map.map, to.map, axis, axis, false)
          for (x, y) in zip(to.planes(pool: pool), mean) { #expect(isClose(x, y)) }
        }
      }
    }
  }

  @Test(arguments: instructionSets)
  func transposedConvolutionAgrees(_ isa: ck_isa) throws {
    for channels in [1, 15, 16, 17, 33] {
      for (rows, columns) in [(1, 1), (3, 14), (4, 15), (2, 29)] {
        for extent in [2, 3] {
          try transposedConvolutionAgrees(isa, channels, rows, columns, extent)
        }
      }
    }
  }

  /// Rows and columns that no window reaches have the bias alone.
  @Test(arguments: instructionSets)
  func transposedConvolutionWithOutputPaddingAgrees(_ isa: ck_isa) throws {
    for channels in [1, 16, 17] {
      for padding in [(1, 1), (0, 1), (1, 0)] {
        try transposedConvolutionAgrees(isa, channels, 3, 14, 2, outputPadding: padding)
      }
    }
  }

  private func transposedConvolutionAgrees(
    _ isa: ck_isa, _ channels: Int, _ rows: Int, _ columns: Int, _ extent: Int,
    outputPadding: (rows: Int, columns: Int) = (0, 0)
  ) throws {
    var random = RandomNumbers(seed: 4)
    let outputs = channels + 2
    let size = (rows: rows * extent + outputPadding.rows, columns: columns * extent + outputPadding.columns)
    let axis = Window.Axis(size: extent, stride: extent)
    let operation = TransposedConvolution(
      inputChannels: channels, outputChannels: outputs, window: Window(rows: axis, columns: axis),
      outputSize: size,
      weights: random.floats(channels * outputs * extent * extent), bias: random.floats(outputs),
      activation: .relu)
    let planes = random.floats(channels * rows * columns)
    var graph = Graph()
    graph.input = graph.addValue(shape: [1, channels, rows, columns])
    graph.outputs = [.init(value: graph.addValue(shape: [1, outputs, size.rows, size.columns]))]
    graph.nodes = [
      .init(
        origin: .init(operatorType: "", name: ""), operation: .transposedConvolution(operation),
        inputs: [graph.input], output: graph.outputs[0].value)
    ]
    let expected = ReferenceInterpreter(graph: graph).run(planes)[0]
    let result = try InferenceSession(model: try Model(graph: graph, isa: isa), threads: 2).run(planes)
    #expect(largestDifference(result, expected) < 1e-5)
  }

  @Test(arguments: instructionSets)
  func softmaxAgreesAndSumsToOne(_ isa: ck_isa) {
    for shape in Self.shapes {
      var random = RandomNumbers(seed: 6)
      let planes = random.floats(count(shape)).map { $0 * 30 }
      let pixels = Int(shape.height * shape.width)
      var expected = planes
      ck_reference_softmax(planes, 1, Int(shape.channels), pixels, &expected)
      let result = withPool(threads: 2) { pool in
        let map = BlockedMap(shape, planes: planes, pool: pool)
        var result = planes
        ck_map_softmax(isa, pool, map.map, &result)
        return result
      }
      #expect(largestDifference(result, expected) < 2e-6)
      for pixel in 0..<pixels {
        let sum = stride(from: pixel, to: result.count, by: pixels).reduce(Float(0)) { $0 + result[$1] }
        #expect(abs(sum - 1) < 1e-5)
      }
    }
  }

  /// Over the whole range of the argument; the sigmoid is how the exponential is reached from outside.
  @Test(arguments: instructionSets)
  func exponentialIsAccurate(_ isa: ck_isa) {
    let shape = ck_shape(channels: 1, height: 1, width: 4001)
    let arguments = (0..<4001).map { Float($0 - 2000) * 0.05 }
    let result = withPool(threads: 1) { pool in
      let map = BlockedMap(shape, planes: arguments, pool: pool)
      ck_map_scale_shift(isa, pool, map.map, map.map, nil, nil, ck_activation(.sigmoid))
      return map.planes(pool: pool)
    }
    for (x, y) in zip(arguments, result) {
      let exact = 1 / (1 + exp(-Double(x)))
      #expect(abs(Double(y) - exact) <= exact * 5e-7 + 1e-37, "sigmoid(\(x)) = \(y)")
    }
  }

  private func isClose(_ a: Float, _ b: Float) -> Bool {
    if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
    if a.isInfinite || b.isInfinite { return a == b }
    return abs(a - b) <= 1e-5 * max(1, abs(b))
  }
}
