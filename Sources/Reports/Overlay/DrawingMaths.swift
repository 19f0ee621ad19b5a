import Glibc
import Hinge

enum UnitCircle {
  /// The point after so many turns, clockwise on a picture whose y points down.
  static func point(_ turns: Double) -> Point {
    Point(x: cos(2 * .pi * turns), y: sin(2 * .pi * turns))
  }
}
