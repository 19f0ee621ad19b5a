/// What the network says of the view of a whole clip.
package struct PictureView: Sendable, Equatable {
  /// Over `.a4c`, `.a2c` and `.other`, with signs of an outflow tract over `.a5c` and `.a3c` too; the sum is 1. Each is
  /// that of the view as usually shown and mirrored together.
  package var probabilities: [EchoView: Double]
  /// That the display is mirrored, if the clip shows the likeliest view.
  package var mirroredProbability: Double

  package init(probabilities: [EchoView: Double], mirroredProbability: Double) {
    self.probabilities = probabilities
    self.mirroredProbability = mirroredProbability
  }

  /// The same for a clip that shows signs of an outflow tract. Beside the septum a five-chamber view is then likelier than
  /// a four-chamber one, at the anterior wall a three-chamber view than a two-chamber one. The share is not measured: it
  /// is chosen so that no four- or two-chamber view is claimed.
  /// - Parameters:
  ///   - left: On the left of the display, where the septum of a four-chamber view usually is.
  ///   - right: On the right, where the anterior wall of a two-chamber view usually is.
  package func withOutflowTract(left: Bool, right: Bool) -> PictureView {
    let isMirrored = mirroredProbability >= 0.5
    let signs = [
      (view: EchoView.a4c, beside: EchoView.a5c, isSeen: isMirrored ? right : left),
      (view: .a2c, beside: .a3c, isSeen: isMirrored ? left : right),
    ]
    var result = self
    for sign in signs where sign.isSeen {
      guard let probability = probabilities[sign.view] else { continue }
      result.probabilities[sign.view] = Self.shareDespiteTract * probability
      result.probabilities[sign.beside] = (1 - Self.shareDespiteTract) * probability
    }
    return result
  }

  private static let shareDespiteTract = 0.4

  /// The likeliest view and its probability; of equals the first in the order of `EchoView`.
  package var likeliest: (view: EchoView, probability: Double)? {
    let inOrder = EchoView.allCases.compactMap { view in probabilities[view].map { (view, $0) } }
    return inOrder.reduce(nil) { best, next in
      if let best, best.probability >= next.1 { return best }
      return next
    }
  }
}
