#if canImport(Glibc)
  import Glibc
#endif

/// Exact Euclidean distances to a set of pixels on an anisotropic grid, by lower envelopes of parabolas
/// (Felzenszwalb and Huttenlocher, Theory of Computing 8, 2012).
enum DistanceTransform {
  /// Larger than any squared distance on a grid that fits into memory, and finite, so that differences of two
  /// such values stay numbers.
  static let farAway: Float = 1e12

  /// Squared distances, H x W, in the square of `spacing`'s unit, from each pixel's centre to the nearest centre
  /// of a pixel of the set; `farAway` everywhere where the set is empty.
  static func squared(to mask: BinaryMask, spacing: PixelSpacing) -> [Float] {
    guard !mask.isEmpty else { return [Float](repeating: farAway, count: mask.bits.count) }
    var field = columnDistances(to: mask, step: Float(spacing.y))
    var envelope = ParabolaEnvelope(capacity: mask.width)
    for y in 0..<mask.height {
      envelope.transform(&field, start: y * mask.width, count: mask.width, step: Float(spacing.x))
    }
    return field
  }

  /// Squared distances to the nearest pixel of the set in the same column. Row by row, many columns are worked on at
  /// once.
  private static func columnDistances(to mask: BinaryMask, step: Float) -> [Float] {
    let (width, height) = (mask.width, mask.height)
    // Counts of rows are whole numbers that a float holds; this one stays what it is when 1 is added.
    let none: Float = 1e9
    var field = mask.bits.map { $0 ? 0 : none }
    field.withUnsafeMutableBufferPointer { field in
      func approach(_ row: Int, from neighbour: Int) {
        for x in 0..<width {
          field[row * width + x] = min(field[row * width + x], field[neighbour * width + x] + 1)
        }
      }
      for y in stride(from: 1, to: height, by: 1) { approach(y, from: y - 1) }
      for y in stride(from: height - 2, through: 0, by: -1) { approach(y, from: y + 1) }
      for i in field.indices {
        let rows = field[i]
        field[i] = rows >= none ? farAway : min(rows * rows * step * step, farAway)
      }
    }
    return field
  }
}

/// The pass along a row, with scratch memory that all rows share.
private struct ParabolaEnvelope {
  private var values: [Float]
  private var vertices: [Int]
  private var starts: [Float]

  init(capacity: Int) {
    values = [Float](repeating: 0, count: capacity)
    vertices = [Int](repeating: 0, count: capacity)
    starts = [Float](repeating: 0, count: capacity + 1)
  }

  /// Replaces `field[start + i]`, i in 0..<count, by min over j of field[start + j] + ((i - j) * step)^2.
  mutating func transform(_ field: inout [Float], start: Int, count: Int, step: Float) {
    // Pixels of the set stay what they are, and those behind the nearest of them change nothing.
    guard let low = (start..<start + count).first(where: { field[$0] > 0 }),
      let high = (start..<start + count).last(where: { field[$0] > 0 })
    else { return }
    let end = min(start + count, high + 2)
    let start = max(start, low - 1)
    let count = end - start
    for i in 0..<count { values[i] = field[start + i] / (step * step) }
    let last = build(count: count)
    var k = 0
    for i in 0..<count {
      while k < last, starts[k + 1] < Float(i) { k += 1 }
      let offset = Float(i - vertices[k])
      let value = (offset * offset + values[vertices[k]]) * step * step
      field[start + i] = min(value, DistanceTransform.farAway)
    }
  }

  /// Fills `vertices` and `starts` with the lower envelope and returns the index of its last parabola.
  private mutating func build(count: Int) -> Int {
    var k = 0
    vertices[0] = 0
    starts[0] = -.infinity
    for i in 1..<max(count, 1) {
      var start = crossing(vertices[k], i)
      while k > 0, start <= starts[k] {
        k -= 1
        start = crossing(vertices[k], i)
      }
      if start <= starts[k] { k = -1 }
      k += 1
      vertices[k] = i
      starts[k] = k == 0 ? -.infinity : start
    }
    return k
  }

  /// Where parabola `j` starts to lie below parabola `i`, i < j.
  private func crossing(_ i: Int, _ j: Int) -> Float {
    let a = values[i] + Float(i * i)
    let b = values[j] + Float(j * j)
    return (b - a) / Float(2 * (j - i))
  }
}

extension BinaryMask {
  /// The set's pixels with a 4-neighbour outside of it or of the grid.
  public var boundary: BinaryMask {
    var edge = BinaryMask(width: width, height: height)
    for y in 0..<height {
      for x in 0..<width where bits[y * width + x] {
        let inner =
          contains(x: x - 1, y: y) && contains(x: x + 1, y: y) && contains(x: x, y: y - 1)
          && contains(x: x, y: y + 1)
        edge.bits[y * width + x] = !inner
      }
    }
    return edge
  }

  /// For each pixel of the set, in raster order, the distance to the nearest pixel of `other`, in the unit of
  /// `spacing`.
  public func distances(to other: BinaryMask, spacing: PixelSpacing) -> [Double] {
    let squared = DistanceTransform.squared(to: other, spacing: spacing)
    return bits.indices.filter { bits[$0] }.map { Double(squared[$0]).squareRoot() }
  }
}
