import Hinge

/// From a stored frame to the network's input: crop, resample to square millimetres, pad, scale to 0...1.
struct Preprocessing: Sendable {
  let geometry: InputGeometry
  private let horizontal: AxisResampling
  private let vertical: AxisResampling

  init(geometry: InputGeometry) {
    self.geometry = geometry
    horizontal = geometry.horizontal
    vertical = geometry.vertical
  }

  /// Fills `input`, H x W floats in 0...1, from the box of `frame`.
  /// `scratch` holds the horizontally resampled rows between calls, so that a clip allocates once.
  func fill(_ input: UnsafeMutableBufferPointer<Float>, from frame: GrayFrame, scratch: inout [Float]) {
    let side = geometry.inputSide
    precondition(input.count == side * side, "the network's input is square")
    resampleRows(of: frame, into: &scratch)
    scratch.withUnsafeBufferPointer { rows in
      for v in 0..<side {
        let line = UnsafeMutableBufferPointer(rebasing: input[v * side..<(v + 1) * side])
        line.update(repeating: 0)
        for tap in 0..<Int(vertical.count[v]) {
          let weight = vertical.weights[v * vertical.stride + tap] / 255
          let row = (Int(vertical.first[v]) + tap) * side
          for u in 0..<side { line[u] += weight * rows[row + u] }
        }
      }
    }
  }

  private func resampleRows(of frame: GrayFrame, into scratch: inout [Float]) {
    let box = geometry.box
    let side = geometry.inputSide
    if scratch.count != box.height * side { scratch = [Float](repeating: 0, count: box.height * side) }
    frame.pixels.withUnsafeBufferPointer { pixels in
      scratch.withUnsafeMutableBufferPointer { rows in
        for y in 0..<box.height {
          let line = (box.y + y) * frame.columns + box.x
          for u in 0..<side {
            var sum: Float = 0
            let from = line + Int(horizontal.first[u])
            for tap in 0..<Int(horizontal.count[u]) {
              sum += horizontal.weights[u * horizontal.stride + tap] * Float(pixels[from + tap])
            }
            rows[y * side + u] = sum
          }
        }
      }
    }
  }
}

/// Where a box of the stored frame lies in the network's square input.
///
/// The box is resampled to square pixels of `pixelSize` millimetres, so that its longer side just fits, and centred;
/// what lies outside of it is black. A picture without calibration counts as having square pixels.
package struct InputGeometry: Sendable, Equatable {
  /// The part of the stored frame that the network sees.
  package let box: PixelBox
  /// Millimetres a stored pixel; only their ratio matters where nothing is calibrated.
  package let spacing: PixelSpacing
  /// Height and width of the network's input, in its pixels.
  package let inputSide: Int
  /// Millimetres a pixel of the network's input.
  let pixelSize: Double

  package init(box: PixelBox, spacing: PixelSpacing, inputSide: Int) {
    self.box = box
    self.spacing = spacing
    self.inputSide = inputSide
    pixelSize = max(Double(box.width) * spacing.x, Double(box.height) * spacing.y) / Double(inputSide)
  }

  /// Millimetres a pixel of the network's grid.
  var inputSpacing: PixelSpacing { PixelSpacing(x: pixelSize, y: pixelSize) }

  /// From points of the network's grid to points of the box's.
  package var inputToBox: PixelMapping {
    PixelMapping(
      centredFrom: (inputSide, inputSide), inputSpacing, to: (box.width, box.height), spacing)
  }

  /// The pixels of the network's grid whose centres lie in the box; of a box that is too thin to hold one, those that
  /// are nearest.
  var boxInInput: GridBox {
    let most = (inputSide - 1) / 2
    let columns = min(Int((marginX / pixelSize).rounded()), most)
    let rows = min(Int((marginY / pixelSize).rounded()), most)
    return GridBox(
      minX: columns, minY: rows, maxX: inputSide - 1 - columns, maxY: inputSide - 1 - rows)
  }

  /// Millimetres of black to the left of the box.
  var marginX: Double { (Double(inputSide) * pixelSize - Double(box.width) * spacing.x) / 2 }
  /// Millimetres of black above the box.
  var marginY: Double { (Double(inputSide) * pixelSize - Double(box.height) * spacing.y) / 2 }

  package var horizontal: AxisResampling {
    AxisResampling(
      outputCount: inputSide, inputCount: box.width, scale: pixelSize / spacing.x,
      offset: -marginX / spacing.x)
  }

  package var vertical: AxisResampling {
    AxisResampling(
      outputCount: inputSide, inputCount: box.height, scale: pixelSize / spacing.y,
      offset: -marginY / spacing.y)
  }

  /// The column of the network's output, in pixel-index coordinates, at the centre of column `x` of the box.
  func outputColumn(_ x: Int) -> Double { ((Double(x) + 0.5) * spacing.x + marginX) / pixelSize - 0.5 }

  /// The row of the network's output at the centre of row `y` of the box.
  func outputRow(_ y: Int) -> Double { ((Double(y) + 0.5) * spacing.y + marginY) / pixelSize - 0.5 }
}

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
