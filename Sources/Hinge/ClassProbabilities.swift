#if canImport(Glibc)
  import Glibc
#endif

/// Softmax output on a grid: K x H x W, the classes in the order of `ChamberLabel`, each pixel's sum 1.
public struct ClassProbabilities: Equatable, Sendable {
  public static let classes = ChamberLabel.allCases.count
  public let width: Int
  public let height: Int
  public let spacing: PixelSpacing
  public let values: [Float]

  public init(width: Int, height: Int, spacing: PixelSpacing, values: [Float]) {
    precondition(values.count == Self.classes * width * height, "one value a class and pixel")
    self.width = width
    self.height = height
    self.spacing = spacing
    self.values = values
  }

  /// The most probable class of each pixel, the chambers' probabilities multiplied by exp(`chamberLogOdds`).
  public func labels(chamberLogOdds: Double = 0) -> LabelMask {
    let plane = width * height
    let weight = Float(exp(chamberLogOdds))
    var labels = [UInt8](repeating: 0, count: plane)
    var best = Array(values[..<plane])
    labels.withUnsafeMutableBufferPointer { labels in
      best.withUnsafeMutableBufferPointer { best in
        values.withUnsafeBufferPointer { values in
          for label in ChamberLabel.allCases.dropFirst() {
            let number = label.rawValue
            let factor = label == .myocardium ? 1 : weight
            let start = Int(number) * plane
            for i in 0..<plane {
              let value = values[start + i] * factor
              labels[i] = value > best[i] ? number : labels[i]
              best[i] = value > best[i] ? value : best[i]
            }
          }
        }
      }
    }
    return LabelMask(width: width, height: height, spacing: spacing, labels: labels)
  }

  /// Mean probability of the most probable class over the pixels within `radius` millimetres of `point`.
  func certainty(around point: Point, radius: Double) -> Double {
    let plane = width * height
    var sum = 0.0
    var n = 0
    for (x, y) in pixels(within: radius, of: point) {
      sum += Double((0..<Self.classes).map { values[$0 * plane + y * width + x] }.max() ?? 0)
      n += 1
    }
    return n == 0 ? 0 : sum / Double(n)
  }

  private func pixels(within radius: Double, of point: Point) -> [(x: Int, y: Int)] {
    let reachX = Int(radius / spacing.x) + 1
    let reachY = Int(radius / spacing.y) + 1
    let centreX = Int(point.x.rounded())
    let centreY = Int(point.y.rounded())
    var pixels: [(x: Int, y: Int)] = []
    func span(_ centre: Int, _ reach: Int, _ size: Int) -> Range<Int> {
      min(max(0, centre - reach), size)..<min(max(0, centre + reach + 1), size)
    }
    for y in span(centreY, reachY, height) {
      for x in span(centreX, reachX, width)
      where spacing.distance(point, Point(x: Double(x), y: Double(y))) <= radius { pixels.append((x, y)) }
    }
    return pixels
  }

  /// Each class smoothed by a Gaussian of `sigma` millimetres; the border's values go on outside of the grid.
  public func smoothed(sigma: Double) -> ClassProbabilities {
    guard sigma > 0 else { return self }
    var result = values
    let across = Self.kernel(sigma: sigma / spacing.x)
    let down = Self.kernel(sigma: sigma / spacing.y)
    for plane in 0..<Self.classes {
      for y in 0..<height {
        Self.convolve(
          &result, start: (plane * height + y) * width, stride: 1, count: width, kernel: across)
      }
      for x in 0..<width {
        Self.convolve(
          &result, start: plane * height * width + x, stride: width, count: height, kernel: down)
      }
    }
    return ClassProbabilities(width: width, height: height, spacing: spacing, values: result)
  }

  /// The part of the grid in `box`, which lies inside of it.
  func cropped(to box: GridBox) -> ClassProbabilities {
    var part: [Float] = []
    part.reserveCapacity(Self.classes * box.width * box.height)
    for plane in 0..<Self.classes {
      for y in box.minY...box.maxY {
        let row = (plane * height + y) * width
        part.append(contentsOf: values[(row + box.minX)...(row + box.maxX)])
      }
    }
    return ClassProbabilities(width: box.width, height: box.height, spacing: spacing, values: part)
  }

  /// The same field on a grid with `parts` x `parts` pixels for each of these, by bilinear interpolation; beyond the
  /// outermost pixel centres the border's values go on.
  func divided(into parts: Int) -> ClassProbabilities {
    guard parts > 1 else { return self }
    let across = Self.places(count: width, parts: parts)
    let down = Self.places(count: height, parts: parts)
    // Of each row its finer columns, once: a row serves those of the result on both sides of it.
    var stretched = [Float](repeating: 0, count: Self.classes * height * across.count)
    var fine = [Float](repeating: 0, count: values.count * parts * parts)
    values.withUnsafeBufferPointer { values in
      stretched.withUnsafeMutableBufferPointer { stretched in
        for row in 0..<Self.classes * height {
          for (x, column) in across.enumerated() {
            stretched[row * across.count + x] =
              values[row * width + column.before] * (1 - column.share)
              + values[row * width + column.after] * column.share
          }
        }
        fine.withUnsafeMutableBufferPointer { fine in
          for plane in 0..<Self.classes {
            for (y, row) in down.enumerated() {
              let above = (plane * height + row.before) * across.count
              let below = (plane * height + row.after) * across.count
              let start = (plane * down.count + y) * across.count
              for x in 0..<across.count {
                fine[start + x] = stretched[above + x] * (1 - row.share) + stretched[below + x] * row.share
              }
            }
          }
        }
      }
    }
    return ClassProbabilities(
      width: across.count, height: down.count,
      spacing: PixelSpacing(x: spacing.x / Double(parts), y: spacing.y / Double(parts)), values: fine)
  }

  /// Of each part of a row of pixels the pixels that its centre lies between, and how far it is from the first.
  private static func places(count: Int, parts: Int) -> [(before: Int, after: Int, share: Float)] {
    (0..<count * parts).map { part in
      let place = min(max((Double(part) + 0.5) / Double(parts) - 0.5, 0), Double(count - 1))
      let before = Int(place)
      return (before, min(before + 1, count - 1), Float(place - Double(before)))
    }
  }

  /// A normalized Gaussian out to three sigma, which is in pixels.
  private static func kernel(sigma: Double) -> [Float] {
    let reach = Int((3 * sigma).rounded(.up))
    let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = weights.reduce(0, +)
    return weights.map { Float($0 / sum) }
  }

  private static func convolve(
    _ field: inout [Float], start: Int, stride: Int, count: Int, kernel: [Float]
  ) {
    let reach = kernel.count / 2
    let padded = (-reach..<(count + reach)).map { field[start + min(max($0, 0), count - 1) * stride] }
    for i in 0..<count {
      var sum: Float = 0
      for j in kernel.indices { sum += kernel[j] * padded[i + j] }
      field[start + i * stride] = sum
    }
  }
}
