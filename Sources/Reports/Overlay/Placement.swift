import Hinge

/// Where the stored frame lies on a canvas, and how large things are drawn on it.
struct Placement: Sendable {
  /// The pixel of the stored frame whose outer corner lies at `left`, `top` of the canvas.
  var origin: Point
  /// Pixels of the canvas a pixel of the stored frame, across and down.
  var scale: (x: Double, y: Double)
  var left: Int
  var top: Int
  /// Lines grow with it: 1 on a canvas that is 1000 wide.
  var unit: Double
  /// The height of a capital of running text.
  var textSize: Double

  /// From the stored frame to the canvas; pixel areas stay aligned.
  func place(_ point: Point) -> Point {
    Point(
      x: (point.x - origin.x + 0.5) * scale.x - 0.5 + Double(left),
      y: (point.y - origin.y + 0.5) * scale.y - 0.5 + Double(top))
  }
}
