import CKernels
import Testing

@testable import Inference

@Suite struct PlanTests {
  private func program(_ name: String) throws -> Program {
    let fixture = try #require(Fixture.all.first { $0.name == name })
    return Lowering.lower(try Graph(bytes: try fixture.bytes()).simplified(), isa: CK_ISA_PORTABLE)
  }

  @Test(arguments: Fixture.all)
  func buffersThatLiveTogetherDoNotOverlap(_ fixture: Fixture) throws {
    let program = Lowering.lower(try Graph(bytes: try fixture.bytes()).simplified(), isa: CK_ISA_PORTABLE)
    let arena = Arena(program)
    let lifetimes = Arena.lifetimes(program)
    for a in program.buffers.indices {
      let place = arena.offsets[a]..<arena.offsets[a] + program.buffers[a].floatCount
      #expect(place.upperBound <= arena.floatCount)
      #expect(place.lowerBound % 16 == 0)
      for b in program.buffers.indices where b > a && lifetimes[a].overlaps(lifetimes[b]) {
        #expect(!place.overlaps(arena.offsets[b]..<arena.offsets[b] + program.buffers[b].floatCount))
      }
    }
  }

  @Test func buffersShareMemory() throws {
    let program = try program("unet_keras")
    let sum = program.buffers.reduce(0) { $0 + $1.floatCount }
    #expect(Arena(program).floatCount < sum * 2 / 3)
  }

  /// Batch norm, activation, maximum, doubling and concatenation all vanish into the convolutions.
  @Test func uNetIsConvolutionsAlone() throws {
    let steps = try program("unet_pytorch").steps
    var convolutions = 0
    for step in steps {
      switch step.kind {
      case .convolution: convolutions += 1
      case .unpack: break
      case let kind: Issue.record("a step of its own: \(kind)")
      }
    }
    #expect(convolutions == 11)
  }

  @Test func choosesWinogradBySize() {
    func method(_ extent: Int, channels: Int = 32, window: Window.Axis = .init(size: 3)) -> ck_method {
      let convolution = Convolution(
        inputChannels: channels, outputChannels: 32, window: Window(rows: window, columns: window),
        weights: [],
        bias: [])
      return ConvolutionMethod.choose(convolution, output: [1, 32, extent, extent], isPlanar: false)
    }
    #expect(method(64) == CK_METHOD_WINOGRAD_4)
    #expect(method(8) == CK_METHOD_WINOGRAD_2)
    #expect(method(2) == CK_METHOD_DIRECT)
    #expect(method(64, channels: 1) == CK_METHOD_DIRECT)
    #expect(method(64, window: .init(size: 1)) == CK_METHOD_DIRECT)
    #expect(method(64, window: .init(size: 3, stride: 2)) == CK_METHOD_DIRECT)
    #expect(method(64, window: .init(size: 3, dilation: 2)) == CK_METHOD_DIRECT)
  }
}
