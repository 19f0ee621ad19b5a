/// Fewer points for the same line: Douglas and Peucker, Cartographica 10(2), 1973.
enum Polyline {
  /// The points of a closed loop that are needed for no point to lie farther than `tolerance` off.
  static func simplified(loop: [Point], tolerance: Double) -> [Point] {
    guard loop.count > 4 else { return loop }
    let unit = PixelSpacing(x: 1, y: 1)
    let distances = loop.map { unit.distance($0, loop[0]) }
    guard let far = distances.indices.max(by: { distances[$0] < distances[$1] }), far > 0 else { return loop }
    let closed = loop + [loop[0]]
    var kept = [Bool](repeating: false, count: closed.count)
    kept[0] = true
    kept[far] = true
    keep(in: closed, from: 0, to: far, tolerance * tolerance, &kept)
    keep(in: closed, from: far, to: closed.count - 1, tolerance * tolerance, &kept)
    let result = loop.indices.filter { kept[$0] }.map { loop[$0] }
    return result.count >= 3 ? result : loop
  }

  private static func keep(
    in points: [Point], from start: Int, to end: Int, _ limit: Double, _ kept: inout [Bool]
  ) {
    var open = [(start, end)]
    while let (first, last) = open.popLast() {
      guard last - first > 1 else { continue }
      var worst = (index: first, distance: limit)
      for index in first + 1..<last {
        let distance = squaredDistance(points[index], points[first], points[last])
        if distance > worst.distance { worst = (index, distance) }
      }
      guard worst.index > first else { continue }
      kept[worst.index] = true
      open.append((first, worst.index))
      open.append((worst.index, last))
    }
  }

  /// From a point to the segment between two others.
  private static func squaredDistance(_ p: Point, _ a: Point, _ b: Point) -> Double {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let length = dx * dx + dy * dy
    let part = length == 0 ? 0 : max(0, min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length))
    let (ex, ey) = (p.x - a.x - part * dx, p.y - a.y - part * dy)
    return ex * ex + ey * ey
  }
}
