/// What the network says of the view of a whole clip.
struct PictureView: Sendable, Equatable {
  /// Over `.a4c`, `.a2c` and `.other`; the sum is 1. Each is that of the view as usually shown and mirrored together.
  var probabilities: [EchoView: Double]
  /// That the display is mirrored, if the clip shows the likeliest view.
  var mirroredProbability: Double

  /// The likeliest view and its probability; of equals the first in the order of `EchoView`.
  var likeliest: (view: EchoView, probability: Double)? {
    let inOrder = EchoView.allCases.compactMap { view in probabilities[view].map { (view, $0) } }
    return inOrder.reduce(nil) { best, next in
      if let best, best.probability >= next.1 { return best }
      return next
    }
  }
}
