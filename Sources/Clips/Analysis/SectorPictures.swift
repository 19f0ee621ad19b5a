import Hinge
import Platform

/// Frames of a clip, and where its ultrasound sector lies, without the network.
package struct SectorFrames: Sendable {
  package let target: ClipTarget
  /// By their index.
  package let frames: [Int: DecodedFrame]

  /// - Parameters:
  ///   - indices: 0-based.
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
    self.target = target
    frames = Dictionary(
      try Self.decoded(path, Array(Set(indices)).sorted()).map { ($0.index, $0) },
      uniquingKeysWith: { first, _ in first })
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

/// Frames of a clip cut to its ultrasound sector. Outside of the sector they are black: what scanners burn in there, the
/// patient's name above all, is gone.
package struct SectorPictures: Sendable {
  /// Where they lie in the stored frame.
  package var box: PixelBox
  /// Grey values, row by row on the box's grid, by the frame's index.
  package var frames: [Int: [UInt8]] = [:]

  /// - Parameters: as of `SectorFrames`.
  package init?(of path: String, frames indices: [Int], around points: [Point]) throws {
    guard let found = try SectorFrames(of: path, frames: indices, around: points) else { return nil }
    box = found.target.box
    let inside = found.target.sector.mask.bits
    for (index, frame) in found.frames {
      frames[index] = zip(frame.gray.cropped(to: box), inside).map { $1 ? $0 : 0 }
    }
  }
}

extension PixelBox {
  fileprivate func contains(_ point: Point) -> Bool {
    point.x >= Double(x) - 0.5 && point.x <= Double(maxX) + 0.5 && point.y >= Double(y) - 0.5
      && point.y <= Double(maxY) + 0.5
  }
}
