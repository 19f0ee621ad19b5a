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

/// Where ventricle and atrium are equally likely. A label image knows the annulus to a pixel of its grid, which is half
/// a millimetre and more; the probabilities know it to a fraction of that, and how far the annulus moves is a few
/// millimetres in all.
struct ContactLevel {
  /// Crossings between neighbouring pixels.
  private let crossings: [Point]
  private let spacing: PixelSpacing

  /// Both are at least so likely together where they meet.
  private static let chambers: Float = 0.5
  /// Millimetres along the annulus, from an end, that say where it lies there. Nearer to the end the wall has its say.
  private static let beside = 2.0...9.0
  /// Crossings farther than this across the annulus belong to something else; an end is moved by no more.
  private static let across = 3.0
  private static let fewestCrossings = 5

  /// - Parameter box: the part of the picture that the probabilities' grid is; crossings are in the picture's pixels.
  init(_ probabilities: ClassProbabilities, at box: GridBox) {
    let (width, height) = (probabilities.width, probabilities.height)
    let plane = width * height
    func likely(_ label: ChamberLabel, _ pixel: Int) -> Float {
      probabilities.values[Int(label.rawValue) * plane + pixel]
    }
    func difference(_ pixel: Int) -> Float? {
      let (ventricle, atrium) = (likely(.leftVentricle, pixel), likely(.leftAtrium, pixel))
      return ventricle + atrium > Self.chambers ? ventricle - atrium : nil
    }
    var found: [Point] = []
    for y in 0..<height {
      for x in 0..<width {
        guard let here = difference(y * width + x) else { continue }
        for (dx, dy) in [(1, 0), (0, 1)] where x + dx < width && y + dy < height {
          guard let there = difference((y + dy) * width + x + dx), (here > 0) != (there > 0) else { continue }
          let part = Double(here / (here - there))
          found.append(
            Point(
              x: Double(box.minX + x) + part * Double(dx), y: Double(box.minY + y) + part * Double(dy)))
        }
      }
    }
    crossings = found
    spacing = probabilities.spacing
  }

  /// One end of the annulus, moved across it onto the straight line through the crossings beside it; itself where there
  /// are too few.
  func levelled(_ end: Point, other: Point) -> Point {
    guard let axis = AxisFrame(from: end, towards: other, spacing: spacing) else { return end }
    let normal = Point(x: -axis.direction.y, y: axis.direction.x)
    let near = crossings.map { point in
      let (dx, dy) = ((point.x - end.x) * spacing.x, (point.y - end.y) * spacing.y)
      return (along: axis.height(of: point), across: dx * normal.x + dy * normal.y)
    }
    .filter { Self.beside.contains($0.along) && abs($0.across) <= Self.across }
    guard near.count >= Self.fewestCrossings else { return end }
    let count = Double(near.count)
    let (u, v) = (near.map(\.along).reduce(0, +) / count, near.map(\.across).reduce(0, +) / count)
    let spread = near.map { ($0.along - u) * ($0.along - u) }.reduce(0, +)
    guard spread > 0 else { return end }
    let slope = near.map { ($0.along - u) * ($0.across - v) }.reduce(0, +) / spread
    let shift = v - slope * u
    guard abs(shift) <= Self.across else { return end }
    return Point(x: end.x + shift * normal.x / spacing.x, y: end.y + shift * normal.y / spacing.y)
  }
}
