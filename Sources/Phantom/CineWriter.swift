import CDCMTK
import Clips
import Foundation

/// Writes cines as DICOM files, for the demonstration and for tests.
package enum CineWriter {
  /// Why a cine was not written.
  package struct Failure: Error, CustomStringConvertible, Equatable {
    package var description: String

    package init(description: String) {
      self.description = description
    }
  }

  /// Writes `pixels` to `path`: T x H x W bytes for MONOCHROME2 and PALETTE COLOR, T x H x W x 3 (R, G, B) for
  /// the other photometric interpretations.
  package static func write(_ file: CineFile, pixels: [UInt8], to path: String) throws(Failure) {
    var error = hd_error()
    var format = try format(of: file)
    guard let cine = hd_cine_create(&format, &error) else { throw failure(error) }
    defer { hd_cine_destroy(cine) }

    try describe(file, in: cine)
    let code = pixels.withUnsafeBufferPointer {
      hd_write_cine(cine, $0.baseAddress, $0.count, path, &error)
    }
    guard code == 0 else { throw failure(error) }
  }

  private static func describe(_ file: CineFile, in cine: OpaquePointer) throws(Failure) {
    var error = hd_error()
    for (tag, value) in file.allAttributes where hd_cine_set(cine, tag, value, &error) != 0 {
      throw Failure(description: "attribute \(hexadecimal(tag)): \(failure(error))")
    }
    for region in file.regions {
      var region = hd_cine_region(region)
      guard hd_cine_add_region(cine, &region, &error) == 0 else { throw failure(error) }
    }
    if let view = file.viewCode {
      let code = hd_cine_add_code(cine, Tag.viewCodeSequence, view.value, view.scheme, view.meaning, &error)
      guard code == 0 else { throw failure(error) }
    }
    if case .palette(let palette) = file.photometric {
      guard palette.count == 768 else { throw Failure(description: "a palette has 3 x 256 entries") }
      guard hd_cine_set_palette(cine, palette, &error) == 0 else { throw failure(error) }
    }
  }

  private static func format(of file: CineFile) throws(Failure) -> hd_cine_format {
    guard let rows = UInt16(exactly: file.rows), let columns = UInt16(exactly: file.columns),
      let frames = UInt32(exactly: file.frames)
    else { throw Failure(description: "rows and columns are from 1 to 65535") }
    return hd_cine_format(
      frames: frames, rows: rows, columns: columns, photometric: file.photometric.code,
      transfer: file.transfer.code, jpeg_quality: Int32(clamping: file.jpegQuality))
  }

  private static func failure(_ error: hd_error) -> Failure {
    Failure(description: error.sentence)
  }

  private static func hexadecimal(_ tag: UInt32) -> String {
    String(format: "(%04X,%04X)", tag >> 16, tag & 0xFFFF)
  }
}

/// Tags that the writer fills from named properties.
private enum Tag {
  static let sopInstanceUID: UInt32 = 0x0008_0018
  static let frameTime: UInt32 = 0x0018_1063
  static let frameTimeVector: UInt32 = 0x0018_1065
  static let heartRate: UInt32 = 0x0018_1088
  static let rWaveTimeVector: UInt32 = 0x0018_6060
  static let studyInstanceUID: UInt32 = 0x0020_000D
  static let seriesInstanceUID: UInt32 = 0x0020_000E
  static let viewCodeSequence: UInt32 = 0x0054_0220
}

extension CineFile {
  /// The attributes in their text form, the explicit ones over those made of named properties.
  fileprivate var allAttributes: [UInt32: String] {
    var result: [UInt32: String] = [
      Tag.sopInstanceUID: sopInstanceUID, Tag.studyInstanceUID: studyInstanceUID,
      Tag.seriesInstanceUID: seriesInstanceUID,
    ]
    switch timing {
    case .frameTime(let milliseconds): result[Tag.frameTime] = decimalString(milliseconds)
    case .frameTimeVector(let increments): result[Tag.frameTimeVector] = decimalStrings(increments)
    }
    if !rWaveTimes.isEmpty { result[Tag.rWaveTimeVector] = decimalStrings(rWaveTimes) }
    if let heartRate { result[Tag.heartRate] = String(heartRate) }
    return result.merging(attributes) { _, explicit in explicit }
  }
}

/// A Decimal String (VR DS) has at most 16 characters, PS3.5 6.2.
private func decimalString(_ value: Double) -> String {
  let shortest = "\(value)"
  return shortest.utf8.count <= 16 ? shortest : String(format: "%.9g", value)
}

private func decimalStrings(_ values: [Double]) -> String {
  values.map(decimalString).joined(separator: "\\")
}

extension CineFile.Transfer {
  fileprivate var code: hd_transfer {
    switch self {
    case .implicitLittleEndian: HD_TRANSFER_IMPLICIT_LITTLE_ENDIAN
    case .explicitLittleEndian: HD_TRANSFER_EXPLICIT_LITTLE_ENDIAN
    case .explicitBigEndian: HD_TRANSFER_EXPLICIT_BIG_ENDIAN
    case .deflated: HD_TRANSFER_DEFLATED
    case .rle: HD_TRANSFER_RLE
    case .jpegBaseline: HD_TRANSFER_JPEG_BASELINE
    case .jpegLossless: HD_TRANSFER_JPEG_LOSSLESS_SV1
    case .jpegLS: HD_TRANSFER_JPEG_LS_LOSSLESS
    }
  }
}

extension CineFile.Photometric {
  fileprivate var code: hd_photometric {
    switch self {
    case .monochrome2: HD_PHOTOMETRIC_MONOCHROME2
    case .rgb: HD_PHOTOMETRIC_RGB
    case .ybrFull: HD_PHOTOMETRIC_YBR_FULL
    case .ybrFull422: HD_PHOTOMETRIC_YBR_FULL_422
    case .palette: HD_PHOTOMETRIC_PALETTE_COLOR
    }
  }
}

extension hd_cine_region {
  fileprivate init(_ region: ClipHeader.Region) {
    self.init(
      spatial_format: UInt16(clamping: region.spatialFormat), data_type: UInt16(clamping: region.dataType),
      flags: UInt32(clamping: region.flags), min_x: UInt32(clamping: region.minX),
      min_y: UInt32(clamping: region.minY), max_x: UInt32(clamping: region.maxX),
      max_y: UInt32(clamping: region.maxY), units_x: UInt16(clamping: region.unitsX),
      units_y: UInt16(clamping: region.unitsY), delta_x: region.deltaX, delta_y: region.deltaY)
  }
}
