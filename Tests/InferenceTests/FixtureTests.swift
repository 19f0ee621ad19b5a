import CKernels
import Foundation
import Testing

@testable import Inference

/// Every operator, and small U-Nets as PyTorch and Keras export them, against ONNX Runtime.
@Suite struct FixtureTests {
  static let tolerance: Float = 1e-5

  @Test func fixturesArePresent() { #expect(Fixture.all.count >= 50) }

  @Test(arguments: Fixture.all)
  func plainKernelsAgreeWithONNXRuntime(_ fixture: Fixture) throws {
    let graph = try Graph(bytes: try fixture.bytes())
    let result = Array(ReferenceInterpreter(graph: graph).run(try fixture.input()).joined())
    #expect(largestDifference(result, try fixture.output()) < Self.tolerance)
  }

  @Test(arguments: Fixture.all)
  func simplifiedGraphAgreesWithONNXRuntime(_ fixture: Fixture) throws {
    let graph = try Graph(bytes: try fixture.bytes()).simplified()
    let result = Array(ReferenceInterpreter(graph: graph).run(try fixture.input()).joined())
    #expect(largestDifference(result, try fixture.channelsFirstOutput(graph)) < Self.tolerance)
  }

  @Test(arguments: Fixture.all, instructionSets)
  func fastKernelsAgreeWithONNXRuntime(_ fixture: Fixture, _ isa: ck_isa) throws {
    let graph = try Graph(bytes: try fixture.bytes()).simplified()
    let model = try Model(graph: graph, isa: isa)
    for threads in [1, 2, 3] {
      let session = try InferenceSession(model: model, threads: threads)
      let result = try session.run(try fixture.input())
      #expect(largestDifference(result, try fixture.channelsFirstOutput(graph)) < Self.tolerance)
      #expect(try session.run(try fixture.input()) == result)
    }
  }

  @Test func givesTheOutputsInTheOrderOfTheFile() throws {
    let fixture = try #require(Fixture.all.first { $0.name == "two_outputs" })
    let model = try Model(bytes: try fixture.bytes())
    #expect(model.outputs.map(\.name) == ["map", "verdict"])
    #expect(model.outputs.map(\.shape) == [[1, 5, 32, 48], [1, 3, 1, 1]])
  }

  @Test func channelsComeFirstWhereTheFileHasThemLast() throws {
    let fixture = try #require(Fixture.all.first { $0.name == "unet_keras" })
    let model = try Model(bytes: try fixture.bytes())
    #expect(model.inputShape == [1, 1, 16, 24])
    #expect(model.outputShape == [1, 4, 16, 24])
    #expect(model.inputName == "input")
  }
}

extension Fixture {
  /// The expected output with its channels first, where the engine dropped the transpose before it.
  fileprivate func channelsFirstOutput(_ graph: Graph) throws -> [Float] {
    let given = try Graph(bytes: try bytes())
    let expected = try output()
    let before = given.shapes[given.outputs[0].value]
    let after = graph.shapes[graph.outputs[0].value]
    guard before != after else { return expected }
    let (channels, pixels) = (after[1], after[2] * after[3])
    return (0..<expected.count).map { expected[$0 % pixels * channels + $0 / pixels] }
  }
}
