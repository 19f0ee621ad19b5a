import Hinge
import Platform

/// Frames of a clip cut to its ultrasound sector. Outside of the sector they are black: what scanners burn in there, the
/// patient's name above all, is gone.
package struct SectorPictures: Sendable {
  /// Where they lie in the stored frame.
  package var box: PixelBox
  /// Grey values, row by row on the box's grid, by the frame's index.
  package var frames: [Int: [UInt8]] = [:]

  /// - Parameters:
  ///   - frames: 0-based.
  ///   - points: In the stored frame: of a clip that shows several pictures, the one that they lie in is meant.
  /// - Returns: `nil` where the clip is no ultrasound loop, or no sector moves around the points.
  /// - Throws: `ClipReadError` where the frames cannot be decoded.
  package init?(of path: String, frames indices: [Int], around points: [Point]) throws {
    let header = try ClipReader.readHeader(path: path)
    guard case .eligible(let regions) = HeaderGate.check(header) else { return nil }
    let sample = try Self.decoded(path, ClipSampling.indices(of: header.frames))
    let targets = regions.lazy.compactMap { ClipTarget($0, frames: sample) }
    guard let target = targets.first(where: { target in points.allSatisfy(target.box.contains) }) else {
      return nil
    }
    box = target.box
    let inside = target.sector.mask.bits
    for frame in try Self.decoded(path, Array(Set(indices)).sorted()) {
      frames[frame.index] = zip(frame.gray.cropped(to: box), inside).map { $1 ? $0 : 0 }
    }
  }

  private static func decoded(_ path: String, _ indices: [Int]) throws -> [DecodedFrame] {
    let decoder = try CineDecoder(path: path, frames: indices)
    defer { decoder.close() }
    var frames: [DecodedFrame] = []
    while let frame = try decoder.next() {
      if frame.missing == nil { frames.append(frame) }
    }
    return frames
  }
}

extension PixelBox {
  fileprivate func contains(_ point: Point) -> Bool {
    point.x >= Double(x) - 0.5 && point.x <= Double(maxX) + 0.5 && point.y >= Double(y) - 0.5
      && point.y <= Double(maxY) + 0.5
  }
}
