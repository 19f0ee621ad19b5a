import Foundation
import Testing

@testable import Clips
@testable import Phantom

/// A tiny cine with a gradient that moves, for tests of writing and reading.
enum SmallCine {
  struct Variant: Sendable, CustomTestStringConvertible {
    var name: String
    var file: CineFile
    var pixels: [UInt8]
    var testDescription: String { name }
  }

  static let rows = 24
  static let columns = 32
  static let frames = 3

  static let grayPixels: [UInt8] = (0..<(frames * rows * columns)).map { index in
    let column = index % columns
    let row = index / columns % rows
    let frame = index / (rows * columns)
    return UInt8((column * 5 + row * 3 + frame * 20) % 256)
  }

  static let rgbPixels: [UInt8] = grayPixels.flatMap { [$0, $0, UInt8($0 / 2)] }

  static var file: CineFile {
    CineFile(
      sopInstanceUID: "2.25.1001", studyInstanceUID: "2.25.1002", seriesInstanceUID: "2.25.1003",
      rows: rows, columns: columns, frames: frames, timing: .frameTime(33.333), regions: [region],
      rWaveTimes: [10, 70.5], heartRate: 64, viewCode: .apicalFourChamber, attributes: CineFile.syntheticStudy
    )
  }

  static let region = ClipHeader.Region(
    spatialFormat: 1, dataType: 1, flags: 0, minX: 0, minY: 0, maxX: columns - 1, maxY: rows - 1, unitsX: 3,
    unitsY: 3, deltaX: 0.05, deltaY: 0.05)

  /// Legal once, retired or never legal for ultrasound, and found in archives all the same.
  static var unlawfulVariants: [Variant] {
    let kinds: [(CineFile.Photometric, CineFile.Transfer)] = [
      (.ybrFull, .explicitLittleEndian), (.ybrFull, .rle), (.ybrFull422, .explicitLittleEndian),
      (.ybrFull422, .implicitLittleEndian),
    ]
    return kinds.map { photometric, transfer in
      var file = Self.file
      file.photometric = photometric
      file.transfer = transfer
      return Variant(name: "\(photometric) \(transfer)", file: file, pixels: rgbPixels)
    }
  }

  /// Transfer syntaxes, photometric interpretations and timings that the standard allows.
  static var variants: [Variant] {
    var result = CineFile.Transfer.allCases.map { transfer in
      var file = Self.file
      file.transfer = transfer
      return Variant(name: "MONOCHROME2 \(transfer)", file: file, pixels: grayPixels)
    }
    for transfer in CineFile.Transfer.allCases {
      var file = Self.file
      file.transfer = transfer
      file.photometric = .rgb
      result.append(Variant(name: "RGB \(transfer)", file: file, pixels: rgbPixels))
    }
    var palette = Self.file
    palette.photometric = .palette((0..<768).map { UInt8($0 % 256) })
    result.append(Variant(name: "palette", file: palette, pixels: grayPixels))
    var vector = Self.file
    vector.timing = .frameTimeVector([0, 33.3, 34.1])
    vector.regions[0].deltaX = -0.05
    result.append(Variant(name: "FrameTimeVector, negative delta", file: vector, pixels: grayPixels))
    return result
  }
}
