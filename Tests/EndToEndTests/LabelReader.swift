import Foundation
import Hinge

@testable import Clips
@testable import Platform
@testable import Study
@testable import WatchDaemon

/// A network that reads the labels of a picture whose gray values say them (`KnownHeart`): it sees perfectly, so that
/// whatever is off in a result comes from what is done with the labels.
///
/// Between the grays of two labels one fades into the other, so that a pixel that lies on a border, where the picture
/// was resampled, is as much of both as it should be. A mean over the pixels around takes the flicker's rest away, and
/// the grays that a border of two labels passes which do not follow one another.
enum LabelReader {
  static let side = 256
  /// Half the range that a label's grays flicker in.
  static let flicker = 8

  /// Labels that share a border follow one another, the wall and its surroundings excepted.
  static func gray(_ label: ChamberLabel) -> Int {
    switch label {
    case .myocardium: 50
    case .leftVentricle: 110
    case .leftAtrium: 170
    case .background: 230
    }
  }

  /// From one label to the next, by ascending gray. Black lies outside and is background.
  private static let fades: [(from: ChamberLabel, to: ChamberLabel, grays: (Int, Int))] = {
    let order = [ChamberLabel.myocardium, .leftVentricle, .leftAtrium, .background]
    let between = zip(order, order.dropFirst()).map { a, b in
      (from: a, to: b, grays: (gray(a) + flicker + 1, gray(b) - flicker - 1))
    }
    return [(from: .background, to: order[0], grays: (10, gray(order[0]) - flicker - 1))] + between
  }()

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

  private static var graph: ONNXMessage {
    let classes = ChamberLabel.allCases.count
    let cells = window * window
    let bends = fades.flatMap { [$0.grays.0, $0.grays.1] }
    let votes = (0..<classes).flatMap { label in
      fades.flatMap { fade in
        let sign = label == fade.to.rawValue ? 1.0 : label == fade.from.rawValue ? -1 : 0
        let slope = sign * 255 / Double(fade.grays.1 - fade.grays.0) * certainty / Double(cells)
        return [Double](repeating: slope, count: cells) + [Double](repeating: -slope, count: cells)
      }
    }
    let constants = (0..<classes).map { $0 == ChamberLabel.background.rawValue ? certainty : 0 }
    var graph = ONNXMessage()
    graph.add(1, .node("Conv", ["input", "thresholds", "grays"], "bent"))
    graph.add(1, .node("Relu", ["bent"], "cut"))
    let margin = [Int](repeating: window / 2, count: 4)
    graph.add(1, .node("Conv", ["cut", "votes", "constants"], "logits", pads: margin))
    graph.add(2, "labels")
    graph.add(5, .tensor("thresholds", [bends.count, 1, 1, 1], bends.map { _ in 1 }))
    graph.add(5, .tensor("grays", [bends.count], bends.map { -Double($0) / 255 }))
    graph.add(5, .tensor("votes", [classes, bends.count, window, window], votes))
    graph.add(5, .tensor("constants", [classes], constants))
    graph.add(11, .value("input", [1, 1, side, side]))
    graph.add(12, .value("logits", [1, classes, side, side]))
    return graph
  }
}
