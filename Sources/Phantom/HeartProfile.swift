/// A half width in millimetres as a function of the position along an axis, tabulated finely. The squares are
/// interpolated, so that a profile that starts at 0 has a round end.
struct HeartProfile: Sendable {
  static let count = 512
  let lower: Double
  let upper: Double
  private(set) var values: [Double]

  /// `knots`: positions, ascending, with their half widths.
  init(_ knots: [(Double, Double)]) {
    let first = knots[0]
    let last = knots[knots.count - 1]
    lower = first.0
    upper = last.0
    values = []
    values.reserveCapacity(Self.count)
    let tangents = Self.tangents(knots.map { $0.0 }, knots.map { $0.1 * $0.1 })
    var segment = 0
    for i in 0..<Self.count {
      let position = first.0 + (last.0 - first.0) * Double(i) / Double(Self.count - 1)
      while segment < knots.count - 2 && position > knots[segment + 1].0 { segment += 1 }
      let square = Self.hermite(knots, tangents, segment, position)
      values.append(max(0, square).squareRoot())
    }
  }

  private init(lower: Double, upper: Double, values: [Double]) {
    self.lower = lower
    self.upper = upper
    self.values = values
  }

  /// Between `self` (0) and `other` (1).
  func blended(with other: HeartProfile, _ fraction: Double) -> HeartProfile {
    HeartProfile(
      lower: lower, upper: upper,
      values: zip(values, other.values).map { $0 + ($1 - $0) * fraction })
  }

  /// The half width; the profile goes on unchanged behind its upper end and is 0 below its lower end.
  @inline(__always)
  func callAsFunction(_ position: Double) -> Double {
    if position < lower { return 0 }
    let place = (position - lower) / (upper - lower) * Double(Self.count - 1)
    let index = min(Int(place), Self.count - 2)
    let fraction = min(place - Double(index), 1)
    return values[index] + (values[index + 1] - values[index]) * fraction
  }

  /// Fritsch and Carlson, SIAM J. Numer. Anal. 17, 1980: no overshoot.
  private static func tangents(_ x: [Double], _ y: [Double]) -> [Double] {
    let slopes: [Double] = (1..<x.count).map { i in
      let rise = y[i] - y[i - 1]
      return rise / (x[i] - x[i - 1])
    }
    var result = [slopes[0]]
    for i in 1..<slopes.count {
      let product = slopes[i - 1] * slopes[i]
      result.append(product <= 0 ? 0 : 2 * product / (slopes[i - 1] + slopes[i]))
    }
    result.append(slopes[slopes.count - 1])
    return result
  }

  private static func hermite(
    _ knots: [(Double, Double)], _ tangents: [Double], _ segment: Int, _ position: Double
  ) -> Double {
    let step = knots[segment + 1].0 - knots[segment].0
    let t = (position - knots[segment].0) / step
    let from = knots[segment].1 * knots[segment].1
    let to = knots[segment + 1].1 * knots[segment + 1].1
    let square = t * t
    let cube = square * t
    let ends = from + (to - from) * (3 * square - 2 * cube)
    let leaving = (cube - 2 * square + t) * step * tangents[segment]
    let arriving = (cube - square) * step * tangents[segment + 1]
    return ends + leaving + arriving
  }
}
