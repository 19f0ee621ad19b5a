import Hinge

/// A set of labels of a mask, smoothed and enlarged, as a field that is 1 inside, 0 outside and 0.5 on the outline.
struct SmoothRegion {
  /// The part of the enlarged picture that the region can reach.
  let columns: Range<Int>
  let rows: Range<Int>
  private let field: [Float]

  /// Pixels of the mask that the outline is smoothed over, one standard deviation: masks are made on a coarser
  /// grid than the picture's, and their steps are no anatomy.
  private static let smoothing = 1.6

  /// - Parameters:
  ///   - scale: pixels of the enlarged picture a pixel of the mask, across and down.
  init(_ mask: LabelMask, _ labels: Set<ChamberLabel>, scale: (x: Double, y: Double)) {
    let raw = Set(labels.map(\.rawValue))
    let inside = mask.labels.map { raw.contains($0) ? Float(1) : 0 }
    let kernel = Self.kernel()
    let across = Self.convolve(inside, width: mask.width, height: mask.height, kernel, step: 1)
    let smooth = Self.convolve(across, width: mask.width, height: mask.height, kernel, step: mask.width)
    let box = Self.bounds(of: inside, width: mask.width, margin: kernel.count / 2)
    columns = Self.enlarged(box.columns, scale.x, limit: mask.width)
    rows = Self.enlarged(box.rows, scale.y, limit: mask.height)
    field = Self.enlarge(smooth, mask.width, mask.height, columns, rows, scale)
  }

  /// How much of the pixel is inside, softened over the outline.
  func inside(_ x: Int, _ y: Int) -> Float {
    let value = self[x, y]
    return max(0, min(1, (value - 0.5) * 8 + 0.5))
  }

  /// How much of the pixel a line along the outline covers.
  func outline(_ x: Int, _ y: Int, width: Float) -> Float {
    let value = self[x, y]
    guard value > 0.02, value < 0.98 else { return 0 }
    let dx = (self[x + 1, y] - self[x - 1, y]) / 2
    let dy = (self[x, y + 1] - self[x, y - 1]) / 2
    let slope = (dx * dx + dy * dy).squareRoot()
    guard slope > 1e-4 else { return 0 }
    return max(0, min(1, width / 2 + 0.5 - abs(value - 0.5) / slope))
  }

  private subscript(x: Int, y: Int) -> Float {
    guard columns.contains(x), rows.contains(y) else { return 0 }
    return field[(y - rows.lowerBound) * columns.count + x - columns.lowerBound]
  }

  private static func kernel() -> [Float] {
    let radius = Int((3 * smoothing).rounded(.up))
    let weights = (-radius...radius).map { Gaussian.weight(Double($0) / smoothing) }
    let sum = weights.reduce(0, +)
    return weights.map { Float($0 / sum) }
  }

  /// One direction of the smoothing; outside of the mask there is nothing.
  private static func convolve(
    _ values: [Float], width: Int, height: Int, _ kernel: [Float], step: Int
  ) -> [Float] {
    let radius = kernel.count / 2
    var result = [Float](repeating: 0, count: values.count)
    for y in 0..<height {
      for x in 0..<width {
        let place = step == 1 ? x : y
        let limit = step == 1 ? width : height
        var sum: Float = 0
        for offset in max(-radius, -place)...min(radius, limit - 1 - place) {
          sum += kernel[offset + radius] * values[y * width + x + offset * step]
        }
        result[y * width + x] = sum
      }
    }
    return result
  }

  private static func bounds(
    of values: [Float], width: Int, margin: Int
  ) -> (columns: Range<Int>, rows: Range<Int>) {
    var (left, right, top, bottom) = (Int.max, Int.min, Int.max, Int.min)
    for (index, value) in values.enumerated() where value > 0 {
      left = min(left, index % width)
      right = max(right, index % width)
      top = min(top, index / width)
      bottom = max(bottom, index / width)
    }
    guard left <= right else { return (0..<0, 0..<0) }
    return (left - margin..<right + margin + 1, top - margin..<bottom + margin + 1)
  }

  private static func enlarged(_ range: Range<Int>, _ scale: Double, limit: Int) -> Range<Int> {
    guard !range.isEmpty else { return 0..<0 }
    let low = Double(max(0, range.lowerBound)) * scale
    let high = Double(min(limit, range.upperBound)) * scale
    return Int(low)..<Int(high.rounded())
  }

  /// Bilinear, pixel areas aligned: the outer edges of both grids coincide.
  private static func enlarge(
    _ values: [Float], _ width: Int, _ height: Int, _ columns: Range<Int>, _ rows: Range<Int>,
    _ scale: (x: Double, y: Double)
  ) -> [Float] {
    let across = columns.map { Interpolation(at: $0, scale: scale.x, count: width) }
    var field: [Float] = []
    field.reserveCapacity(columns.count * rows.count)
    for y in rows {
      let down = Interpolation(at: y, scale: scale.y, count: height)
      let (upper, lower) = (down.first * width, down.second * width)
      for x in across {
        let top = values[upper + x.first] * (1 - x.part) + values[upper + x.second] * x.part
        let bottom = values[lower + x.first] * (1 - x.part) + values[lower + x.second] * x.part
        field.append(top * (1 - down.part) + bottom * down.part)
      }
    }
    return field
  }
}

/// The two source pixels that an enlarged pixel lies between, and its part of the way to the second.
struct Interpolation {
  let first: Int
  let second: Int
  let part: Float

  init(at index: Int, scale: Double, count: Int) {
    let place = max(0, min(Double(count - 1), (Double(index) + 0.5) / scale - 0.5))
    first = Int(place)
    second = min(count - 1, first + 1)
    part = Float(place - Double(first))
  }
}
