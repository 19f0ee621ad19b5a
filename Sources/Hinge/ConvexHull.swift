extension BinaryMask {
  /// The pixels whose centres lie in the convex hull of the set's pixel centres.
  public var convexHull: BinaryMask {
    let ends = rowEnds
    let leftChain = Self.chain(ends.map { (x: $0.first, y: $0.y) }, sign: 1)
    let rightChain = Self.chain(ends.map { (x: $0.last, y: $0.y) }, sign: -1)
    var hull = BinaryMask(width: width, height: height)
    guard let top = ends.first?.y, let bottom = ends.last?.y else { return hull }
    for y in top...bottom {
      // Slack for rounding: a pixel of the set never falls out of its own hull.
      let first = Int((Self.position(on: leftChain, y) - 1e-9).rounded(.up))
      let last = Int((Self.position(on: rightChain, y) + 1e-9).rounded(.down))
      guard first <= last else { continue }
      for x in first...last { hull.bits[y * width + x] = true }
    }
    return hull
  }

  /// The first and last pixel of every row that has any, from the top.
  private var rowEnds: [(y: Int, first: Int, last: Int)] {
    (0..<height).compactMap { y in
      let row = bits[(y * width)..<((y + 1) * width)]
      guard let first = row.firstIndex(of: true), let last = row.lastIndex(of: true) else { return nil }
      return (y, first - row.startIndex, last - row.startIndex)
    }
  }

  /// One side of the hull as a chain of points with falling y's order kept (Andrew's monotone chain): `sign` 1
  /// keeps the leftmost side, -1 the rightmost.
  private static func chain(_ points: [(x: Int, y: Int)], sign: Int) -> [(x: Int, y: Int)] {
    var chain: [(x: Int, y: Int)] = []
    for point in points {
      while chain.count >= 2, bends(chain[chain.count - 2], chain[chain.count - 1], point) * sign <= 0 {
        chain.removeLast()
      }
      chain.append(point)
    }
    return chain
  }

  /// Positive where `b` lies to the left of the way from `a` down to `c`.
  private static func bends(_ a: (x: Int, y: Int), _ b: (x: Int, y: Int), _ c: (x: Int, y: Int)) -> Int {
    (c.x - a.x) * (b.y - a.y) - (b.x - a.x) * (c.y - a.y)
  }

  /// Where the chain crosses row `y`, which lies within the chain's rows.
  private static func position(on chain: [(x: Int, y: Int)], _ y: Int) -> Double {
    guard let below = chain.firstIndex(where: { $0.y >= y }) else { return Double(chain.last?.x ?? 0) }
    let b = chain[below]
    guard below > 0, b.y > y else { return Double(b.x) }
    let a = chain[below - 1]
    return Double(a.x) + Double(b.x - a.x) * Double(y - a.y) / Double(b.y - a.y)
  }
}
