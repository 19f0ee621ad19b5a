import CPNG

/// A stream deflated by zlib, piece by piece, without zlib's own header and checksum (RFC 1951), as a deflated data
/// set has to be (PS3.5 A.5). The same bytes in the same pieces give the same stream.
final class Deflater {
  /// Binary masks give little more at higher levels.
  private static let level: Int32 = 6
  private static let raw: Int32 = -15
  private static let memory: Int32 = 8
  private static let room = 1 << 16

  /// zlib keeps its address.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var written = 0

  init() {
    stream.initialize(to: z_stream())
    let size = Int32(MemoryLayout<z_stream>.size)
    // With these arguments there is nothing else that zlib could complain of than memory.
    guard
      deflateInit2_(
        stream, Self.level, Z_DEFLATED, Self.raw, Self.memory, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
    else { fatalError("zlib: out of memory") }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// What is known of the stream with these bytes.
  func deflate(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    return bytes.withUnsafeMutableBufferPointer { source in
      stream.pointee.next_in = source.baseAddress
      stream.pointee.avail_in = UInt32(source.count)
      return drain(Z_NO_FLUSH)
    }
  }

  /// The rest of the stream, of even length together with what came before.
  func finish() -> [UInt8] {
    stream.pointee.next_in = nil
    stream.pointee.avail_in = 0
    let rest = drain(Z_FINISH)
    return written % 2 == 0 ? rest : rest + [0]
  }

  private func drain(_ flush: Int32) -> [UInt8] {
    var drained: [UInt8] = []
    var hasRoomLeft = false
    while !hasRoomLeft {
      drained += [UInt8](unsafeUninitializedCapacity: Self.room) { buffer, count in
        stream.pointee.next_out = buffer.baseAddress
        stream.pointee.avail_out = UInt32(Self.room)
        _ = CPNG.deflate(stream, flush)
        count = Self.room - Int(stream.pointee.avail_out)
        hasRoomLeft = stream.pointee.avail_out > 0
      }
    }
    written += drained.count
    return drained
  }
}
