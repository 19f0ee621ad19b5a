import Hinge

/// A 2D picture within the stored frame, and what is known of its scale.
struct ImageRegion: Equatable, Sendable {
  /// Clipped to the image.
  var box: PixelBox
  var spacing: PixelSpacing?
  /// Why there is no spacing.
  var spacingReason: ReasonCode?
}

enum PixelCalibration {
  /// Codes of the Sequence of Ultrasound Regions, PS3.3 C.8.5.5.1.
  enum SpatialFormat {
    static let twoDimensional = 1
    static let mMode = 2
    static let spectral = 3
  }
  enum DataType {
    static let tissue = 1
    static let colourFlow = 2
  }
  static let centimetres = 3

  /// The bounds of all 2D regions together; the whole image where there are none.
  static func box(ofRegionsIn header: ClipHeader) -> PixelBox {
    let image = PixelBox(x: 0, y: 0, width: header.columns, height: header.rows)
    return image
  }
}
