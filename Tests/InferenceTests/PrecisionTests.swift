import CKernels
import Foundation
import Testing

@testable import Inference

/// Whole models in fewer bits, against themselves in 32.
@Suite struct PrecisionTests {
  private func graph(_ name: String) throws -> Graph {
    let fixture = try #require(Fixture.all.first { $0.name == name })
    return try Graph(bytes: try fixture.bytes()).simplified()
  }

  private func input(_ name: String) throws -> [Float] {
    try #require(Fixture.all.first { $0.name == name }).input()
  }

  private func calibration(_ graph: Graph, _ input: [Float]) throws -> Calibration {
    let calibrator = try Calibrator(model: try Model(graph: graph, isa: ck_isa_preferred()), threads: 1)
    try input.withUnsafeBufferPointer { try calibrator.show($0) }
    return calibrator.calibration
  }

  /// The two ways to multiply pairs round differently: one processor has to give one result, whatever else it does.
  @Test func instructionOnPairsGoesByTheProcessorAndNotByATiming() throws {
    let facts = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let isFast = facts.contains("AuthenticAMD") && ck_isa_reduces(CK_ISA_AVX512)
    for _ in 0..<100 { #expect(ck_pairs_are_fast() == isFast) }
    #expect("\(Precision.int8.kernels)" == String(cString: ck_isa_name(ck_isa_preferred())))
    #expect("\(Precision.bf16.kernels)".hasSuffix("-pairs") == (isFast && Precision.bf16.isSupported))
  }

  @Test func limitsAreTheLargestElementsOfEveryFrame() throws {
    let graph = try graph("unet_pytorch")
    let input = try input("unet_pytorch")
    let calibrator = try Calibrator(model: try Model(graph: graph, isa: CK_ISA_PORTABLE), threads: 1)
    try input.withUnsafeBufferPointer { try calibrator.show($0) }
    let once = calibrator.calibration
    try input.map { _ in Float(0) }.withUnsafeBufferPointer { try calibrator.show($0) }
    #expect(!once.limits.isEmpty && calibrator.calibration.limits.count == once.limits.count)
    #expect(zip(calibrator.calibration.limits, once.limits).allSatisfy { $0 >= $1 })
    var first = graph
    first.outputs = [.init(value: graph.nodes[0].output)]
    let result = ReferenceInterpreter(graph: first).run(input)[0]
    #expect(abs(once.limits[0] - (result.max() ?? 0)) < 1e-5)
  }

  @Test(
    .enabled(if: ck_isa_reduces(CK_ISA_AVX512)), arguments: Fixture.all, [Precision.bf16, .int8])
  func everyModelStaysNear(_ fixture: Fixture, _ precision: Precision) throws {
    let graph = try Graph(bytes: try fixture.bytes()).simplified()
    let input = try fixture.input()
    let calibration = try calibration(graph, input)
    let expected = try InferenceSession(model: try Model(graph: graph, isa: CK_ISA_AVX512), threads: 1)
      .run(input)
    let model = try Model(graph: graph, isa: CK_ISA_AVX512, precision: precision, calibration: calibration)
    let result = try InferenceSession(model: model, threads: 1).run(input)
    for threads in [2, 3] {
      #expect(try InferenceSession(model: model, threads: threads).run(input) == result)
    }
    let error = zip(result, expected).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    let size = expected.reduce(1e-9) { $0 + Double($1 * $1) }
    #expect((error / size).squareRoot() < (precision == .bf16 ? 0.02 : 0.08))
  }

  /// A network of convolutions alone is stored in fewer bits from its first layer to its last.
  @Test(arguments: [(Precision.bf16, CK_BFLOAT16), (.int8, CK_UINT8)])
  func onlyPictureAndResultStayWhole(_ precision: Precision, _ element: ck_element) throws {
    let graph = try graph("unet_pytorch")
    let program = Lowering.lower(
      graph, isa: CK_ISA_AVX512, precision: precision,
      calibration: try calibration(graph, input("unet_pytorch")))
    var whole = 0
    for step in program.steps {
      guard case .convolution(let convolution) = step.kind else { continue }
      if program.buffers[convolution.output].storage.element != element { whole += 1 }
    }
    #expect(whole == 1)
  }

  /// Whatever else reads a map finds it in floats.
  @Test(arguments: Fixture.all, [Precision.bf16, .int8])
  func onlyConvolutionsTouchReducedMaps(_ fixture: Fixture, _ precision: Precision) throws {
    expectOnlyConvolutionsTouchReducedMaps(
      try Graph(bytes: try fixture.bytes()).simplified(), precision)
  }

  /// A convolution that reads one map more often than it can have sources gets a copy of it, in floats.
  @Test(arguments: [Precision.bf16, .int8])
  func aMapThatIsJoinedWithItselfTooOftenStaysWhole(_ precision: Precision) throws {
    var random = RandomNumbers(seed: 7)
    var model = ModelWriter()
    model.shape = [1, 16, 4, 4]
    model.tensor("first", [16, 16, 1, 1], floats: random.floats(16 * 16))
    model.tensor("second", [16, 144, 1, 1], floats: random.floats(16 * 144))
    model.node("Conv", ["x", "first"], "a")
    model.node("Relu", ["a"], "b")
    model.node("Concat", [String](repeating: "b", count: 9), "c", [.integer("axis", 1)])
    model.node("Conv", ["c", "second"], "y")
    expectOnlyConvolutionsTouchReducedMaps(try Graph(bytes: model.bytes()).simplified(), precision)
  }

  private func expectOnlyConvolutionsTouchReducedMaps(
    _ graph: Graph, _ precision: Precision, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let count = graph.nodes.count { if case .convolution = $0.operation { true } else { false } }
    let program = Lowering.lower(
      graph, isa: CK_ISA_AVX512, precision: precision,
      calibration: Calibration(limits: [Float](repeating: 1, count: count)))
    #expect(!program.steps.isEmpty, sourceLocation: sourceLocation)
    for step in program.steps {
      let elements = Set(step.inputs.map { program.buffers[$0].storage.element.rawValue })
      if case .convolution = step.kind {
        #expect(elements.count == 1, sourceLocation: sourceLocation)
      } else {
        #expect(
          elements.union(step.writes.map { program.buffers[$0].storage.element.rawValue }) == [0],
          sourceLocation: sourceLocation)
      }
    }
  }

  @Test func refusesWhatTheProcessorLacks() throws {
    let graph = try graph("unet_pytorch")
    #expect(throws: ModelError.self) { try Model(graph: graph, isa: CK_ISA_PORTABLE, precision: .bf16) }
  }

  @Test(.enabled(if: ck_isa_reduces(CK_ISA_AVX512), "needs a processor that reduces"))
  func refusesACalibrationThatDoesNotFit() throws {
    let graph = try graph("unet_pytorch")
    #expect(throws: ModelError.self) { try Model(graph: graph, isa: CK_ISA_AVX512, precision: .int8) }
    #expect(throws: ModelError.self) {
      try Model(
        graph: graph, isa: CK_ISA_AVX512, precision: .int8, calibration: Calibration(limits: [1, 2]))
    }
  }
}
