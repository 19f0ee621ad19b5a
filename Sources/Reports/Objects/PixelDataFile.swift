import Platform

/// Writes a DICOM file whose PixelData (7FE0,0010), its last element, is never in memory as a whole. It appears in
/// its folder complete or not at all.
package enum PixelDataFile {
  /// The element's tag and value representation, OB (PS3.5 7.1.2).
  private static let element: [UInt8] = [0xE0, 0x7F, 0x10, 0x00, 0x4F, 0x42, 0x00, 0x00]
  private static let undefinedLength: UInt32 = 0xFFFF_FFFF
  private static let item: [UInt8] = [0xFE, 0xFF, 0x00, 0xE0]
  private static let sequenceDelimiter: [UInt8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]

  /// The pixels are longer than an element can be.
  package struct TooLong: Error {}

  /// Pixels that are not encapsulated.
  /// - Parameters:
  ///   - count: bytes that `body` gives to its argument, all in all.
  ///   - deflated: whether the data set is deflated on its way to the file, as its header has to say
  ///     (PS3.5 A.5).
  package static func write(
    header: DICOMHeader.Encoded, count: Int, deflated: Bool = false, to path: String,
    body: (_ write: ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    guard count < Int(undefinedLength) - 1 else { throw TooLong() }
    let deflater = deflated ? Deflater() : nil
    let packed = { (bytes: [UInt8]) in deflater?.deflate(bytes) ?? bytes }
    try AtomicFile.stream(to: path, .staging) { file in
      try file.write(header.meta, .staging)
      try file.write(packed(header.dataSet + element + bytes(UInt32(count + count % 2))), .staging)
      try body { try file.write(packed($0), .staging) }
      if count % 2 != 0 { try file.write(packed([0]), .staging) }
      if let deflater { try file.write(deflater.finish(), .staging) }
    }
  }

  /// Encapsulated pixels: a basic offset table and one fragment a frame (PS3.5 A.4).
  package static func write(header: [UInt8], encapsulated frames: [[UInt8]], to path: String) throws {
    let padded = frames.map { $0.count + $0.count % 2 }
    guard padded.reduce(0, { $0 + $1 + 8 }) < Int(undefinedLength) else { throw TooLong() }
    try AtomicFile.stream(to: path, .staging) { file in
      var start = header + element + bytes(undefinedLength) + item + bytes(UInt32(4 * frames.count))
      var offset: UInt32 = 0
      for count in padded {
        start += bytes(offset)
        offset += UInt32(count + 8)
      }
      try file.write(start, .staging)
      for (frame, count) in zip(frames, padded) {
        try file.write(item + bytes(UInt32(count)), .staging)
        try file.write(frame, .staging)
        if count > frame.count { try file.write([0], .staging) }
      }
      try file.write(sequenceDelimiter, .staging)
    }
  }

  private static func bytes(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
  }
}
