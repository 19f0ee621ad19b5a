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
