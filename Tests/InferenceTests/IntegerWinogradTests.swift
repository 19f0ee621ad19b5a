import CKernels
import Testing

@testable import Inference

/// Winograd's method on integers: the results of the direct method on eight bits, bit by bit.
@Suite(.enabled(if: ck_isa_reduces(CK_ISA_AVX512))) struct IntegerWinogradTests {
  static let bytes = Reduction(weights: .bytes, from: .uint8(scale: 1 / 255), to: .uint8(scale: 3 / 255))

  /// Both kinds of weights against the direct method, and that against the plain kernel.
  static func expectTheDirectResult(
    _ test: ConvolutionCase, _ reduction: Reduction = bytes, threads: Int = 2,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var direct = test
    direct.method = CK_METHOD_DIRECT
    ReducedKernelTests.expectAgreement(direct, reduction, sourceLocation: sourceLocation)
    let expected = ConvolutionTrial(direct).reduced(reduction, threads: 1)
    var test = test
    test.method = CK_METHOD_WINOGRAD_4
    for weights in [Reduction.Weights.bytes, .words] {
      var reduction = reduction
      reduction.weights = weights
      let result = ConvolutionTrial(test).reduced(reduction, threads: threads)
      #expect(result.output == expected.output, "\(test) \(weights)", sourceLocation: sourceLocation)
      guard test.rows > 1, test.columns > 1 else { continue }
      #expect(result.pooled == expected.pooled, "\(test) \(weights)", sourceLocation: sourceLocation)
    }
  }

  @Test func agreesAtEverySize() {
    for rows in ReducedKernelTests.extents {
      for columns in ReducedKernelTests.extents {
        Self.expectTheDirectResult(
          ConvolutionCase(rows: rows, columns: columns, channels: 5, activation: .relu))
      }
    }
  }

  @Test func agreesForEveryChannelCount() {
    for channels in ConvolutionKernelTests.channelCounts {
      for outputChannels in ConvolutionKernelTests.channelCounts {
        Self.expectTheDirectResult(
          ConvolutionCase(
            rows: 9, columns: 10, channels: channels, outputChannels: outputChannels, activation: .relu))
      }
    }
  }

  /// More input blocks than filters are transformed for at once, and doubled ones that end within such a run.
  @Test(arguments: [(16, 0), (16, 16), (3, 5), (33, 18), (144, 144), (160, 16), (0, 300)])
  func leavesOutWhatVanishesOfDoubledChannels(_ doubled: Int, _ channels: Int) {
    for (rows, columns) in [(2, 2), (6, 10), (14, 16), (30, 34)] {
      Self.expectTheDirectResult(
        ConvolutionCase(
          rows: rows, columns: columns, doubledChannels: doubled, channels: channels, outputChannels: 40,
          activation: .relu))
    }
  }

  @Test(arguments: [Activation.none, .relu, .leakyRelu(slope: 0.1)])
  func becomesFloats(_ activation: Activation) {
    let reduction = Reduction(weights: .bytes, from: .uint8(scale: 1 / 255), to: .float32)
    for (doubled, channels) in [(16, 0), (3, 5), (33, 18)] {
      Self.expectTheDirectResult(
        ConvolutionCase(
          rows: 10, columns: 14, doubledChannels: doubled, channels: channels, outputChannels: 20,
          activation: activation), reduction)
    }
  }

  @Test func threadsDoNotMatter() {
    let test = ConvolutionCase(rows: 37, columns: 41, channels: 72, outputChannels: 72, activation: .relu)
    for threads in [1, 2, 3, 5] { Self.expectTheDirectResult(test, threads: threads) }
  }

  /// The intermediate sums leave 32 bits, and come back: 255 x 127 in each of 9 x 112 products, 32.6 of 33.5 millions.
  @Test(arguments: [1, -1] as [Float]) func sumsWrapRoundAndComeBack(_ weight: Float) {
    let test = ConvolutionCase(rows: 9, columns: 13, channels: 112, outputChannels: 32)
    #expect(fits(weight, channels: 112) && !fits(weight, channels: 128))
    let reduction = Reduction(weights: .bytes, from: .uint8(scale: 1 / 255), to: .float32)
    let expected = full(test, weight).reduced(reduction).output
    #expect((expected.map(abs).max() ?? 0) > 1000)
    var winograd = test
    winograd.method = CK_METHOD_WINOGRAD_4
    for weights in [Reduction.Weights.bytes, .words] {
      var reduction = reduction
      reduction.weights = weights
      #expect(full(winograd, weight).reduced(reduction).output == expected)
    }
  }

  /// All weights and all inputs alike.
  private func full(_ test: ConvolutionCase, _ weight: Float) -> ConvolutionTrial {
    let trial = ConvolutionTrial(test)
    var convolution = trial.convolution
    for index in convolution.weights.indices { convolution.weights[index] = weight }
    return ConvolutionTrial(test, convolution: convolution, doubled: [], planes: trial.planes.map { _ in 1 })
  }

  private func fits(_ weight: Float, channels: Int) -> Bool {
    let test = ConvolutionCase(channels: channels, outputChannels: 32)
    let packed = full(test, weight).convolution.packedInt8(
      [channels], scales: [1 / 255], unit: 1, isa: CK_ISA_AVX512)
    guard case .bytes(let bytes, _) = packed else { return false }
    return ck_words_fit(CK_ISA_AVX512, bytes.elements(Int8.self), 32, Int32(channels / 16))
  }

  /// A layer whose sums might not fit, one with too few tiles, and one whose doubled source is not the first go directly.
  @Test func layersThatItDoesNotServeGoDirectly() {
    #expect(method(channels: 112) == CK_METHOD_WINOGRAD_4)
    #expect(method(channels: 128) == CK_METHOD_DIRECT)
    #expect(method(channels: 112, side: 8) == CK_METHOD_DIRECT)
    #expect(method(channels: 32, outputs: 32) == CK_METHOD_DIRECT)
    let test = ConvolutionCase(doubledChannels: 64, channels: 64)
    let convolution = ConvolutionTrial(test).convolution
    let sources = [ChannelSource(buffer: 0), ChannelSource(buffer: 1, isDoubled: true)]
    let output = [1, 64, 32, 32]
    #expect(!IntegerWinograd.serves(convolution, sources: sources, output: output))
    #expect(IntegerWinograd.serves(convolution, sources: sources.reversed(), output: output))
  }

  /// Of weights that are all alike.
  private func method(channels: Int, outputs: Int = 32, side: Int = 32) -> ck_method {
    let convolution = full(ConvolutionCase(channels: channels, outputChannels: outputs), 1).convolution
    let buffer = Buffer(
      layout: .blocked, shape: [1, channels, side, side], storage: .uint8(scale: 1 / 255))
    return convolution.packed(
      [ChannelSource(buffer: 0)], [buffer], output: [1, outputs, side, side], unit: 1, isa: CK_ISA_AVX512
    ).0
  }
}
