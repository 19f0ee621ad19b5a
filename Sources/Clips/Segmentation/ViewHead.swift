import Foundation
import Inference
import Study

extension ModelCard {
  /// An output of the network that says of the whole picture which view it shows: the softmax over its channels.
  package struct ViewHead: Codable, Sendable, Equatable {
    /// What one channel means: a view as it is usually shown or mirrored, or `other` for everything else.
    package struct Channel: Codable, Sendable, Equatable {
      package var view: EchoView
      package var mirrored: Bool
    }

    /// The output's name in the ONNX file; its shape is `[1, channels, 1, 1]`.
    package var output: String
    package var channels: [Channel]
    /// Divides the logits of a clip, so that a probability is how often it is right.
    var temperature: Double
    /// The probability from which on a view is claimed.
    package var claim: Double
    /// A clip that shows an apical view with a smaller probability is taken for another view.
    package var apical: Double
  }
}

extension ModelCard.ViewHead {
  /// What the network says of a clip.
  ///
  /// The frames of a clip are no independent witnesses, so the mean of their logits counts and not the sum.
  /// - Parameter votes: the logits of each frame, one a channel.
  /// - Returns: `nil` without a frame.
  func pictureView(of votes: [[Float]]) -> PictureView? {
    guard !votes.isEmpty else { return nil }
    let means = channels.indices.map { channel in
      votes.reduce(0) { $0 + Double($1[channel]) } / (Double(votes.count) * temperature)
    }
    let peak = means.max() ?? 0
    let weights = means.map { exp($0 - peak) }
    let total = weights.reduce(0, +)
    var found = PictureView(probabilities: [:], mirroredProbability: 0)
    var mirrored: [EchoView: Double] = [:]
    for (channel, weight) in zip(channels, weights) {
      found.probabilities[channel.view, default: 0] += weight / total
      if channel.mirrored { mirrored[channel.view, default: 0] += weight / total }
    }
    if let (view, probability) = found.likeliest, probability > 0 {
      found.mirroredProbability = mirrored[view, default: 0] / probability
    }
    return found
  }

  /// What does not fit the network's outputs; `nil` where all fits.
  package func fault(in outputs: [ModelOutput]) -> (field: String, problem: String, remedy: String)? {
    guard let shape = outputs.dropFirst().first(where: { $0.name == output })?.shape else {
      return ("output", "names no output of the network beside the first", "name it as the ONNX file does")
    }
    guard shape == [1, channels.count, 1, 1] else {
      return ("channels", "are \(channels.count), and the output is \(shape)", "name each channel once")
    }
    return nil
  }

  /// The first field that has no meaning, with what is wrong and a remedy; `nil` where all have one.
  package var fault: (field: String, problem: String, remedy: String)? {
    guard Set(channels.map(\.view)).isSuperset(of: [.a4c, .a2c, .other]) else {
      return ("channels", "lack one of A4C, A2C and other", "name what each channel of the output means")
    }
    guard temperature > 0 else { return ("temperature", "is not above 0", "set it to 1") }
    let wrong = [("claim", claim), ("apical", apical)].first { !(0.0...1.0).contains($0.1) }
    return wrong.map { ($0.0, "is not between 0 and 1", "set it as docs/SCIENTIST.md says") }
  }
}
