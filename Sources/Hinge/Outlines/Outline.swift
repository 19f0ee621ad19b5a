/// The border of a set of pixels: closed polylines, the last point joined to the first. Outer borders run
/// clockwise on a picture whose y points down and holes the other way, so that areas add up.
public struct Outline: Equatable, Sendable {
  public var loops: [[Point]]

  public init(loops: [[Point]] = []) { self.loops = loops }

  /// Squared pixels that lie inside.
  public var area: Double { loops.map(Self.area).reduce(0, +) }

  /// The loop that encloses most; `nil` where there is none.
  public var longest: [Point]? { loops.max { Self.area($0) < Self.area($1) } }

  public func mapped(by mapping: (Point) -> Point) -> Outline {
    Outline(loops: loops.map { $0.map(mapping) })
  }

  /// Gauss's formula; positive for a clockwise loop, since y points down.
  private static func area(_ loop: [Point]) -> Double {
    guard var previous = loop.last else { return 0 }
    var twice = 0.0
    for point in loop {
      twice += previous.x * point.y - point.x * previous.y
      previous = point
    }
    return twice / 2
  }
}

extension BinaryMask {
  /// The set's border, smoothed as far as the steps of its pixels go.
  /// - Parameters:
  ///   - smoothing: standard deviation in pixels of the Gaussian that the set is smoothed by.
  ///   - tolerance: how far in pixels a point may lie off the polyline that leaves it out.
  public func outline(smoothing: Double = 1, tolerance: Double = 0.1) -> Outline {
    guard let field = SmoothField(self, sigma: smoothing) else { return Outline() }
    return Outline(loops: field.contours().map { Polyline.simplified(loop: $0, tolerance: tolerance) })
  }
}

/// Pixels of one row of a grid, side by side.
public struct PixelRun: Equatable, Sendable {
  public var row: Int
  public var columns: Range<Int>

  public init(row: Int, columns: Range<Int>) {
    self.row = row
    self.columns = columns
  }
}

extension Outline {
  /// The pixels of a grid whose centres lie inside, from top to bottom.
  public func pixels(width: Int, height: Int) -> [PixelRun] {
    let crossings = self.crossings(height: height).sorted {
      $0.row == $1.row ? $0.x < $1.x : $0.row < $1.row
    }
    // Every row is crossed an even number of times, since loops are closed.
    var runs: [PixelRun] = []
    runs.reserveCapacity(crossings.count / 2)
    for index in stride(from: 0, to: crossings.count - 1, by: 2) {
      let first = max(0, Int(crossings[index].x.rounded(.up)))
      let end = min(width, Int(crossings[index + 1].x.rounded(.up)))
      if first < end { runs.append(PixelRun(row: crossings[index].row, columns: first..<end)) }
    }
    return runs
  }

  private struct Crossing {
    var row: Int
    var x: Double
  }

  /// Where the lines through the rows' centres meet the outline. A corner belongs to the side that leads down from
  /// it, so that it counts once.
  private func crossings(height: Int) -> [Crossing] {
    var crossings: [Crossing] = []
    for loop in loops {
      guard var from = loop.last else { continue }
      for to in loop {
        let (upper, lower) = from.y < to.y ? (from, to) : (to, from)
        let first = max(0, Int(max(-1, upper.y).rounded(.up)))
        let end = min(height, Int(min(Double(height), max(-1, lower.y)).rounded(.up)))
        for row in first..<max(first, end) {
          let part = (Double(row) - upper.y) / (lower.y - upper.y)
          crossings.append(Crossing(row: row, x: upper.x + part * (lower.x - upper.x)))
        }
        from = to
      }
    }
    return crossings
  }
}

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
