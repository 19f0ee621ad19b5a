import Foundation

/// Shapiro and Wilk's test of normality as Royston's algorithm AS R94 computes it (Applied Statistics 44(4),
/// 1995), for 3 to 5000 values.
struct ShapiroWilk: Codable, Equatable, Sendable {
  var w: Double
  /// The probability of a W as small as this for a normal sample.
  var p: Double

  static let sizes = 3...5000

  /// `nil` for a sample of another size, one with a value that is no number, or one of equal values.
  init?(_ sample: [Double]) {
    guard Self.sizes.contains(sample.count), sample.allSatisfy(\.isFinite) else { return nil }
    let x = sample.sorted()
    guard x[x.count - 1] - x[0] > 1e-19 else { return nil }
    let complement = Self.oneMinusW(x, Self.coefficients(x.count))
    w = 1 - complement
    p = Self.probability(complement, x.count)
  }

  /// The upper half of the weights, largest first; the lower half is their negative.
  private static func coefficients(_ n: Int) -> [Double] {
    if n == 3 { return [Double(0.5).squareRoot()] }
    let m = (1...(n / 2)).map { -normalQuantile((Double($0) - 0.375) / (Double(n) + 0.25)) }
    let sum = 2 * m.reduce(0) { $0 + $1 * $1 }
    let root = 1 / Double(n).squareRoot()
    let first =
      polynomial([0, 0.221157, -0.147981, -2.071190, 4.434685, -2.706056], root) + m[0] / sum.squareRoot()
    guard n > 5 else {
      let scale = ((sum - 2 * m[0] * m[0]) / (1 - 2 * first * first)).squareRoot()
      return [first] + m.dropFirst().map { $0 / scale }
    }
    let second =
      polynomial([0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633], root) + m[1] / sum.squareRoot()
    let rest = sum - 2 * m[0] * m[0] - 2 * m[1] * m[1]
    let scale = (rest / (1 - 2 * first * first - 2 * second * second)).squareRoot()
    return [first, second] + m.dropFirst(2).map { $0 / scale }
  }

  /// One minus the squared correlation of the ordered values with the weights, without the cancellation that 1 - W
  /// would suffer.
  private static func oneMinusW(_ x: [Double], _ upper: [Double]) -> Double {
    let n = x.count
    let range = x[n - 1] - x[0]
    let mean = x.reduce(0) { $0 + $1 / range } / Double(n)
    var weights = 0.0
    var squares = 0.0
    var products = 0.0
    for i in 0..<n {
      let mirrored = n - 1 - i
      let weight = i == mirrored ? 0 : i < mirrored ? -upper[i] : upper[mirrored]
      let deviation = x[i] / range - mean
      weights += weight * weight
      squares += deviation * deviation
      products += weight * deviation
    }
    let norm = (weights * squares).squareRoot()
    return (norm - products) * (norm + products) / (weights * squares)
  }

  private static func probability(_ complement: Double, _ n: Int) -> Double {
    if n == 3 {
      let p = 6 / .pi * (asin((1 - complement).squareRoot()) - asin(Double(0.75).squareRoot()))
      return min(max(p, 0), 1)
    }
    let size = Double(n)
    var y = log(complement)
    let mean: Double
    let deviation: Double
    if n <= 11 {
      let gamma = polynomial([-2.273, 0.459], size)
      guard y < gamma else { return 1e-99 }
      y = -log(gamma - y)
      mean = polynomial([0.5440, -0.39978, 0.025054, -6.714e-4], size)
      deviation = exp(polynomial([1.3822, -0.77857, 0.062767, -0.0020322], size))
    } else {
      mean = polynomial([-1.5861, -0.31082, -0.083751, 0.0038915], log(size))
      deviation = exp(polynomial([-0.4803, -0.082676, 0.0030302], log(size)))
    }
    return erfc((y - mean) / deviation / Double(2).squareRoot()) / 2
  }

  /// Lowest power first.
  private static func polynomial(_ coefficients: [Double], _ x: Double) -> Double {
    coefficients.reversed().reduce(0) { $0 * x + $1 }
  }

  /// The standard normal's quantile: a rational start (Abramowitz and Stegun 26.2.23) and Newton's method on erfc.
  static func normalQuantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "a probability between 0 and 1")
    let tail = min(p, 1 - p)
    let t = (-2 * log(tail)).squareRoot()
    let start =
      t - polynomial([2.515517, 0.802853, 0.010328], t) / polynomial([1, 1.432788, 0.189269, 0.001308], t)
    var z = start
    for _ in 0..<4 {
      let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
      z += (erfc(z / Double(2).squareRoot()) / 2 - tail) / density
    }
    return p < 0.5 ? -z : z
  }
}
