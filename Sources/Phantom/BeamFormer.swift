import Foundation

/// From scatterers to grey values, in the polar grid of L lines with S samples each, one line after the other.
///
/// The complex amplitude is the convolution of the scatterers with a point spread function that is separable in
/// range and angle: its width across the beam grows with depth as a sector scan's does. With several scatterers
/// in a resolution cell the envelope is Rayleigh distributed, which is fully developed speckle (Wagner, Smith,
/// Sandrik, Lopez, IEEE Trans. Sonics Ultrason. 30, 1983).
struct BeamFormer: Sendable {
  let lines: Int
  let samples: Int
  /// Half of each symmetric kernel, the middle first; the sum of squares over the whole kernel is 1.
  private let axial: [Float]
  private let lateral: [Float]
  /// Decay from line to line of the side lobes, and their amplitude.
  private let sideLobeDecay: Float
  private let sideLobeGain: Float

  /// `linePitch` in degrees, `samplePitch` in millimetres.
  init(lines: Int, samples: Int, linePitch: Double, samplePitch: Double) {
    self.lines = lines
    self.samples = samples
    axial = Self.kernel(sigma: 0.38 / samplePitch)
    lateral = Self.kernel(sigma: 0.50 / linePitch)
    let decay = exp(-linePitch / 3.5)
    sideLobeDecay = Float(decay)
    let energy = (1 + decay * decay) / (1 - decay * decay) * pow((1 - decay) / (1 + decay), 2)
    sideLobeGain = Float(pow(10, -19.0 / 20) / energy.squareRoot())
  }

  private static func kernel(sigma: Double) -> [Float] {
    let radius = max(1, Int((2.5 * sigma).rounded(.up)))
    let weights = (0...radius).map { exp(-0.5 * pow(Double($0) / sigma, 2)) }
    let energy = weights.dropFirst().reduce(weights[0] * weights[0]) { $0 + 2 * $1 * $1 }
    return weights.map { Float($0 / energy.squareRoot()) }
  }

  /// One quadrature component through the point spread function.
  func form(_ scatterers: [Float]) -> [Float] {
    let alongBeams = convolvedAlongBeams(scatterers)
    var result = convolvedAcrossBeams(alongBeams)
    addSideLobes(of: alongBeams, to: &result)
    return result
  }

  private func convolvedAlongBeams(_ input: [Float]) -> [Float] {
    var output = [Float](repeating: 0, count: input.count)
    let reach = axial.count - 1
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        for line in 0..<lines {
          let start = line * samples
          for tap in 0...reach {
            let weight = axial[tap]
            for s in tap..<samples { output[start + s] += weight * input[start + s - tap] }
            if tap == 0 { continue }
            for s in 0..<(samples - tap) { output[start + s] += weight * input[start + s + tap] }
          }
        }
      }
    }
    return output
  }

  private func convolvedAcrossBeams(_ input: [Float]) -> [Float] {
    var output = [Float](repeating: 0, count: input.count)
    let reach = lateral.count - 1
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        for line in 0..<lines {
          let target = line * samples
          for source in max(0, line - reach)...min(lines - 1, line + reach) {
            let weight = lateral[abs(source - line)]
            let from = source * samples
            for s in 0..<samples { output[target + s] += weight * input[from + s] }
          }
        }
      }
    }
    return output
  }

  /// Two exponential tails, by a recursion to the right and one to the left.
  private func addSideLobes(of input: [Float], to output: inout [Float]) {
    var tail = [Float](repeating: 0, count: samples)
    let gain = sideLobeGain * (1 - sideLobeDecay) / (1 + sideLobeDecay)
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        tail.withUnsafeMutableBufferPointer { tail in
          for line in 0..<lines {
            let at = line * samples
            for s in 0..<samples {
              tail[s] = tail[s] * sideLobeDecay + input[at + s]
              output[at + s] += gain * tail[s]
            }
          }
          for s in 0..<samples { tail[s] = 0 }
          for line in (0..<lines).reversed() {
            let at = line * samples
            for s in 0..<samples {
              output[at + s] += gain * tail[s]
              tail[s] = (tail[s] + input[at + s]) * sideLobeDecay
            }
          }
        }
      }
    }
  }
}

/// Detection and log compression.
struct LogCompression: Sendable {
  /// Decibels from black to white.
  var dynamicRange: Double
  /// Decibels added before; 0 shows the mean of unit scatterers at `anchor`.
  var gain: Double
  /// Grey value of 0 dB.
  var anchor = 104.0

  /// Grey values, not yet clipped, of L lines with S samples. Intensities are averaged over close neighbours, as
  /// scanners do by compounding and persistence: speckle stays but loses its black holes.
  func gray(real: [Float], imaginary: [Float], samples: Int) -> [Float] {
    let intensity = zip(real, imaginary).map { $0 * $0 + $1 * $1 }
    let perBel = Float(255 / dynamicRange * 10)
    let offset = Float(anchor + gain * 255 / dynamicRange) - perBel * log10f(2)
    return averaged(averaged(intensity, 1), samples).map { offset + perBel * log10f($0 + 1e-9) }
  }

  /// Weights 1/4, 1/2, 1/4 over neighbours that are `step` apart.
  private func averaged(_ input: [Float], _ step: Int) -> [Float] {
    var output = input
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        for i in step..<(input.count - step) {
          output[i] = 0.5 * input[i] + 0.25 * (input[i - step] + input[i + step])
        }
      }
    }
    return output
  }
}
