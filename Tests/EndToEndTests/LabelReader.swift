import Foundation
import Hinge

@testable import WatchDaemon

/// A network that reads the labels of a picture whose gray values say them (`KnownHeart`): it sees perfectly, so that
/// whatever is off in a result comes from what is done with the labels.
///
/// A first convolution bends each gray value into one vote for the label that it stands for, a second one counts the
/// votes around each pixel: the grays between two labels, where the picture was resampled, are outvoted.
enum LabelReader {
  static let side = 256
  /// Half the range that a label's grays flicker in.
  static let flicker = 10

  static func gray(_ label: ChamberLabel) -> Int {
    switch label {
    case .background: 30
    case .leftVentricle: 90
    case .myocardium: 150
    case .leftAtrium: 210
    }
  }

  /// Votes are whole within `full` grays of a label's own, and gone beyond `none`.
  private static let (full, none) = (12, 26)
  private static let window = 5
  private static let certainty = 12.0

  /// Writes the network and its card into a folder.
  /// - Returns: The network's path.
  static func write(into folder: String) throws -> String {
    let path = folder + "/labels.onnx"
    let bytes = ONNXMessage.model(graph)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let names = ["background", "LV cavity", "LV myocardium", "left atrium"]
    let card = ModelCard(
      name: "labels", version: "1", sha256: SHA256.hexDigest(of: bytes), licence: "none",
      input: .init(width: side, height: side, channels: 1),
      classes: names.enumerated().map { .init(index: $0.offset, label: $0.element) })
    try JSONEncoder().encode(card).write(to: URL(fileURLWithPath: folder + "/labels.json"))
    return path
  }

  /// Where a label's votes bend, and by how much of their slope. What is black lies outside and is background.
  private static let bends: [(label: Int, gray: Int, slope: Double)] =
    ChamberLabel.allCases.flatMap { label -> [(label: Int, gray: Int, slope: Double)] in
      let (number, gray) = (Int(label.rawValue), gray(label))
      let falling = [(number, gray + full, -1.0), (number, gray + none, 1.0)]
      return label == .background
        ? falling : [(number, gray - none, 1.0), (number, gray - full, -1.0)] + falling
    }

  private static var graph: ONNXMessage {
    let classes = ChamberLabel.allCases.count
    let slope = 255 / Double(none - full)
    let cells = window * window
    let votes = (0..<classes).flatMap { label in
      bends.flatMap { bend in
        [Double](repeating: bend.label == label ? bend.slope * slope * certainty / Double(cells) : 0, count: cells)
      }
    }
    let constants = (0..<classes).map { $0 == Int(ChamberLabel.background.rawValue) ? certainty : 0 }
    var graph = ONNXMessage()
    graph.add(1, .node("Conv", ["input", "thresholds", "grays"], "bent"))
    graph.add(1, .node("Relu", ["bent"], "cut"))
    let margin = [Int](repeating: window / 2, count: 4)
    graph.add(1, .node("Conv", ["cut", "votes", "constants"], "logits", pads: margin))
    graph.add(2, "labels")
    graph.add(5, .tensor("thresholds", [bends.count, 1, 1, 1], bends.map { _ in 1 }))
    graph.add(5, .tensor("grays", [bends.count], bends.map { -Double($0.gray) / 255 }))
    graph.add(5, .tensor("votes", [classes, bends.count, window, window], votes))
    graph.add(5, .tensor("constants", [classes], constants))
    graph.add(11, .value("input", [1, 1, side, side]))
    graph.add(12, .value("logits", [1, classes, side, side]))
    return graph
  }
}
