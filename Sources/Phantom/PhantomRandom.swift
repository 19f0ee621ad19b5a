import Foundation

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a small generator whose sequence is the same everywhere.
package struct SplitMix64: Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// Uniform in 0 ..< 1.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// The finalizer alone: a hash of 64 bits.
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Many standard normal numbers, drawn once. Readers start at places of their own choice.
struct NormalTable: Sendable {
  static let count = 1 << 16
  let values: [Float]

  /// Box and Muller, Ann. Math. Statist. 29, 1958.
  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var values = [Float](repeating: 0, count: Self.count)
    for i in stride(from: 0, to: Self.count, by: 2) {
      let radius = (-2 * log(1 - random.uniform())).squareRoot()
      let angle = 2 * Double.pi * random.uniform()
      values[i] = Float(radius * cos(angle))
      values[i + 1] = Float(radius * sin(angle))
    }
    self.values = values
  }
}

/// Smooth random variation over the plane: random values at the corners of a lattice, blended in between.
struct ValueNoise: Sendable {
  var seed: UInt64
  /// Distance of the lattice's corners.
  var scale: Double

  /// -1 ... 1.
  func value(_ x: Double, _ y: Double) -> Double {
    let column = (x / scale).rounded(.down)
    let row = (y / scale).rounded(.down)
    let u = smoothStep(x / scale - column)
    let v = smoothStep(y / scale - row)
    let top = corner(column, row) * (1 - u) + corner(column + 1, row) * u
    let bottom = corner(column, row + 1) * (1 - u) + corner(column + 1, row + 1) * u
    return top * (1 - v) + bottom * v
  }

  private func corner(_ column: Double, _ row: Double) -> Double {
    let x = UInt64(bitPattern: Int64(column)) &* 0x9E37_79B9_7F4A_7C15
    let y = UInt64(bitPattern: Int64(row)) &* 0xC2B2_AE3D_27D4_EB4F
    return Double(SplitMix64.mix(seed ^ x ^ y) >> 11) * 0x1p-52 - 1
  }
}

/// 0 below 0, 1 above 1 and 3t^2 - 2t^3 in between.
func smoothStep(_ t: Double) -> Double {
  let x = min(max(t, 0), 1)
  return x * x * (3 - 2 * x)
}
