import Testing

@testable import Inference

@Suite struct ModelInspectionTests {
  private func inspection(_ build: (inout ModelWriter) -> Void) throws -> ModelInspection {
    var model = ModelWriter()
    model.tensor("w", [2, 2, 1, 1], floats: [1, 2, 3, 4])
    build(&model)
    return try ModelInspection(bytes: model.bytes())
  }

  @Test func namesAllUnknownOperatorsOfAFileThatTheEngineRefuses() throws {
    let found = try inspection {
      $0.node("InstanceNormalization", ["x"], "a")
      $0.node("Conv", ["a", "w"], "b")
      $0.node("Einsum", ["b"], "c")
      $0.node("Einsum", ["c"], "y")
    }
    #expect(found.unknownOperators == ["Einsum", "InstanceNormalization"])
    #expect(found.operators == ["InstanceNormalization": 1, "Conv": 1, "Einsum": 2])
    #expect(found.parameters == 4)
  }

  @Test func knowsEveryOperatorOfAModelThatLoads() throws {
    let found = try inspection { $0.node("Conv", ["x", "w"], "y") }
    #expect(found.unknownOperators.isEmpty)
    #expect(found.operatorSet == 13)
  }

  @Test func refusesWhatIsNoONNXFile() {
    #expect(throws: ModelError.self) { try ModelInspection(bytes: [1, 2, 3]) }
  }
}
