/// What the network says of the view of a whole clip.
struct PictureView: Sendable, Equatable {
  /// Over `.a4c`, `.a2c` and `.other`, with signs of an outflow tract over `.a5c` and `.a3c` too; the sum is 1. Each is
  /// that of the view as usually shown and mirrored together.
  var probabilities: [EchoView: Double]
  /// That the display is mirrored, if the clip shows the likeliest view.
  var mirroredProbability: Double

  /// The same for a clip that shows signs of an outflow tract: a five-chamber view is then likelier than a four-chamber
  /// one, and a three-chamber view than a two-chamber one. The share is not measured: it is chosen so that no four- or
  /// two-chamber view is claimed.
  var withOutflowTract: PictureView {
    var result = self
    for (view, beside) in [(EchoView.a4c, EchoView.a5c), (.a2c, .a3c)] {
      guard let probability = probabilities[view] else { continue }
      result.probabilities[view] = Self.shareDespiteTract * probability
      result.probabilities[beside] = (1 - Self.shareDespiteTract) * probability
    }
    return result
  }

  private static let shareDespiteTract = 0.4

  /// The likeliest view and its probability; of equals the first in the order of `EchoView`.
  var likeliest: (view: EchoView, probability: Double)? {
    let inOrder = EchoView.allCases.compactMap { view in probabilities[view].map { (view, $0) } }
    return inOrder.reduce(nil) { best, next in
      if let best, best.probability >= next.1 { return best }
      return next
    }
  }
}
