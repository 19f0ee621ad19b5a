import CKernels
import Testing

@testable import Inference

/// Convolutions on maps of bfloat16 and of eight bits, against the plain kernel on the same rounded numbers.
@Suite(.enabled(if: ck_isa_reduces(CK_ISA_AVX512))) struct ReducedKernelTests {
  static let extents = [1, 2, 3, 5, 7, 13, 14, 15, 29, 32]
  static let bytes = Reduction(weights: .bytes, from: .uint8(scale: 1 / 255), to: .uint8(scale: 3 / 255))

  /// Relative to the largest element: of bfloat16 weights under Winograd's method, and of rounding the result.
  static func expectAgreement(
    _ test: ConvolutionCase, _ reduction: Reduction, threads: Int = 2,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let trial = ConvolutionTrial(test)
    let result = trial.reduced(reduction, threads: threads)
    let weights: Float = reduction.weights == .floats || reduction.isInteger ? 2e-5 : 3e-2
    var expected = result.plain
    let rounding: Float
    switch reduction.to {
    case .float32: rounding = 0
    case .bfloat16: rounding = 1.0 / 256
    case .uint8(let scale):
      rounding = 0.51 * scale
      expected = expected.map { min(max($0, 0), 255 * scale) }
    }
    #expect(
      largestDifference(result.output, expected) <= weights + rounding, "\(test) \(reduction)",
      sourceLocation: sourceLocation)
    guard test.rows > 1, test.columns > 1 else { return }
    #expect(
      result.pooled == trial.plainPooled(result.output), "\(test) \(reduction)",
      sourceLocation: sourceLocation)
  }

  @Test(arguments: [CK_METHOD_DIRECT, CK_METHOD_WINOGRAD_2, CK_METHOD_WINOGRAD_4])
  func bfloat16AgreesAtEverySize(_ method: ck_method) {
    for rows in Self.extents {
      for columns in Self.extents {
        let test = ConvolutionCase(method: method, rows: rows, columns: columns, channels: 5)
        Self.expectAgreement(test, Reduction())
      }
    }
  }

  @Test(arguments: [CK_METHOD_WINOGRAD_2, CK_METHOD_WINOGRAD_4])
  func pairsAgreeAtEverySize(_ method: ck_method) {
    for extent in Self.extents {
      for weights in [Reduction.Weights.pairs, .multipliedPairs] {
        for (channels, outputs) in [(16, 16), (48, 40), (32, 100)] {
          let test = ConvolutionCase(
            method: method, rows: extent, columns: extent + 1, channels: channels, outputChannels: outputs,
            activation: .relu)
          Self.expectAgreement(test, Reduction(weights: weights))
        }
      }
    }
  }

  @Test(arguments: [CK_METHOD_DIRECT, CK_METHOD_WINOGRAD_2, CK_METHOD_WINOGRAD_4])
  func bfloat16BecomesFloats(_ method: ck_method) {
    for (doubled, channels) in [(16, 0), (3, 5), (33, 18)] {
      let test = ConvolutionCase(
        method: method, rows: 10, columns: 14, doubledChannels: doubled, channels: channels,
        outputChannels: 20, activation: .leakyRelu(slope: 0.1))
      Self.expectAgreement(test, Reduction(to: .float32))
    }
  }

  @Test func eightBitsAgreeAtEverySize() {
    for rows in Self.extents {
      for columns in Self.extents {
        let test = ConvolutionCase(rows: rows, columns: columns, channels: 5, activation: .relu)
        Self.expectAgreement(test, Self.bytes)
      }
    }
  }

  @Test func eightBitsAgreeForEveryChannelCount() {
    for channels in ConvolutionKernelTests.channelCounts {
      for outputChannels in ConvolutionKernelTests.channelCounts {
        for size in [1, 3] {
          let test = ConvolutionCase(
            rows: 9, columns: 10, channels: channels, outputChannels: outputChannels, size: size,
            padding: size / 2, activation: .relu)
          Self.expectAgreement(test, Self.bytes)
        }
      }
    }
  }

  @Test func eightBitsBecomeFloats() {
    let reduction = Reduction(weights: .bytes, from: .uint8(scale: 1 / 255), to: .float32)
    for (doubled, channels) in [(16, 0), (3, 5), (33, 18)] {
      let test = ConvolutionCase(
        rows: 10, columns: 14, doubledChannels: doubled, channels: channels, outputChannels: 20)
      Self.expectAgreement(test, reduction)
    }
  }

  /// As the first convolution of a network does, whose picture is in floats.
  @Test(arguments: [Buffer.Storage.bfloat16, .uint8(scale: 1 / 64)])
  func floatsBecomeReduced(_ storage: Buffer.Storage) {
    for (extent, channels) in [(1, 1), (13, 3), (30, 17)] {
      let test = ConvolutionCase(
        rows: extent, columns: extent + 1, channels: channels, outputChannels: 33, activation: .relu)
      Self.expectAgreement(test, Reduction(from: .float32, to: storage))
    }
  }

  @Test func threadsDoNotMatter() {
    let test = ConvolutionCase(rows: 37, columns: 41, channels: 24, outputChannels: 72, activation: .relu)
    let trial = ConvolutionTrial(test)
    for reduction in [Reduction(), Self.bytes] {
      let expected = trial.reduced(reduction, threads: 1).output
      for threads in [2, 3, 5] { #expect(trial.reduced(reduction, threads: threads).output == expected) }
    }
  }

  /// Every product at its limit: 255 x 127 in each of the four that are added at once.
  @Test func eightBitSumsDoNotSaturate() {
    let test = ConvolutionCase(rows: 4, columns: 5, channels: 64, outputChannels: 16)
    let full = ConvolutionTrial(test)
    var convolution = full.convolution
    for index in convolution.weights.indices { convolution.weights[index] = 1 }
    let trial = ConvolutionTrial(
      test, convolution: convolution, doubled: [], planes: full.planes.map { _ in 1 })
    let reduction = Reduction(weights: .bytes, from: .uint8(scale: 1 / 255), to: .float32)
    let result = trial.reduced(reduction)
    #expect(largestDifference(result.output, trial.plain()) < 1e-5)
  }

}
