import Foundation

@testable import Clips
@testable import Platform
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
    let bytes = ONNXMessage.model(graph)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let card = ModelCard(
      name: "tiny", version: "1", sha256: SHA256.hexDigest(of: bytes), licence: "none",
      input: .init(width: side, height: side, channels: 1),
      classes: classes.enumerated().map { .init(index: $0.offset, label: $0.element) })
    try JSONEncoder().encode(card).write(to: URL(fileURLWithPath: folder + "/tiny.json"))
    return path
  }

  private static var graph: ONNXMessage {
    var graph = ONNXMessage()
    graph.add(1, .node("Conv", ["input", "weights"], "logits"))
    graph.add(2, "tiny")
    graph.add(5, .tensor("weights", [classes.count, 1, 1, 1], classes.indices.map { -Double($0) }))
    graph.add(11, .value("input", [1, 1, side, side]))
    graph.add(12, .value("logits", [1, classes.count, side, side]))
    return graph
  }
}
