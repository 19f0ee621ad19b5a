import Hinge

/// What one overlay picture shows: a frame, its segmentation and what was measured on it.
struct OverlayScene: Sendable {
  /// A hinge point with what it is called: a site, or `L` and `R` where none is established.
  struct Mark: Sendable, Equatable {
    var point: Point
    var label: String
  }

  enum Diameter: Sendable, Equatable {
    case millimetres(Double)
    case pixels(Double)
    /// Measured, but not trusted: no number is shown.
    case withheld
  }

  var frame: GrayFrame
  /// The 2D region: nothing outside of it is drawn, since names are burnt in there.
  var box: PixelBox
  /// Where the ultrasound sector is, a flag a pixel of `box`; what lies outside is drawn black, since scanners
  /// write within the region as well. `nil` shows the whole region.
  var sector: [Bool]?
  /// Coordinates of the stored frame.
  var outlines: FrameOutlines
  /// Left then right, coordinates of the stored frame; empty where none were found.
  var hingePoints: [Mark]
  /// Coordinates of the stored frame.
  var contactLine: [Point]
  var diameter: Diameter?
  var phase: CyclePhase
  var view: EchoView
  var isViewFromPicture = false
  /// 0-based.
  var frameIndex: Int
  var frameCount: Int
  /// Of the stored frame; `nil` where it is not calibrated.
  var spacing: PixelSpacing?
}
