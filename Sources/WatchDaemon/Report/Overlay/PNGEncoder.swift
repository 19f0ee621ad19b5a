import CPNG

/// RGB pixels to the bytes of a PNG file. The same pixels give the same bytes.
enum PNGEncoder {
  struct Failure: Error, Equatable { var message: String }

  static func encode(_ canvas: Canvas) throws(Failure) -> [UInt8] {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(canvas.width)
    image.height = png_uint_32(canvas.height)
    image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    // A third of the time for a quarter more bytes.
    image.flags = png_uint_32(PNG_IMAGE_FLAG_FAST)
    defer { png_image_free(&image) }
    // Never less than libpng needs: deflate can grow its input a little.
    var size = png_alloc_size_t(canvas.pixels.count + canvas.pixels.count / 64 + 65_536)
    var bytes = [UInt8](repeating: 0, count: Int(size))
    let written = bytes.withUnsafeMutableBytes { target in
      canvas.pixels.withUnsafeBytes { source in
        png_image_write_to_memory(&image, target.baseAddress, &size, 0, source.baseAddress, 0, nil)
      }
    }
    guard written != 0 else { throw Failure(message: message(of: image)) }
    bytes.removeLast(bytes.count - Int(size))
    return bytes
  }

  private static func message(of image: png_image) -> String {
    withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
