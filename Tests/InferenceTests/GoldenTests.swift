import Foundation
import Testing

@testable import Inference

/// Large models against another runtime. `HINGED_GOLDEN_DIR` names a folder of `<name>.onnx`,
/// `<name>.input.f32` and `<name>.output.f32`; `Benchmarks/compare_onnxruntime.py` fills one.
private let golden =
  ProcessInfo.processInfo.environment["HINGED_GOLDEN_DIR"]
  .map { Fixture.folder(URL(fileURLWithPath: $0, isDirectory: true)) } ?? []

@Suite struct GoldenTests {
  @Test(.enabled(if: !golden.isEmpty), arguments: golden)
  func agreesWithGoldenOutput(_ fixture: Fixture) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let model = try Model(contentsOf: fixture.path)
    let loaded = clock.now
    for threads in [1, 2] {
      let session = try InferenceSession(model: model, threads: threads)
      let result = try session.run(try fixture.input())
      let difference = largestDifference(result, try fixture.output())
      #expect(difference < 1e-4)
      let times = try (0..<5).map { _ in
        let begin = clock.now
        _ = try session.run(try fixture.input())
        return clock.now - begin
      }
      print(
        "\(fixture.name): \(model.instructionSet), \(threads) threads, difference \(difference),",
        "load \(loaded - start), best \(times.min() ?? .zero)")
    }
  }
}
