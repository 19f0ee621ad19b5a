/// Resampling along one axis: for each output sample, which input samples it takes and with what weights.
///
/// The filter is a triangle. When the output is coarser than the input its support widens by that factor, so that
/// speckle is averaged and not aliased; this is what Pillow's `BILINEAR` and PyTorch's `antialias=True` do, and
/// what the network saw in training.
package struct AxisResampling: Sendable, Equatable {
  /// The first input sample of each output sample.
  package private(set) var first: [Int32] = []
  /// How many input samples each output sample takes; 0 where it lies outside of the input.
  package private(set) var count: [Int32] = []
  /// The weights of each output sample, `stride` places apart.
  private(set) var weights: [Float] = []
  private(set) var stride = 0

  /// - Parameters:
  ///   - outputCount: samples to make.
  ///   - inputCount: samples that there are.
  ///   - scale: input samples a step of the output; above 1 the output is coarser.
  ///   - offset: where the output's first edge lies, in input samples from the input's first edge.
  package init(outputCount: Int, inputCount: Int, scale: Double, offset: Double) {
    let support = max(scale, 1)
    stride = Int((2 * support).rounded(.up)) + 2
    weights = [Float](repeating: 0, count: outputCount * stride)
    for index in 0..<outputCount {
      let centre = (Double(index) + 0.5) * scale + offset
      guard centre >= 0, centre <= Double(inputCount) else {
        first.append(0)
        count.append(0)
        continue
      }
      append(index: index, centre: centre, support: support, inputCount: inputCount)
    }
  }

  private mutating func append(index: Int, centre: Double, support: Double, inputCount: Int) {
    let low = max(0, Int((centre - support + 0.5).rounded(.down)))
    let high = min(inputCount, Int((centre + support + 0.5).rounded(.down)))
    var taps = (low..<max(low + 1, high)).map { sample in
      max(0, 1 - abs(Double(sample) + 0.5 - centre) / support)
    }
    let sum = taps.reduce(0, +)
    if sum > 0 { taps = taps.map { $0 / sum } }
    first.append(Int32(low))
    count.append(Int32(taps.count))
    for (tap, weight) in taps.enumerated() { weights[index * stride + tap] = Float(weight) }
  }
}
