import Clips
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
        sector.withUnsafeBytes { sector in
          // A flag is a byte of 0 or 1; as a mask of all its bits it leaves no branch, so that vectors are taken.
          for (index, flag) in zip(part.indices, sector) { part[index] &= 0 &- flag }
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
    var upper = ResizedRow(width: size.width)
    var lower = ResizedRow(width: size.width)
    let resized = [UInt8](unsafeUninitializedCapacity: size.width * size.height) { output, initialized in
      pixels.withUnsafeBufferPointer { pixels in
        func row(_ y: Int) -> UnsafeBufferPointer<UInt8> {
          UnsafeBufferPointer(rebasing: pixels[y * width..<(y + 1) * width])
        }
        for y in 0..<size.height {
          let down = Interpolation(at: y, scale: scale.y, count: height)
          if lower.source == down.first { swap(&upper, &lower) }
          upper.fill(down.first, row(down.first), across)
          lower.fill(down.second, row(down.second), across)
          upper.mix(lower, down.part, into: output.baseAddress! + y * size.width)
        }
      }
      initialized = size.width * size.height
    }
    return GrayPicture(width: size.width, height: size.height, pixels: resized)
  }
}

/// A row of a picture, stretched along itself, in 128ths of a grey level; it serves the rows of the result that lie
/// beside it.
private struct ResizedRow {
  /// The picture's row; -1 before the first.
  private(set) var source = -1
  private var values: [UInt16]

  init(width: Int) { values = [UInt16](repeating: 0, count: width) }

  mutating func fill(_ source: Int, _ row: UnsafeBufferPointer<UInt8>, _ across: [Interpolation]) {
    if self.source == source { return }
    self.source = source
    values.withUnsafeMutableBufferPointer { values in
      across.withUnsafeBufferPointer { across in
        for x in values.indices { values[x] = across[x].mix(row) }
      }
    }
  }

  /// Writes what lies at `part` 128ths of the way to the row below. Whole numbers, which vector instructions take.
  func mix(_ below: ResizedRow, _ part: UInt16, into output: UnsafeMutablePointer<UInt8>) {
    let (part, rest) = (UInt32(part), UInt32(128 - part))
    values.withUnsafeBufferPointer { top in
      below.values.withUnsafeBufferPointer { bottom in
        for x in top.indices {
          let mixed = UInt32(top[x]) &* rest &+ UInt32(bottom[x]) &* part
          output[x] = UInt8(truncatingIfNeeded: (mixed &+ 8192) &>> 14)
        }
      }
    }
  }
}

/// The two source pixels that an enlarged pixel lies between, and its part of the way to the second, in 128ths.
private struct Interpolation {
  let first: Int
  let second: Int
  let part: UInt16

  init(at index: Int, scale: Double, count: Int) {
    let place = max(0, min(Double(count - 1), (Double(index) + 0.5) / scale - 0.5))
    first = Int(place)
    second = min(count - 1, first + 1)
    part = UInt16(((place - Double(first)) * 128).rounded())
  }

  func mix(_ row: UnsafeBufferPointer<UInt8>) -> UInt16 {
    UInt16(row[first]) &* (128 &- part) &+ UInt16(row[second]) &* part
  }
}
