import Clips
import Hinge

/// What an evaluation asks of the product's segmentation: one picture on its own grid, which may be anisotropic.
package protocol PictureSegmenter {
  /// - Parameter picture: rows x columns, apex up.
  func segment(_ picture: GrayFrame, spacing: PixelSpacing) throws -> PictureSegmentation
}

/// A segmented picture. The hinge points are taken on the grid of the probabilities, which need not be the
/// picture's: on a network's own grid they come out as exact, and many times faster.
package struct PictureSegmentation: Sendable {
  /// On the picture's grid, for the agreement with the truth.
  package var labels: LabelMask
  /// K x H x W, with the spacing of their grid.
  package var probabilities: ClassProbabilities
  /// On the grid of the probabilities.
  package var landmarks: HingeLandmarks?
  /// From the grid of the probabilities to the picture's.
  var mapping = PixelMapping.identity

  package init(
    labels: LabelMask, probabilities: ClassProbabilities, landmarks: HingeLandmarks? = nil,
    mapping: PixelMapping = PixelMapping.identity
  ) {
    self.labels = labels
    self.probabilities = probabilities
    self.landmarks = landmarks
    self.mapping = mapping
  }
}
