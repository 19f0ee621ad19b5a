import Foundation

@testable import WatchDaemon

/// A network of one convolution that sees no heart in anything, with its card: enough to take a clip through
/// decoding and inference in no time.
enum TinyModel {
  private static let side = 32
  private static let classes = ["background", "LV cavity", "LV myocardium", "left atrium"]

  /// Writes the network and its card into a folder.
  /// - Returns: The network's path.
  static func write(into folder: String) throws -> String {
    let path = folder + "/tiny.onnx"
    let bytes = Message.model(side: side, classes: classes.count)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let card = ModelCard(
      name: "tiny", version: "1", sha256: SHA256.hexDigest(of: bytes), licence: "none",
      input: .init(width: side, height: side, channels: 1),
      classes: classes.enumerated().map { .init(index: $0.offset, label: $0.element) })
    try JSONEncoder().encode(card).write(to: URL(fileURLWithPath: folder + "/tiny.json"))
    return path
  }
}

/// A message of onnx.proto3, as the bytes of its fields.
private struct Message {
  var bytes: [UInt8] = []

  static func model(side: Int, classes: Int) -> [UInt8] {
    var model = Message()
    model.add(1, 8)  // ir_version
    model.add(7, graph(side: side, classes: classes))
    var operators = Message()
    operators.add(2, 13)  // version
    model.add(8, operators)
    return model.bytes
  }

  private static func graph(side: Int, classes: Int) -> Message {
    var node = Message()
    for input in ["input", "weights"] { node.add(1, input) }
    node.add(2, "logits")
    node.add(4, "Conv")
    var weights = Message()
    for dimension in [classes, 1, 1, 1] { weights.add(1, dimension) }
    weights.add(2, 1)  // float
    weights.add(8, "weights")
    weights.add(9, (0..<classes).flatMap { littleEndian(Float(-$0)) })
    var graph = Message()
    graph.add(1, node)
    graph.add(2, "tiny")
    graph.add(5, weights)
    graph.add(11, value("input", [1, 1, side, side]))
    graph.add(12, value("logits", [1, classes, side, side]))
    return graph
  }

  private static func value(_ name: String, _ dimensions: [Int]) -> Message {
    var shape = Message()
    for size in dimensions {
      var dimension = Message()
      dimension.add(1, size)
      shape.add(1, dimension)
    }
    var tensor = Message()
    tensor.add(1, 1)  // float
    tensor.add(2, shape)
    var type = Message()
    type.add(1, tensor)
    var value = Message()
    value.add(1, name)
    value.add(2, type)
    return value
  }

  private static func littleEndian(_ value: Float) -> [UInt8] {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
  }

  mutating func add(_ field: Int, _ value: Int) { bytes += Self.varint(field << 3) + Self.varint(value) }

  mutating func add(_ field: Int, _ content: [UInt8]) {
    bytes += Self.varint(field << 3 | 2) + Self.varint(content.count) + content
  }

  mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  mutating func add(_ field: Int, _ message: Message) { add(field, message.bytes) }

  private static func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + varint(value >> 7)
  }
}
