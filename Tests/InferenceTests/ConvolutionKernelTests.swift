import CKernels
import Testing

@testable import Inference

@Suite struct ConvolutionKernelTests {
  static let methods = [CK_METHOD_DIRECT, CK_METHOD_WINOGRAD_2, CK_METHOD_WINOGRAD_4]
  /// Below, at and above the register tiles (3, 6 and 14 pixels), the Winograd tiles, and one pixel.
  static let extents = [1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15, 29, 32]
  static let channelCounts = [1, 3, 15, 16, 17, 33, 48]

  /// Relative to the sum of up to some hundred products of numbers below 1.
  static func tolerance(_ method: ck_method) -> Float { method == CK_METHOD_WINOGRAD_4 ? 2e-5 : 5e-6 }

  static func expectAgreement(
    _ test: ConvolutionCase, _ isa: ck_isa, threads: Int = 2,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let trial = ConvolutionTrial(test)
    let plain = trial.plain()
    let fast = trial.fast(isa, threads: threads)
    let tolerance = tolerance(test.method)
    #expect(largestDifference(fast.output, plain) < tolerance, "\(test)", sourceLocation: sourceLocation)
    guard test.rows > 1, test.columns > 1 else { return }
    // The maximum is compared to the maximum of the fast result: both must come from the same numbers.
    #expect(fast.pooled == trial.plainPooled(fast.output), "\(test)", sourceLocation: sourceLocation)
  }

  @Test(arguments: methods, instructionSets)
  func agreesAtEverySize(_ method: ck_method, _ isa: ck_isa) {
    for rows in Self.extents {
      for columns in Self.extents {
        Self.expectAgreement(ConvolutionCase(method: method, rows: rows, columns: columns, channels: 5), isa)
      }
    }
  }

  @Test(arguments: methods, instructionSets)
  func agreesForEveryChannelCount(_ method: ck_method, _ isa: ck_isa) {
    for channels in Self.channelCounts {
      for outputChannels in Self.channelCounts {
        Self.expectAgreement(
          ConvolutionCase(
            method: method, rows: 9, columns: 10, channels: channels, outputChannels: outputChannels,
            activation: .relu), isa)
      }
    }
  }

  @Test(arguments: methods, instructionSets)
  func readsDoubledAndConcatenatedSources(_ method: ck_method, _ isa: ck_isa) {
    for (doubled, channels) in [(16, 0), (3, 5), (17, 16), (33, 18)] {
      for (rows, columns) in [(2, 2), (8, 8), (10, 14), (16, 30)] {
        Self.expectAgreement(
          ConvolutionCase(
            method: method, rows: rows, columns: columns, doubledChannels: doubled, channels: channels,
            outputChannels: 20, activation: .leakyRelu(slope: 0.1)), isa)
      }
    }
  }

  @Test(arguments: methods, instructionSets)
  func agreesWithoutAndWithWidePadding(_ method: ck_method, _ isa: ck_isa) {
    for padding in [0, 1, 2] {
      for extent in [4, 7, 12] {
        Self.expectAgreement(
          ConvolutionCase(method: method, rows: extent, columns: extent + 1, padding: padding), isa)
      }
    }
  }

  @Test(arguments: methods, instructionSets)
  func agreesForEveryThreadCount(_ method: ck_method, _ isa: ck_isa) {
    let test = ConvolutionCase(method: method, rows: 37, columns: 41, channels: 24, outputChannels: 72)
    for threads in [1, 2, 3, 5] { Self.expectAgreement(test, isa, threads: threads) }
  }

