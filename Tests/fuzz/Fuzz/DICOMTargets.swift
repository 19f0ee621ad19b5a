import CDCMTK
import Foundation
import TestSupport

@testable import Clips
@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

private let limits = DecodeLimits(maxPixels: 1 << 18, maxFrames: 1_000, maxTotalPixels: 1 << 22)

/// A whole file: its header, and its first frames.
func readDICOM(_ bytes: [UInt8]) {
  withFile("picture.dcm", bytes) { path in try? decode(path, frames: 3) }
}

/// One frame in a file that is right in all else: the first bytes choose how it says that its pixels are stored, the
/// others are the pixels, in up to three fragments.
func readFrames(_ bytes: [UInt8]) {
  guard bytes.count > 8 else { return }
  let syntaxes = DICOMBytes.Syntax.allCases.filter { ![.jpeg2000, .mpeg4].contains($0) }
  let models = ["MONOCHROME2", "MONOCHROME1", "RGB", "YBR_FULL", "YBR_FULL_422", "PALETTE COLOR"]
  let model = models[Int(bytes[1]) % models.count]
  let samples: UInt16 = bytes[1] & 0x80 != 0 ? 1 : (model.hasPrefix("YBR") || model == "RGB" ? 3 : 1)
  var dicom = DICOMBytes.ultrasound(
    syntaxes[Int(bytes[0]) % syntaxes.count], rows: Int(bytes[2] & 63) + 1, columns: Int(bytes[3] & 63) + 1,
    frames: Int(bytes[4] & 3) + 1, photometric: model, samples: samples, bits: bytes[5] & 1 == 1 ? 16 : 8)
  let pixels = Array(bytes[8...])
  if dicom.syntax.rawValue.hasPrefix("1.2.840.10008.1.2.4") || dicom.syntax == .rle {
    let cut = min(Int(bytes[6]) * 4, pixels.count)
    let whole = bytes[7] & 1 == 0
    dicom.setFragments(
      whole ? [pixels] : [Array(pixels[..<cut]), Array(pixels[cut...])],
      offsetTable: bytes[7] & 2 == 0 ? [] : [0, 0, 0, 0])
  } else {
    dicom.setPixels(pixels)
  }
  withFile("frames.dcm", dicom.file) { path in try? decode(path, frames: 4) }
}

private func decode(_ path: String, frames: Int) throws(ClipReadError) {
  let file = try DICOMFile(path: path)
  let header = ClipHeader(file)
  _ = HeaderGate.check(header)
  _ = try? JSONEncoder().encode(header)
  try file.prepareFrames(limits)
  let chroma = UnsafeMutableBufferPointer<UInt8>.allocate(
    capacity: ChromaPlanes.byteCount(frameColumns: header.columns, frameRows: header.rows))
  defer { chroma.deallocate() }
  let gray = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: header.rows * header.columns)
  defer { gray.deallocate() }
  for index in 0..<min(frames, header.frames) { try file.readFrame(index, into: gray, chroma: chroma) }
}

/// What a decode worker that was taken over could answer.
func readMessages(_ bytes: [UInt8]) {
  guard let (kind, length) = DecodeMessage.kindAndLength(Array(bytes.prefix(DecodeMessage.prefixBytes)))
  else { return }
  let payload = Array(bytes.dropFirst(DecodeMessage.prefixBytes))
  switch kind {
  case .frame:
    let (columns, rows) = (length & 63, length >> 6 & 63)
    _ = DecodeMessage.frame(payload, columns: columns, rows: rows, withChroma: length & 0x1000 != 0)
  case .missing: _ = DecodeMessage.missingFrame(payload, columns: length & 63, rows: length >> 6 & 63)
  case .failure: _ = DecodeMessage.failure(payload)
  case .header:
    guard let header = ClipHeader(answer: payload) else { return }
    _ = HeaderGate.check(header)
    _ = PixelCalibration.regions(of: header)
    _ = FrameTiming(header)
    _ = FileIdentity.digest(of: header)
  case .entry:
    guard let entry = DecodeMessage.entry(payload) else { return }
    let isSafe =
      entry.name.isEmpty || (try? ArchiveName.checked(FileName.bytes(of: entry.name))) == entry.name
    guard isSafe else { fatalError("an entry's name that leads somewhere") }
  case .entryEnd: if payload.count >= DecodeMessage.countBytes { _ = DecodeMessage.count(payload) }
  case .content, .end: break
  }
}
