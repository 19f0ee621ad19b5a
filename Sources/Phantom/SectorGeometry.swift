import Foundation
import Hinge

/// The sector scan and the stored frame: x to the right and y down from the apex of the sector, millimetres.
package struct SectorGeometry: Sendable, Equatable {
  package var rows: Int
  package var columns: Int
  package var spacing: PixelSpacing
  /// Pixel-index place of the sector's apex.
  var apex: Point
  /// Millimetres.
  package var depth: Double
  /// Radians from the middle beam to the last.
  var halfAngle: Double
  /// The picture is drawn with left and right exchanged.
  package var mirrored: Bool

  func position(of pixel: Point) -> (x: Double, y: Double) {
    let x = (pixel.x - apex.x) * spacing.x
    return (mirrored ? -x : x, (pixel.y - apex.y) * spacing.y)
  }

  func pixel(x: Double, y: Double) -> Point {
    Point(x: apex.x + (mirrored ? -x : x) / spacing.x, y: apex.y + y / spacing.y)
  }

  package func contains(_ pixel: Point) -> Bool {
    let (x, y) = position(of: pixel)
    return y > 0 && (x * x + y * y).squareRoot() <= depth && abs(atan2(x, y)) <= halfAngle
  }

  /// Smallest box of pixels that holds the sector, clipped to the frame: inclusive bounds.
  package var bounds: (minX: Int, minY: Int, maxX: Int, maxY: Int) {
    let half = depth * sin(halfAngle)
    return (
      max(0, Int((apex.x - half / spacing.x).rounded(.up))), max(0, Int(apex.y.rounded(.up))),
      min(columns - 1, Int((apex.x + half / spacing.x).rounded(.down))),
      min(rows - 1, Int((apex.y + depth / spacing.y).rounded(.down)))
    )
  }
}

/// Bilinear look-up from the stored frame into a polar picture of L lines of S samples, computed once.
struct ScanConverter: Sendable {
  struct Entry: Sendable {
    var pixel: Int32
    var sample: Int32
    var alongBeam: Float
    var acrossBeams: Float
  }
  private let entries: [Entry]
  private let samples: Int

  init(_ sector: SectorGeometry, lines: Int, samples: Int) {
    var entries: [Entry] = []
    for row in 0..<sector.rows {
      for column in 0..<sector.columns {
        let (x, y) = sector.position(of: Point(x: Double(column), y: Double(row)))
        let range = (x * x + y * y).squareRoot()
        let angle = atan2(x, y)
        guard y > 0, range < sector.depth, abs(angle) < sector.halfAngle else { continue }
        let line = (angle / sector.halfAngle + 1) / 2 * Double(lines - 1)
        let sample = range / sector.depth * Double(samples - 1)
        let lower = min(Int(line), lines - 2) * samples + min(Int(sample), samples - 2)
        entries.append(
          Entry(
            pixel: Int32(row * sector.columns + column), sample: Int32(lower),
            alongBeam: Float(sample - sample.rounded(.down)), acrossBeams: Float(line - line.rounded(.down))))
      }
    }
    self.entries = entries
    self.samples = samples
  }

  /// `polar`: L x S grey values, 0 ... 255. Pixels of the sector are at least 1, as in a scanner's picture.
  func draw(_ polar: [Float], into pixels: inout [UInt8]) {
    polar.withUnsafeBufferPointer { polar in
      pixels.withUnsafeMutableBufferPointer { pixels in
        for entry in entries {
          let at = Int(entry.sample)
          let near = polar[at] + (polar[at + 1] - polar[at]) * entry.alongBeam
          let next = polar[at + samples] + (polar[at + samples + 1] - polar[at + samples]) * entry.alongBeam
          let value = near + (next - near) * entry.acrossBeams
          pixels[Int(entry.pixel)] = UInt8(min(max(value + 0.5, 1), 255))
        }
      }
    }
  }
}
