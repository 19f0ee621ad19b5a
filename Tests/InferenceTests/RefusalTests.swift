import Testing

@testable import Inference

/// What the engine cannot compute is refused when the model is loaded, by operator and node.
@Suite struct RefusalTests {
  private static let weights = "w"

  private func error(_ build: (inout ModelWriter) -> Void) -> ModelError? {
    var model = ModelWriter()
    model.tensor(Self.weights, [2, 2, 1, 1], floats: [1, 2, 3, 4])
    model.tensor("sizes", integers: [1, 2, 8, 8])
    build(&model)
    do {
      _ = try Model(bytes: model.bytes())
      return nil
    } catch { return error }
  }

  @Test func acceptsWhatItCanCompute() { #expect(error { $0.node("Conv", ["x", "w"], "y") } == nil) }

  @Test func namesTheUnknownOperator() {
    let error = error { $0.node("InstanceNormalization", name: "/norm", ["x"], "y") }
    #expect(error?.kind == .unsupported(operator: "InstanceNormalization", node: "/norm"))
    #expect(error?.description.contains("InstanceNormalization of node '/norm'") == true)
  }

  @Test(
    arguments: [
      ("Conv", ["x", "w"], [.integer("group", 2)]),
      ("Conv", ["x", "w"], [.string("auto_pad", "SOMEHOW")]),
      ("Conv", ["x", "w"], [.integers("strides", [0, 1])]),
      ("Conv", ["x", "w"], [.integers("pads", [-1, 0, 0, 0])]),
      ("Conv", ["x", "w"], [.integer("invented", 1)]),
      ("ConvTranspose", ["x", "w"], [.integer("group", 2)]),
      ("ConvTranspose", ["x", "w"], [.integers("output_padding", [-1, 0])]),
      ("MaxPool", ["x"], [.integers("kernel_shape", [2, 2]), .integers("dilations", [2, 2])]),
      ("MaxPool", ["x"], [.integers("kernel_shape", [2])]),
      ("Softmax", ["x"], [.integer("axis", 0)]),
      ("Softmax", ["x"], [.integer("axis", 9)]),
      ("Resize", ["x", "", "", "sizes"], [.string("mode", "cubic")]),
      ("Resize", ["x", "", "", "sizes"], [.string("coordinate_transformation_mode", "tf_crop_and_resize")]),
      ("Resize", ["x", "", "", "sizes"], [.string("nearest_mode", "up")]),
      ("Resize", ["x", "", "", "sizes"], [.integer("antialias", 1)]),
      ("Pad", ["x", "sizes"], [.string("mode", "reflect")]),
      ("Transpose", ["x"], [.integers("perm", [1, 0, 2, 3])]),
      ("Cast", ["x"], [.integer("to", 10)]),
      ("Add", ["x", "w"], []),
      ("Gather", ["x", "sizes"], []),
    ] as [(String, [String], [ModelWriter.Attribute])])
  func namesTheUnsupportedUse(
    _ type: String, _ inputs: [String], _ attributes: [ModelWriter.Attribute]
  ) {
    let error = error { $0.node(type, name: "n", inputs, "y", attributes) }
    #expect(error?.kind == .unsupported(operator: type, node: "n"))
  }

  @Test(
    arguments: [
      ("Conv", ["x", "absent"], []),
      ("Conv", ["x", "w"], [.integers("kernel_shape", [3, 3])]),
      ("Conv", ["x", "w"], [.string("strides", "2")]),
      ("Concat", ["x"], []),
      ("MaxPool", ["x"], []),
      ("MaxPool", ["x"], [.integers("kernel_shape", [9, 9])]),
      ("Transpose", ["x"], [.integers("perm", [0, 1, 1, 3])]),
      ("Resize", ["x"], []),
    ] as [(String, [String], [ModelWriter.Attribute])])
  func namesTheContradiction(
    _ type: String, _ inputs: [String], _ attributes: [ModelWriter.Attribute]
  ) {
    let error = error { $0.node(type, name: "n", inputs, "y", attributes) }
    #expect(error?.kind == .inconsistent(operator: type, node: "n"))
  }

  @Test func refusesOtherOperatorSets() {
    for opset: Int64 in [6, 26] {
      let error = error {
        $0.opset = opset
        $0.node("Relu", ["x"], "y")
      }
      #expect(error?.kind == .unsupported(operator: "opset", node: ""))
    }
  }

  @Test func refusesBatches() {
    let error = error {
      $0.shape = [2, 2, 4, 4]
      $0.node("Relu", ["x"], "y")
    }
    #expect(error?.kind == .unsupported(operator: "input", node: "x"))
  }

  @Test func refusesNamesThatAreDefinedTwice() {
    let error = error {
      $0.node("Relu", ["x"], "y")
      $0.node("Sigmoid", name: "again", ["x"], "y")
    }
    #expect(error?.kind == .inconsistent(operator: "Sigmoid", node: "again"))
  }
}
