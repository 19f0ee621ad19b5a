#if canImport(Glibc)
  import Glibc
#endif

/// A set of pixels smoothed by a Gaussian, on the part of its grid where it is not 0: 1 well inside, 0 well
/// outside, 0.5 on a straight border.
struct SmoothField {
  let width: Int
  let height: Int
  /// Where the field's first pixel lies on the set's grid.
  let originX: Int
  let originY: Int
  /// H x W; the outermost pixels are 0.
  let values: [Float]

  /// `nil` where the set is empty.
  init?(_ mask: BinaryMask, sigma: Double) {
    guard let box = mask.boundingBox else { return nil }
    let kernel = Self.kernel(sigma)
    let margin = kernel.count / 2 + 1
    width = box.width + 2 * margin
    height = box.height + 2 * margin
    originX = box.minX - margin
    originY = box.minY - margin
    var raw = [Float](repeating: 0, count: width * height)
    for y in 0..<box.height {
      let from = (box.minY + y) * mask.width + box.minX
      let to = (margin + y) * width + margin
      for x in 0..<box.width where mask.bits[from + x] { raw[to + x] = 1 }
    }
    let across = Self.convolved(raw, kernel, step: 1)
    values = Self.convolved(across, kernel, step: width)
  }

  private static func kernel(_ sigma: Double) -> [Float] {
    guard sigma > 0 else { return [1] }
    let radius = Int((3 * sigma).rounded(.up))
    let weights = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = weights.reduce(0, +)
    return weights.map { Float($0 / sum) }
  }

  /// One direction of the smoothing. The set keeps a margin of more than the kernel's radius, so what is read
  /// beyond the end of a row is 0 like the margin. Weight by weight over the whole picture, several pixels are
  /// worked on at once.
  private static func convolved(_ values: [Float], _ kernel: [Float], step: Int) -> [Float] {
    let count = values.count
    let radius = kernel.count / 2
    let reach = radius * step
    return [Float](unsafeUninitializedCapacity: count) { output, initialized in
      output.initialize(repeating: 0)
      values.withUnsafeBufferPointer { input in
        for (tap, weight) in kernel.enumerated() {
          let shift = (tap - radius) * step
          for index in reach..<max(reach, count - reach) { output[index] += weight * input[index + shift] }
        }
      }
      initialized = count
    }
  }
}
