import Testing

@testable import Inference

/// What writers of ONNX files do differently.
@Suite struct FileWriterTests {
  private func model(weightsAt location: Int64) -> [UInt8] {
    var model = ModelWriter()
    model.tensor("w", [2, 2, 1, 1], floats: [1, 0, 0, 1], location: location)
    model.node("Conv", ["x", "w"], "y")
    return model.bytes()
  }

  /// As Python's `onnx` saves in one file what it loaded from several.
  @Test func readsWeightsThatAreSaidToLieInTheFile() throws {
    #expect(try Model(bytes: model(weightsAt: 0)).outputShape == [1, 2, 4, 4])
  }

  @Test func refusesWeightsThatLieOutside() {
    let error = #expect(throws: ModelError.self) { try Model(bytes: model(weightsAt: 1)) }
    #expect(error?.detail.contains("external data") == true)
  }

  @Test func takesNumbersThatProto3LeavesOutForZero() throws {
    var writer = ModelWriter()
    writer.shape = [1, 1, 2, 3]
    writer.node("LeakyRelu", ["x"], "a", [.omitted("alpha", type: 1)])
    writer.node(
      "MaxPool", ["a"], "y",
      [
        .integers("kernel_shape", [2, 2]), .integers("strides", [2, 2]), .omitted("ceil_mode", type: 2),
        .omitted("auto_pad", type: 3),
      ])
    let model = try Model(bytes: writer.bytes())
    #expect(model.outputShape == [1, 1, 1, 1])
    #expect(try InferenceSession(model: model, threads: 1).run([-1, -2, 9, -3, -4, 9]) == [0])
  }

  @Test func refusesAnAttributeOfAnotherKindThatHasNoContent() {
    var writer = ModelWriter()
    writer.node("LeakyRelu", name: "n", ["x"], "y", [.omitted("alpha", type: 5)])
    let error = #expect(throws: ModelError.self) { try Model(bytes: writer.bytes()) }
    #expect(error?.kind == .inconsistent(operator: "LeakyRelu", node: "n"))
  }
}
