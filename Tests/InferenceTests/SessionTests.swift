import CKernels
import Foundation
import Synchronization
import Testing

@testable import Inference

@Suite struct SessionTests {
  private func fixture(_ name: String) throws -> Fixture {
    try #require(Fixture.all.first { $0.name == name })
  }

  @Test func refusesWrongSizes() throws {
    let fixture = try fixture("unet_pytorch")
    let session = try InferenceSession(model: try Model(contentsOf: fixture.path), threads: 1)
    var output = [Float](repeating: 0, count: 4 * 20 * 28)
    #expect(throws: InferenceError.inputCount(expected: 560, given: 559)) {
      try [Float](repeating: 0, count: 559).withUnsafeBufferPointer { input in
        try output.withUnsafeMutableBufferPointer { try session.run(input, into: $0) }
      }
    }
    output.removeLast()
    #expect(throws: InferenceError.outputCount(expected: 2240, given: 2239)) {
      try [Float](repeating: 0, count: 560).withUnsafeBufferPointer { input in
        try output.withUnsafeMutableBufferPointer { try session.run(input, into: $0) }
      }
    }
  }

  @Test(arguments: [-1, 0, 65])
  func refusesThreadCounts(_ threads: Int) throws {
    let model = try Model(contentsOf: try fixture("relu").path)
    #expect(throws: InferenceError.threadCount(threads)) {
      try InferenceSession(model: model, threads: threads)
    }
  }

  /// A frame's result depends neither on the threads nor on the frames before it.
  @Test(arguments: instructionSets)
  func resultIsTheSameForEveryThreadCount(_ isa: ck_isa) throws {
    let fixture = try fixture("unet_residual")
    let model = try Model(graph: try Graph(bytes: try fixture.bytes()).simplified(), isa: isa)
    var random = RandomNumbers(seed: 3)
    let input = try fixture.input()
    let frames = [input, random.floats(3 * 13 * 18), input]
    let expected = try frames.map { try InferenceSession(model: model, threads: 1).run($0) }
    for threads in [1, 2, 4] {
      let session = try InferenceSession(model: model, threads: threads)
      #expect(try frames.map { try session.run($0) } == expected)
    }
  }

  @Test func sessionsOnManyThreadsShareOneModel() throws {
    let fixture = try fixture("unet_pytorch")
    let model = try Model(contentsOf: fixture.path)
    let input = try fixture.input()
    let expected = try InferenceSession(model: model, threads: 1).run(input)
    let agreeing = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      do {
        for _ in 0..<20 where try InferenceSession(model: model, threads: 2).run(input) == expected {
          agreeing.withLock { $0 += 1 }
        }
      } catch {
        Issue.record(error)
      }
    }
    #expect(agreeing.withLock { $0 } == 8 * 20)
  }
}
