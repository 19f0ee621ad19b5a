import Hinge

/// What an evaluation asks of the product's segmentation: one picture on its own grid, which may be anisotropic.
protocol PictureSegmenter {
  /// - Parameter picture: rows x columns, apex up.
  /// - Returns: labels and class probabilities (K x H x W) on the picture's grid.
  func segment(_ picture: GrayFrame, spacing: PixelSpacing) throws -> PictureSegmentation
}

struct PictureSegmentation: Sendable {
  var labels: LabelMask
  var probabilities: ClassProbabilities
}
