import CDCMTK

/// RGB pixels to the bytes of a baseline JPEG file. The same pixels give the same bytes.
package enum JPEGEncoder {
  package struct Failure: Error, Equatable { package var message: String }

  /// Lines of one pixel keep their colour with it.
  package static let quality = 88

  package static func encode(_ canvas: Canvas, quality: Int = quality) throws(Failure) -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var error = hd_error()
    let code = canvas.pixels.withUnsafeBufferPointer {
      hd_jpeg_encode(
        $0.baseAddress, UInt32(canvas.width), UInt32(canvas.height), Int32(quality), &bytes, &count, &error)
    }
    guard code == 0 else { throw Failure(message: error.sentence) }
    defer { hd_jpeg_free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
