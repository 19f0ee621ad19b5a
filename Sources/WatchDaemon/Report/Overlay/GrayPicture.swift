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
      part.withUnsafeMutableBufferPointer { part in
        sector.withUnsafeBufferPointer { sector in
          for index in part.indices { part[index] = sector[index] ? part[index] : 0 }
        }
      }
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
      pixels.withUnsafeBufferPointer { pixels in
        for y in 0..<size.height {
          let down = Interpolation(at: y, scale: scale.y, count: height)
          let upper = pixels[(down.first * width)..<(down.first + 1) * width]
          let lower = pixels[(down.second * width)..<(down.second + 1) * width]
          for (x, part) in across.enumerated() {
            let top = part.mix(UnsafeBufferPointer(rebasing: upper))
            let bottom = part.mix(UnsafeBufferPointer(rebasing: lower))
            output[y * size.width + x] = UInt8(top + (bottom - top) * down.part + 0.5)
          }
        }
      }
      initialized = size.width * size.height
    }
    return GrayPicture(width: size.width, height: size.height, pixels: resized)
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

  func mix(_ row: UnsafeBufferPointer<UInt8>) -> Float {
    Float(row[first]) + (Float(row[second]) - Float(row[first])) * part
  }
}
