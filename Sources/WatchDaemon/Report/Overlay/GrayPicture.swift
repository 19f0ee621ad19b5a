import Hinge

/// A part of a frame, enlarged or made smaller.
struct GrayPicture: Sendable {
  let width: Int
  let height: Int
  /// H x W.
  let pixels: [UInt8]

  /// The pixels of `box`, black where `sector` (a flag a pixel of the box) is false.
  init(_ frame: GrayFrame, box: PixelBox, sector: [Bool]?) {
    width = box.width
    height = box.height
    var part = frame.cropped(to: box)
    if let sector {
      for index in part.indices where !sector[index] { part[index] = 0 }
    }
    pixels = part
  }

  private init(width: Int, height: Int, pixels: [UInt8]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Bilinear, pixel areas aligned: the outer edges of both grids coincide.
  func resized(to size: (width: Int, height: Int), scale: (x: Double, y: Double)) -> GrayPicture {
    let across = (0..<size.width).map { Interpolation(at: $0, scale: scale.x, count: width) }
    let resized = [UInt8](unsafeUninitializedCapacity: size.width * size.height) { output, initialized in
      for y in 0..<size.height {
        let down = Interpolation(at: y, scale: scale.y, count: height)
        let (upper, lower) = (down.first * width, down.second * width)
        for (x, part) in across.enumerated() {
          let top = mix(upper + part.first, upper + part.second, part.part)
          let bottom = mix(lower + part.first, lower + part.second, part.part)
          output[y * size.width + x] = UInt8(top + (bottom - top) * down.part + 0.5)
        }
      }
      initialized = size.width * size.height
    }
    return GrayPicture(width: size.width, height: size.height, pixels: resized)
  }

  private func mix(_ first: Int, _ second: Int, _ part: Float) -> Float {
    Float(pixels[first]) + (Float(pixels[second]) - Float(pixels[first])) * part
  }
}

/// The two source pixels that an enlarged pixel lies between, and its part of the way to the second.
private struct Interpolation {
  let first: Int
  let second: Int
  let part: Float

  init(at index: Int, scale: Double, count: Int) {
    let place = max(0, min(Double(count - 1), (Double(index) + 0.5) / scale - 0.5))
    first = Int(place)
    second = min(count - 1, first + 1)
    part = Float(place - Double(first))
  }
}
