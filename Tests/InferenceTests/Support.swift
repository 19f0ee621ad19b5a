import CKernels
import Foundation
import Testing

@testable import Inference

/// A model of the Fixtures folder, with an input and what ONNX Runtime computes from it.
struct Fixture: CustomTestStringConvertible, Sendable {
  let name: String
  let folder: URL

  static let all: [Fixture] = folder(Bundle.module.resourceURL?.appendingPathComponent("Fixtures"))

  static func folder(_ url: URL?) -> [Fixture] {
    guard let url, let names = try? FileManager.default.contentsOfDirectory(atPath: url.path) else {
      return []
    }
    return names.filter { $0.hasSuffix(".onnx") }.sorted()
      .map { Fixture(name: String($0.dropLast(5)), folder: url) }
  }

  var testDescription: String { name }
  var path: String { folder.appendingPathComponent(name + ".onnx").path }
  func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }
  func input() throws -> [Float] { try floats("input") }
  func output() throws -> [Float] { try floats("output") }

  private func floats(_ kind: String) throws -> [Float] {
    let data = try Data(contentsOf: folder.appendingPathComponent("\(name).\(kind).f32"))
    return data.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
  }
}

/// The instruction sets that this machine has.
let instructionSets: [ck_isa] = [CK_ISA_PORTABLE, CK_ISA_AVX2, CK_ISA_AVX512].filter { ck_isa_supported($0) }

extension InferenceSession {
  /// All outputs, one behind the other.
  func run(_ input: [Float]) throws -> [Float] {
    var first = [Float](repeating: .nan, count: model.outputShape.reduce(1, *))
    try input.withUnsafeBufferPointer { source in
      try first.withUnsafeMutableBufferPointer { try run(source, into: $0) }
    }
    return first + model.outputs.indices.dropFirst().flatMap { Array(output($0)) }
  }
}

/// The largest difference, relative to the largest element but at least to 1. NaN where one side alone is NaN.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  var largest: Float = 0
  var scale: Float = 1
  for (x, y) in zip(a, b) where !(x.isNaN && y.isNaN) && x != y {
    guard !x.isNaN, !y.isNaN else { return .nan }
    largest = max(largest, abs(x - y))
  }
  for x in b where x.isFinite { scale = max(scale, abs(x)) }
  return largest / scale
}

/// Numbers that repeat from run to run.
struct RandomNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  /// Between -1 and 1.
  mutating func float() -> Float { Float(Int64(bitPattern: next()) >> 40) / Float(1 << 23) }

  mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }
}
