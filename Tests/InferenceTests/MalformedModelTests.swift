import Testing

@testable import Inference

/// Whatever the bytes, loading ends in a model or in a `ModelError`.
@Suite struct MalformedModelTests {
  private func kind(_ bytes: [UInt8]) -> ModelError.Kind? {
    do {
      _ = try Model(bytes: bytes)
      return nil
    } catch { return error.kind }
  }

  @Test func refusesEmptyAndForeignFiles() {
    #expect(kind([]) == .malformed(offset: 0))
    #expect(kind([UInt8]("GIF89a, not a model".utf8)) != nil)
  }

  @Test func refusesEveryTruncation() throws {
    let bytes = try #require(Fixture.all.first { $0.name == "unet_keras" }).bytes()
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(kind(Array(bytes[..<count])) != nil, "first \(count) bytes")
    }
  }

  @Test(arguments: ["unet_pytorch", "unet_keras", "resize_sizes", "transposed_output_shape", "gated"])
  func survivesFlippedBytes(_ name: String) throws {
    let bytes = try #require(Fixture.all.first { $0.name == name }).bytes()
    var random = RandomNumbers(seed: 7)
    for _ in 0..<400 {
      var damaged = bytes
      for _ in 0..<(1 + random.next() % 4) {
        damaged[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      _ = kind(damaged)
    }
  }

  /// The structure rather than the weights: every byte outside the tensors takes some hostile values.
  @Test func survivesHostileNumbers() throws {
    let bytes = try #require(Fixture.all.first { $0.name == "resize_sizes" }).bytes()
    for index in bytes.indices {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var damaged = bytes
        damaged[index] = value
        _ = kind(damaged)
      }
    }
  }

  @Test func refusesTensorsThatClaimMoreThanTheyHold() {
    for dimensions: [Int64] in [[3], [1 << 40], [1 << 20, 1 << 20], [-1], [2, 2, 2, 2, 2, 2, 2, 2, 2]] {
      var model = ModelWriter()
      model.tensor("w", dimensions, floats: [1, 2])
      model.node("Add", ["x", "w"], "y")
      switch kind(model.bytes()) {
      case .malformed, .tooLarge: break
      case let other: Issue.record("\(dimensions): \(String(describing: other))")
      }
    }
  }

  @Test func refusesInputsBeyondTheLimits() {
    for shape: [Int64] in [[1, 1, 1 << 20, 1 << 20], [1, 1 << 14, 1, 1], [1, .max, .max, .max]] {
      var model = ModelWriter()
      model.shape = shape
      model.node("Relu", ["x"], "y")
      #expect(kind(model.bytes()) == .tooLarge)
    }
  }

  @Test func refusesEndlessLists() {
    var model = ModelWriter()
    for index in 0...ModelLimits.nodes { model.node("Relu", ["x"], "v\(index)") }
    #expect(kind(model.bytes(output: "v0")) == .tooLarge)
  }

  @Test func refusesMissingFiles() {
    let error = #expect(throws: ModelError.self) { try Model(contentsOf: "/nowhere/model.onnx") }
    #expect(error?.kind == .unreadable)
    #expect(throws: ModelError(.unreadable, "it is not a file")) { try Model(contentsOf: "/dev/null") }
  }
}
