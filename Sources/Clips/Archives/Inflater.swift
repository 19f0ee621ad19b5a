import CPNG

/// Inflates a stream (RFC 1951, or RFC 1952 with its header and checksum) by zlib, piece by piece.
final class Inflater {
  enum Form: Int32 {
    case raw = -15
    case gzip = 31
  }

  struct Step {
    var consumed: Int
    var output: [UInt8]
    var hasEnded: Bool
  }

  /// zlib keeps its address.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  init(_ form: Form) throws(ArchiveFailure) {
    stream.initialize(to: z_stream())
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, form.rawValue, ZLIB_VERSION, size) == Z_OK else {
      throw .refused("There is no memory to unpack it in.")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Begins the next stream.
  func reset() { inflateReset(stream) }

  /// Inflates as much of `input` as `limit` bytes of output have room for. Without progress it needs more input.
  func step(_ input: ArraySlice<UInt8>, limit: Int) throws(ArchiveFailure) -> Step {
    var status = Z_OK
    var input = Array(input)
    let output = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      input.withUnsafeMutableBufferPointer { source in
        stream.pointee.next_in = source.baseAddress
        stream.pointee.avail_in = UInt32(source.count)
        stream.pointee.next_out = buffer.baseAddress
        stream.pointee.avail_out = UInt32(limit)
        status = inflate(stream, Z_NO_FLUSH)
      }
      count = limit - Int(stream.pointee.avail_out)
    }
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      throw .refused("What it holds is damaged.")
    }
    return Step(
      consumed: input.count - Int(stream.pointee.avail_in), output: output, hasEnded: status == Z_STREAM_END)
  }
}

/// What a gzip file holds (RFC 1952): its members one after the other.
final class GzipStream: ArchiveStream {
  private let source: any ArchiveStream
  private let inflater: Inflater
  private var input: ArraySlice<UInt8> = []
  private var isWithinMember = true
  private var hasEnded = false

  init(_ source: any ArchiveStream) throws(ArchiveFailure) {
    self.source = source
    inflater = try Inflater(.gzip)
  }

  func next() throws(ArchiveFailure) -> [UInt8] {
    while !hasEnded {
      if input.isEmpty { input = try source.next()[...] }
      if input.isEmpty {
        guard !isWithinMember else { throw .cut("It ends before its content does.") }
        hasEnded = true
        break
      }
      if !isWithinMember, try !beginMember() { continue }
      let step = try inflater.step(input, limit: ArchiveChunk.bytes)
      input = input.dropFirst(step.consumed)
      if step.hasEnded {
        isWithinMember = false
        inflater.reset()
      } else if step.consumed == 0 && step.output.isEmpty {
        throw .refused("What it holds is damaged.")
      }
      if !step.output.isEmpty { return step.output }
    }
    return []
  }

  /// Zeros may pad a file to the blocks of a tape; anything else is the next member.
  private func beginMember() throws(ArchiveFailure) -> Bool {
    input = input.drop { $0 == 0 }
    guard let first = input.first else { return false }
    guard first == 0x1F else { throw .refused("There are other bytes behind its content.") }
    isWithinMember = true
    return true
  }
}