  /// With more input channels than are transformed together, and fewer; with a last panel that is not full.
  @Test(arguments: [CK_METHOD_WINOGRAD_2, CK_METHOD_WINOGRAD_4], instructionSets)
  func agreesWhereWeightsAreTransformedInUse(_ method: ck_method, _ isa: ck_isa) {
    for (doubled, channels, outputChannels) in [(0, 5, 7), (0, 128, 48), (33, 150, 20), (0, 300, 100)] {
      for (rows, columns) in [(2, 2), (10, 14), (24, 40)] {
        Self.expectAgreement(
          ConvolutionCase(
            method: method, rows: rows, columns: columns, doubledChannels: doubled, channels: channels,
            outputChannels: outputChannels, activation: .relu, transformsWeights: true), isa)
      }
    }
  }

  /// As the first convolution of a network reads a picture.
  @Test(arguments: instructionSets)
  func readsPlanes(_ isa: ck_isa) throws {
    for (channels, size, stride) in [(1, 3, 1), (3, 3, 2), (4, 5, 1), (17, 1, 1), (2, 7, 3)] {
      for (rows, columns) in [(1, 1), (9, 13), (16, 30)] {
        try expectPlanesAreRead(rows, columns, channels: channels, size: size, stride: stride, isa)
      }
    }
  }

  private func expectPlanesAreRead(
    _ rows: Int, _ columns: Int, channels: Int, size: Int, stride: Int, _ isa: ck_isa
  ) throws {
    let axis = Window.Axis(size: size, stride: stride, padBefore: size / 2, padAfter: size / 2)
    var graph = Graph()
    graph.input = graph.addValue(shape: [1, channels, rows, columns])
    graph.outputs = [
      .init(value: graph.addValue(shape: [1, 19, axis.outputSize(rows), axis.outputSize(columns)]))
    ]
    var random = RandomNumbers(seed: 5)
    let convolution = Convolution(
      inputChannels: channels, outputChannels: 19, window: Window(rows: axis, columns: axis),
      weights: random.floats(19 * channels * size * size), bias: random.floats(19), activation: .relu)
    graph.nodes = [
      Graph.Node(
        origin: .init(operatorType: "Conv", name: ""), operation: .convolution(convolution),
        inputs: [graph.input], output: graph.outputs[0].value)
    ]
    let input = random.floats(channels * rows * columns)
    let expected = ReferenceInterpreter(graph: graph).run(input)[0]
    let result = try InferenceSession(model: try Model(graph: graph, isa: isa), threads: 2).run(input)
    #expect(largestDifference(result, expected) < 5e-6, "\(channels) \(size) \(stride)")
  }

  @Test(arguments: instructionSets)
  func agreesForOtherWindows(_ isa: ck_isa) {
    for (size, padding) in [(1, 0), (1, 1), (2, 0), (5, 2), (7, 3)] {
      Self.expectAgreement(
        ConvolutionCase(
          rows: 11, columns: 15, channels: 18, outputChannels: 19, size: size, padding: padding),
        isa)
    }
  }

  /// A number that is not finite reaches every result that depends on it, and with the direct method no other.
  @Test(arguments: methods, instructionSets)
  func notFiniteInputsPropagate(_ method: ck_method, _ isa: ck_isa) {
    for (value, activation) in [(Float.nan, Activation.none), (.nan, .relu), (.infinity, .none)] {
      var trial = ConvolutionTrial(
        ConvolutionCase(
          method: method, rows: 20, columns: 20, channels: 3, outputChannels: 5, activation: activation))
      trial.planes[20 * 9 + 10] = value
      let (plain, fast) = (trial.plain(), trial.fast(isa, threads: 1).output)
      #expect(plain.count == fast.count && plain.contains { !$0.isFinite })
      for (index, (expected, result)) in zip(plain, fast).enumerated() {
        let (y, x) = (index / 20 % 20, index % 20)
        let isNear = (4..<16).contains(y) && (4..<16).contains(x)
        let isExact = method == CK_METHOD_DIRECT
        #expect(expected.isFinite || !result.isFinite)
        #expect(!isExact || !expected.isInfinite || result == expected)
        #expect(!isExact && isNear || result.isFinite == expected.isFinite)
      }
    }
  }
}
