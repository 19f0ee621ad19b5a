import Hinge

/// Anti-aliased coverage of a set of lines, on the part of a canvas that they can reach.
struct StrokeCoverage {
  let columns: Range<Int>
  let rows: Range<Int>
  private let radius: Double
  /// In 255ths, row by row. Bytes, since a chamber's outline leaves most of a large part empty, and that has to be
  /// cleared and looked through.
  private var values: [UInt8]

  init(paths: [[Point]], width: Double, canvasWidth: Int, canvasHeight: Int) {
    radius = width / 2
    let reach = radius + 1
    let points = paths.joined()
    func range(_ values: [Double], _ limit: Int) -> Range<Int> {
      guard let low = values.min(), let high = values.max(), low.isFinite, high.isFinite else { return 0..<0 }
      let clipped = max(-1, min(Double(limit), low - reach))..<max(0, min(Double(limit), high + reach + 1))
      return (Int(clipped.lowerBound)..<max(Int(clipped.lowerBound), Int(clipped.upperBound)))
        .clamped(to: 0..<limit)
    }
    columns = range(points.map(\.x), canvasWidth)
    rows = range(points.map(\.y), canvasHeight)
    values = [UInt8](repeating: 0, count: columns.count * rows.count)
  }

  /// Calls `body` with each pixel of which a line covers something.
  func forEachCovered(_ body: (_ x: Int, _ y: Int, _ covered: Float) -> Void) {
    values.withUnsafeBytes { values in
      for y in rows {
        let row = (y - rows.lowerBound) * columns.count
        var x = 0
        while x < columns.count {
          if x + 8 <= columns.count, values.loadUnaligned(fromByteOffset: row + x, as: UInt64.self) == 0 {
            x += 8
            continue
          }
          if values[row + x] > 0 { body(columns.lowerBound + x, y, Float(values[row + x]) / 255) }
          x += 1
        }
      }
    }
  }

  mutating func draw(_ paths: [[Point]]) {
    let (columns, rows, radius) = (columns, rows, radius)
    values.withUnsafeMutableBufferPointer { values in
      for path in paths {
        for (from, to) in zip(path, path.dropFirst()) {
          Self.draw(Segment(from, to), radius, into: values, columns, rows)
        }
      }
    }
  }

  private static func draw(
    _ segment: Segment, _ radius: Double, into values: UnsafeMutableBufferPointer<UInt8>,
    _ columns: Range<Int>, _ rows: Range<Int>
  ) {
    let reach = radius + 1
    let reachedRows = span(segment.from.y, segment.to.y, reach).clamped(to: rows)
    let reachedColumns = span(segment.from.x, segment.to.x, reach).clamped(to: columns)
    guard let left = reachedColumns.first, let start = values.baseAddress else { return }
    for y in reachedRows {
      let row = start + (y - rows.lowerBound) * columns.count + (left - columns.lowerBound)
      segment.cover(row, from: left, count: Int32(reachedColumns.count), y: y, radius: Float(radius))
    }
  }

  private static func span(_ a: Double, _ b: Double, _ reach: Double) -> Range<Int> {
    guard a.isFinite, b.isFinite else { return 0..<0 }
    let low = max(-1e6, min(a, b) - reach)
    let high = min(1e6, max(a, b) + reach + 1)
    return Int(low)..<max(Int(low), Int(high))
  }
}

/// A straight line between two points.
private struct Segment {
  let from: Point
  let to: Point
  private let (dx, dy): (Float, Float)
  /// 1 over the squared length; 0 where it has none.
  private let scale: Float

  init(_ from: Point, _ to: Point) {
    (self.from, self.to) = (from, to)
    (dx, dy) = (Float(to.x - from.x), Float(to.y - from.y))
    let length = dx * dx + dy * dy
    scale = length == 0 ? 0 : 1 / length
  }

  /// Raises what is covered of the pixels from column `left` on in row `y`. Written so that the compiler makes vector
  /// instructions of it: no checks, no calls.
  func cover(_ row: UnsafeMutablePointer<UInt8>, from left: Int, count: Int32, y: Int, radius: Float) {
    let px = Float(Double(left) - from.x)
    let py = Float(Double(y) - from.y)
    for x in 0..<count {
      let along = px + Float(x)
      let t = Self.clamp((along * dx + py * dy) * scale)
      let ex = along - t * dx
      let ey = py - t * dy
      let covered = Self.clamp(radius + 0.5 - (ex * ex + ey * ey).squareRoot())
      // 2^23 has the ones in its last bit: the sum's last byte is the nearest whole number of 255ths.
      let value = UInt8(truncatingIfNeeded: (covered * 255 + 8_388_608).bitPattern)
      row[Int(x)] = row[Int(x)] > value ? row[Int(x)] : value
    }
  }

  private static func clamp(_ value: Float) -> Float { value < 0 ? 0 : value > 1 ? 1 : value }
}
