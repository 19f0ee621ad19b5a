import Hinge

/// The softmax over the classes of each pixel, and the most probable one: of equals the first. Written so that the
/// compiler makes vector instructions of it: no checks, no calls.
struct SoftmaxLabels {
  /// K x pixels, the classes of `ChamberLabel` alone.
  let probabilities: [Float]
  /// `ChamberLabel.rawValue` a pixel.
  let labels: [UInt8]

  private static let classes = 4

  /// - Parameters:
  ///   - logits: finite, K x `count` and more, the classes first.
  ///   - count: of pixels.
  init(logits: [Float], count: Int) {
    precondition(ClassProbabilities.classes == Self.classes, "the classes of ChamberLabel")
    precondition(logits.count >= Self.classes * count, "one logit a class and pixel")
    var labels: [UInt8] = []
    probabilities = [Float](unsafeUninitializedCapacity: Self.classes * count) { shares, initialized in
      labels = [UInt8](unsafeUninitializedCapacity: count) { labels, labelled in
        logits.withUnsafeBufferPointer { logits in
          guard let logits = logits.baseAddress, let shares = shares.baseAddress,
            let labels = labels.baseAddress
          else { return }
          Self.fill(shares, from: logits, count)
          Self.fill(labels, from: shares, count)
        }
        labelled = count
      }
      initialized = Self.classes * count
    }
    self.labels = labels
  }

  private static func fill(_ shares: UnsafeMutablePointer<Float>, from logits: UnsafePointer<Float>, _ n: Int)
  {
    let (a, b, c, d) = (logits, logits + n, logits + 2 * n, logits + 3 * n)
    for i in 0..<n {
      let (first, second) = (a[i] > b[i] ? a[i] : b[i], c[i] > d[i] ? c[i] : d[i])
      let peak = first > second ? first : second
      let (p, q) = (power(a[i] - peak), power(b[i] - peak))
      let (r, s) = (power(c[i] - peak), power(d[i] - peak))
      let share = 1 / (p + q + r + s)
      shares[i] = p * share
      shares[n + i] = q * share
      shares[2 * n + i] = r * share
      shares[3 * n + i] = s * share
    }
  }

  private static func fill(_ labels: UnsafeMutablePointer<UInt8>, from shares: UnsafePointer<Float>, _ n: Int)
  {
    for i in 0..<n {
      var (best, label) = (shares[i], UInt8(0))
      if shares[n + i] > best { (best, label) = (shares[n + i], 1) }
      if shares[2 * n + i] > best { (best, label) = (shares[2 * n + i], 2) }
      if shares[3 * n + i] > best { (best, label) = (shares[3 * n + i], 3) }
      labels[i] = label
    }
  }

  /// e to the power of what is at most 0, to two units in the last place (Cephes, `expf`); of 0 exactly 1, and nothing of
  /// what is below -20, which has no part beside a 1.
  @inline(__always) private static func power(_ exponent: Float) -> Float {
    // 1.5 times 2^23 has the ones in its last bit: the sum's lower bits are the nearest whole number.
    let shift: Float = 12_582_912
    let shifted = exponent * 1.442_695_041 + shift
    let whole = shifted - shift
    let rest = exponent - whole * 0.693_359_375 + whole * 2.121_944_4e-4
    var sum: Float = 1.987_569_15e-4
    sum = sum * rest + 1.398_199_950_7e-3
    sum = sum * rest + 8.333_451_907_3e-3
    sum = sum * rest + 4.166_579_589_4e-2
    sum = sum * rest + 1.666_666_545_9e-1
    sum = sum * rest + 5.000_000_120_1e-1
    sum = sum * rest * rest + rest + 1
    let scale = (shifted.bitPattern &- 0x4B40_0000 &+ 127) &<< 23
    return exponent < -20 ? 0 : sum * Float(bitPattern: scale)
  }
}
