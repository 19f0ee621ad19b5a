import CPNG
import Hinge

/// NIfTI-1 files of one 2D picture, plain or gzipped (nifti1.h of the NIfTI working group). CAMUS's first axis is
/// lateral and its second is depth, which is this project's x and y; where the grid lies in the world is kept, not
/// looked at.
enum NIfTI {
  private static let headerSize = 348
  /// Where a file that this project writes has its pixels: the header and four bytes without extensions.
  private static let dataOffset = 352
  private static let largestFile = 4 * GridImage.largestSide * GridImage.largestSide
  /// `datatype` codes.
  private static let unsignedByte: Int16 = 2

  static func read(_ path: String) throws -> GridImage {
    let raw = try GridImage.contents(path)
    let bytes = path.hasSuffix(".gz") ? try decompressed(raw, path) : raw
    var reader = ByteReader(bytes: bytes)
    if reader.integer(Int32.self, at: 0) != Int32(headerSize) { reader.bigEndian = true }
    guard bytes.count >= dataOffset, reader.integer(Int32.self, at: 0) == Int32(headerSize),
      Array(bytes[344..<348]) == Array("n+1\0".utf8)
    else { throw EvaluationError(file: path, problem: "it is not a single-file NIfTI-1 image") }
    return try image(reader, path)
  }

  private static func image(_ reader: ByteReader, _ path: String) throws -> GridImage {
    let dimensions = (0..<8).compactMap { reader.integer(Int16.self, at: 40 + 2 * $0).map(Int.init) }
    let rank = dimensions[0]
    guard (2...7).contains(rank), (1...rank).dropFirst(2).allSatisfy({ dimensions[$0] == 1 }) else {
      throw EvaluationError(file: path, problem: "it does not hold exactly one two-dimensional picture")
    }
    let width = dimensions[1]
    let height = dimensions[2]
    guard let type = reader.integer(Int16.self, at: 70), let offset = reader.float(at: 108),
      let slope = reader.float(at: 112), let intercept = reader.float(at: 116),
      let x = reader.float(at: 80), let y = reader.float(at: 84)
    else { throw EvaluationError(file: path, problem: "its header is cut short") }
    guard slope == 0 || (slope == 1 && intercept == 0) else {
      throw EvaluationError(
        file: path, problem: "its values are scaled, which labels and grey values are not")
    }
    guard (1...GridImage.largestSide).contains(width), (1...GridImage.largestSide).contains(height),
      offset >= Double(headerSize), offset < Double(reader.bytes.count)
    else { throw EvaluationError(file: path, problem: "its size or the place of its pixels is out of range") }
    let values = try values(reader, type: type, from: Int(offset), count: width * height, path)
    return try GridImage(
      file: path, width: width, height: height, spacing: (abs(x), abs(y)), values: values,
      placement: placement(reader, rank: rank))
  }

  private static func placement(_ header: ByteReader, rank: Int) -> GridPlacement {
    func floats(_ count: Int, at offset: Int) -> [Float] {
      (0..<count).compactMap { header.float(at: offset + 4 * $0).map { Float($0) } }
    }
    return GridPlacement(
      rank: rank, pixelSizes: floats(8, at: 76), units: header.bytes[123],
      quaternionCode: header.integer(Int16.self, at: 252) ?? 0, quaternion: floats(6, at: 256),
      affineCode: header.integer(Int16.self, at: 254) ?? 0, affine: floats(12, at: 280))
  }

  private static func values(
    _ reader: ByteReader, type: Int16, from start: Int, count: Int, _ path: String
  ) throws -> [Double] {
    let value: (Int) -> Double?
    switch type {
    case unsignedByte: value = { reader.integer(UInt8.self, at: start + $0).map(Double.init) }
    case 4: value = { reader.integer(Int16.self, at: start + 2 * $0).map(Double.init) }
    case 8: value = { reader.integer(Int32.self, at: start + 4 * $0).map(Double.init) }
    case 16: value = { reader.float(at: start + 4 * $0) }
    case 64: value = { reader.double(at: start + 8 * $0) }
    case 256: value = { reader.integer(Int8.self, at: start + $0).map(Double.init) }
    case 512: value = { reader.integer(UInt16.self, at: start + 2 * $0).map(Double.init) }
    default: throw EvaluationError(file: path, problem: "its data type \(type) is not supported")
    }
    let values = (0..<count).compactMap(value)
    guard values.count == count else {
      throw EvaluationError(file: path, problem: "it ends before its last pixel")
    }
    return values
  }

  private static func decompressed(_ raw: [UInt8], _ path: String) throws -> [UInt8] {
    do {
      return try Gzip.decompress(raw, limit: largestFile)
    } catch {
      throw EvaluationError(file: path, problem: "it cannot be decompressed (\(error))")
    }
  }

  /// A gzipped NIfTI-1 file of bytes, where the image lies.
  static func encode(_ image: GridImage) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: dataOffset)
    func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
      for i in 0..<MemoryLayout<T>.size { bytes[offset + i] = UInt8(truncatingIfNeeded: value >> (8 * i)) }
    }
    func put(_ values: [Float], at offset: Int) {
      for (i, value) in values.enumerated() { put(value.bitPattern, at: offset + 4 * i) }
    }
    put(Int32(headerSize), at: 0)
    let placement = image.placement
    let dimensions = [placement.rank, image.width, image.height, 1, 1, 1, 1, 1]
    for (i, value) in dimensions.enumerated() { put(Int16(value), at: 40 + 2 * i) }
    put(unsignedByte, at: 70)
    put(Int16(8), at: 72)
    put(placement.pixelSizes, at: 76)
    // Where the pixels lie, and that their values are not scaled.
    put([Float(dataOffset), 1], at: 108)
    put(placement.units, at: 123)
    put(placement.quaternionCode, at: 252)
    put(placement.affineCode, at: 254)
    put(placement.quaternion + placement.affine, at: 256)
    bytes.replaceSubrange(344..<348, with: Array("n+1\0".utf8))
    return try Gzip.compress(bytes + image.pixels)
  }
}

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
