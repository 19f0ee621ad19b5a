import Hinge

/// Frames of one bit a pixel, packed one behind the other without gaps, the lowest bit first (PS3.5 8.1.1): where
/// a frame's pixels are no multiple of 8, the next one starts within a byte.
struct BitFrames {
  private let columns: Int
  private let pixels: Int
  /// Bits of the frame before that do not fill a byte.
  private var rest: (bits: Int, byte: UInt8) = (0, 0)

  init(rows: Int, columns: Int) {
    self.columns = columns
    pixels = rows * columns
  }

  /// Bytes of so many frames.
  static func count(frames: Int, rows: Int, columns: Int) -> Int { (frames * rows * columns + 7) / 8 }

  /// The whole bytes that are known once this frame is there. Pixels in `inside` and not in `outside` are set.
  mutating func pack(inside: [PixelRun], outside: [PixelRun]) -> [UInt8] {
    let bits = rest.bits + pixels
    var bytes = [UInt8](repeating: 0, count: (bits + 7) / 8)
    if rest.bits > 0 { bytes[0] = rest.byte }
    for run in inside { Self.set(bitRange(of: run), in: &bytes) }
    for run in outside { Self.clear(bitRange(of: run), in: &bytes) }
    rest = (bits % 8, bits % 8 == 0 ? 0 : bytes[bytes.count - 1])
    if rest.bits > 0 { bytes.removeLast() }
    return bytes
  }

  /// What is left after the last frame.
  var tail: [UInt8] { rest.bits > 0 ? [rest.byte] : [] }

  private func bitRange(of run: PixelRun) -> Range<Int> {
    let row = rest.bits + run.row * columns
    return row + run.columns.lowerBound..<row + run.columns.upperBound
  }

  private static func set(_ range: Range<Int>, in bytes: inout [UInt8]) {
    each(range) { index, mask in bytes[index] |= mask }
  }

  private static func clear(_ range: Range<Int>, in bytes: inout [UInt8]) {
    each(range) { index, mask in bytes[index] &= ~mask }
  }

  /// The bytes that a range of bits lies in, each with its part of the range.
  private static func each(_ range: Range<Int>, _ body: (Int, UInt8) -> Void) {
    guard !range.isEmpty else { return }
    let (first, last) = (range.lowerBound / 8, (range.upperBound - 1) / 8)
    for index in first...last {
      var mask: UInt8 = 0xFF
      if index == first { mask &= 0xFF << UInt8(range.lowerBound % 8) }
      if index == last { mask &= 0xFF >> UInt8(7 - (range.upperBound - 1) % 8) }
      body(index, mask)
    }
  }
}
