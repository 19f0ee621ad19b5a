import CPNG

/// The gzip format (RFC 1952) by zlib, whole in memory.
enum Gzip {
  enum Failure: Error, Equatable {
    /// Not gzip, cut short, or its checksum is wrong.
    case corrupt
    /// More than the caller's limit.
    case tooLarge
    case outOfMemory
  }

  /// A window of 2^15 bytes; 16 more asks for gzip's header and trailer.
  private static let windowBits: Int32 = 15 + 16
  private static let chunk = 1 << 16

  static func decompress(_ data: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    var stream = z_stream()
    guard
      inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw .outOfMemory }
    defer { inflateEnd(&stream) }
    let output = run(&stream, data, limit: limit) { inflate(&$0, Z_NO_FLUSH) }
    guard output.bytes.count <= limit else { throw .tooLarge }
    guard output.status == Z_STREAM_END, stream.avail_in == 0 else { throw .corrupt }
    return output.bytes
  }

  /// The same bytes for the same data: the header's time is zero.
  static func compress(_ data: [UInt8]) throws(Failure) -> [UInt8] {
    var stream = z_stream()
    guard
      deflateInit2_(
        &stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw .outOfMemory }
    defer { deflateEnd(&stream) }
    let output = run(&stream, data, limit: .max) { deflate(&$0, Z_FINISH) }
    guard output.status == Z_STREAM_END else { throw .corrupt }
    return output.bytes
  }

  /// Feeds all of `data` and collects chunk by chunk until the step says otherwise, or beyond `limit`.
  private static func run(
    _ stream: inout z_stream, _ data: [UInt8], limit: Int, _ step: (inout z_stream) -> Int32
  ) -> (bytes: [UInt8], status: Int32) {
    var input = data
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: chunk)
    var status = Z_OK
    input.withUnsafeMutableBufferPointer { source in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      while status == Z_OK, output.count <= limit {
        buffer.withUnsafeMutableBufferPointer { target in
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          status = step(&stream)
        }
        output.append(contentsOf: buffer[..<(chunk - Int(stream.avail_out))])
        if stream.avail_in == 0, stream.avail_out > 0, status == Z_OK { break }
      }
    }
    return (output, status)
  }
}
