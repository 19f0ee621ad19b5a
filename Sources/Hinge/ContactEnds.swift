/// The ends of a contact line on the grid of the picture, in pixels, and the line between them.
struct ContactEnds {
  var left: Point
  var right: Point
  var polyline: [Point]

  /// - Parameter origin: the box of the picture that the line's grid is.
  /// - Parameter parts: into how many each side of a pixel of the box was divided for the line's grid.
  init(_ line: ContactLine, origin: GridBox, parts: Int = 1) {
    func moved(_ point: Point) -> Point {
      let side = Double(parts)
      return Point(
        x: (point.x + 0.5) / side - 0.5 + Double(origin.minX),
        y: (point.y + 0.5) / side - 0.5 + Double(origin.minY))
    }
    left = moved(line.left)
    right = moved(line.right)
    polyline = line.polyline().map(moved)
  }

  func levelled(_ level: ContactLevel) -> ContactEnds {
    var ends = self
    ends.left = level.levelled(left, other: right)
    ends.right = level.levelled(right, other: left)
    return ends
  }

  /// Moves both points towards the landmarks' medians.
  /// - Returns: the larger distance in millimetres between an end and its landmark.
  mutating func move(towards landmarks: HingeLandmarks, by weight: LandmarkWeight) -> Double {
    let spacing = landmarks.left.spacing
    let goals = (left: landmarks.left.median, right: landmarks.right.median)
    let distance = max(spacing.distance(left, goals.left), spacing.distance(right, goals.right))
    left = left.interpolated(to: goals.left, by: weight)
    right = right.interpolated(to: goals.right, by: weight)
    polyline = [left] + polyline.dropFirst().dropLast() + [right]
    return distance
  }
}
