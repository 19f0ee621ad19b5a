#if canImport(Glibc)
  import Glibc
#endif

/// Where one hinge point lies, as a probability of each pixel of a grid: the softmax over the picture of a landmark
/// map that was trained by cross-entropy against the place, so that its width is the doubt about it.
public struct LandmarkDistribution: Equatable, Sendable {
  private struct Cell: Equatable, Sendable {
    var x: Int
    var y: Int
    var weight: Double
  }

  public let spacing: PixelSpacing
  private let cells: [Cell]
  private let across: [Double]
  private let down: [Double]

  /// - Parameters:
  ///   - logits: H x W, finite; `width` divides their count.
  ///   - temperature: divides the logits; above 1 it widens the distribution.
  public init(
    logits: UnsafeBufferPointer<Float>, width: Int, spacing: PixelSpacing, temperature: Double = 1
  ) {
    precondition(!logits.isEmpty && logits.count % width == 0, "whole rows of logits")
    let peak = Self.peak(of: logits)
    // What is left out weighs less than a millionth of the peak a pixel.
    let floor = peak - Float(14 * temperature)
    var cells: [Cell] = []
    Self.forEach(of: logits, atLeast: floor) { i in
      let logit = logits[i]
      guard logit > floor || logit == peak else { return }
      cells.append(Cell(x: i % width, y: i / width, weight: exp(Double(logit - peak) / temperature)))
    }
    let total = cells.reduce(0) { $0 + $1.weight }
    var across = [Double](repeating: 0, count: width)
    var down = [Double](repeating: 0, count: logits.count / width)
    for i in cells.indices {
      cells[i].weight /= total
      across[cells[i].x] += cells[i].weight
      down[cells[i].y] += cells[i].weight
    }
    self.spacing = spacing
    self.cells = cells
    self.across = across
    self.down = down
  }

  private typealias Vector = SIMD8<Float>

  private static func peak(of logits: UnsafeBufferPointer<Float>) -> Float {
    let bytes = UnsafeRawBufferPointer(logits)
    var peaks = Vector(repeating: logits[0])
    var i = 0
    while i + Vector.scalarCount <= logits.count {
      let values = bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<Float>.stride, as: Vector.self)
      peaks.replace(with: values, where: values .> peaks)
      i += Vector.scalarCount
    }
    return logits[i...].reduce(peaks.max(), max)
  }

  /// Calls `body` in order with each place that is not below `floor`, eight of which are passed over at once.
  private static func forEach(
    of logits: UnsafeBufferPointer<Float>, atLeast floor: Float, _ body: (Int) -> Void
  ) {
    let bytes = UnsafeRawBufferPointer(logits)
    let floors = Vector(repeating: floor)
    var i = 0
    while i < logits.count {
      let end = i + Vector.scalarCount
      if end <= logits.count {
        let values = bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<Float>.stride, as: Vector.self)
        guard any(values .>= floors) else {
          i = end
          continue
        }
      }
      for place in i..<min(end, logits.count) where logits[place] >= floor { body(place) }
      i = end
    }
  }

  /// The medians of both coordinates, in pixels: the point of least expected absolute error.
  public var median: Point { quantile(0.5) }

  /// The quantiles of both coordinates, each on its own, in pixels.
  public func quantile(_ share: Double) -> Point {
    Point(x: Self.quantile(across, share), y: Self.quantile(down, share))
  }

  /// The probability that the point lies within `radius` millimetres of `point`.
  public func probability(within radius: Double, of point: Point) -> Double {
    cells.reduce(0) { sum, cell in
      let place = Point(x: Double(cell.x), y: Double(cell.y))
      return spacing.distance(place, point) <= radius ? sum + cell.weight : sum
    }
  }

  /// Pixel `i` covers `i - 0.5` to `i + 0.5`, its weight spread evenly.
  private static func quantile(_ weights: [Double], _ share: Double) -> Double {
    var before = 0.0
    for (i, weight) in weights.enumerated() {
      if before + weight >= share, weight > 0 {
        return Double(i) - 0.5 + min(max((share - before) / weight, 0), 1)
      }
      before += weight
    }
    return Double(weights.count) - 0.5
  }
}

/// The distributions of both hinge points of a frame, by the side of the picture, on one grid.
public struct HingeLandmarks: Equatable, Sendable {
  public var left: LandmarkDistribution
  public var right: LandmarkDistribution

  public init(left: LandmarkDistribution, right: LandmarkDistribution) {
    self.left = left
    self.right = right
  }

  /// The errors to expect of the points `left` and `right` in pixels of the distributions' grid.
  func expectedErrors(left leftPoint: Point, right rightPoint: Point) -> ExpectedErrors {
    let radius = ExpectedErrors.radius
    return ExpectedErrors(
      left: ExpectedErrors.Range(of: leftPoint, left), right: ExpectedErrors.Range(of: rightPoint, right),
      bothWithinRadius: left.probability(within: radius, of: leftPoint)
        * right.probability(within: radius, of: rightPoint))
  }
}

/// How far a pair of points may be off, as the frame itself says.
public struct ExpectedErrors: Equatable, Sendable {
  /// The distance from the truth that the confidence speaks of, in millimetres.
  public static let radius = 5.0

  /// The 15 and 85 percentile of prediction minus truth, in millimetres: 70 % of the errors lie between.
  public struct Range: Equatable, Sendable {
    public var x: ClosedRange<Double>
    public var y: ClosedRange<Double>

    init(of point: Point, _ distribution: LandmarkDistribution) {
      let low = distribution.quantile(0.15)
      let high = distribution.quantile(0.85)
      let spacing = distribution.spacing
      x = (point.x - high.x) * spacing.x...(point.x - low.x) * spacing.x
      y = (point.y - high.y) * spacing.y...(point.y - low.y) * spacing.y
    }
  }

  public var left: Range
  public var right: Range
  /// The probability that both points lie within `radius` of the truth, the two taken as independent.
  public var bothWithinRadius: Double
}
