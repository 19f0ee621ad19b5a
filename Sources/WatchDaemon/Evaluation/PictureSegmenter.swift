import Hinge

/// What an evaluation asks of the product's segmentation: one picture on its own grid, which may be anisotropic.
protocol PictureSegmenter {
  /// - Parameter picture: rows x columns, apex up.
  func segment(_ picture: GrayFrame, spacing: PixelSpacing) throws -> PictureSegmentation
}

/// A segmented picture. The hinge points are taken on the grid of the probabilities, which need not be the
/// picture's: on a network's own grid they come out as exact, and many times faster.
struct PictureSegmentation: Sendable {
  /// On the picture's grid, for the agreement with the truth.
  var labels: LabelMask
  /// K x H x W, with the spacing of their grid.
  var probabilities: ClassProbabilities
  /// On the grid of the probabilities.
  var landmarks: HingeLandmarks?
  /// From the grid of the probabilities to the picture's.
  var mapping = PixelMapping.identity
}
