/// Reads the fields of one protobuf message (https://protobuf.dev/programming-guides/encoding).
///
/// Every length is checked against the enclosing message before anything is allocated, and every error
/// carries the byte offset from the start of the file. Groups, which ONNX does not use, are refused.
struct WireReader {
  enum Value: Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// Offsets, from the start of the file, of a string, a nested message or a packed array.
    case bytes(Range<Int>)
  }

  struct Field {
    let number: Int
    let value: Value
    /// Where the field's tag is in the file.
    let offset: Int
  }

  let file: UnsafeRawBufferPointer
  private(set) var position: Int
  let end: Int

  init(_ file: UnsafeRawBufferPointer) {
    self.init(file, range: 0..<file.count)
  }

  /// - Precondition: `range` lies within `file`.
  init(_ file: UnsafeRawBufferPointer, range: Range<Int>) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field, or nil at the end of the message.
  mutating func next() throws(ModelError) -> Field? {
    guard position < end else { return nil }
    let offset = position
    let tag = try varint()
    guard let number = Int(exactly: tag >> 3), (1...0x1FFF_FFFF).contains(number) else {
      throw malformed(offset, "field number out of range")
    }
    return Field(number: number, value: try value(wireType: tag & 7, tagOffset: offset), offset: offset)
  }

  private mutating func value(wireType: UInt64, tagOffset: Int) throws(ModelError) -> Value {
    switch wireType {
    case 0: return .varint(try varint())
    case 1: return .fixed64(try fixed(UInt64.self))
    case 2:
      let length = try varint()
      guard length <= UInt64(end - position) else {
        throw malformed(tagOffset, "length \(length) exceeds the \(end - position) bytes that remain")
      }
      let range = position..<position + Int(length)
      position = range.upperBound
      return .bytes(range)
    case 5: return .fixed32(try fixed(UInt32.self))
    default: throw malformed(tagOffset, "wire type \(wireType)")
    }
  }

  /// A base-128 varint of at most ten bytes whose value fits 64 bits.
  mutating func varint() throws(ModelError) -> UInt64 {
    let start = position
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while position < end {
      let byte = file[position]
      position += 1
      if shift == 63, byte > 1 { throw malformed(start, "varint exceeds 64 bits") }
      result |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return result }
      shift += 7
    }
    throw malformed(start, "varint is cut off")
  }

  mutating func fixed<Word: FixedWidthInteger>(_: Word.Type) throws(ModelError) -> Word {
    let size = MemoryLayout<Word>.size
    guard end - position >= size else { throw malformed(position, "\(size)-byte value is cut off") }
    defer { position += size }
    return Word(littleEndian: file.loadUnaligned(fromByteOffset: position, as: Word.self))
  }

  private func malformed(_ offset: Int, _ detail: String) -> ModelError {
    ModelError(.malformed(offset: offset), detail)
  }
}

extension WireReader.Field {
  func malformed(_ detail: String) -> ModelError {
    ModelError(.malformed(offset: offset), "field \(number): \(detail)")
  }

  func integer() throws(ModelError) -> Int64 {
    guard case .varint(let raw) = value else { throw malformed("expected a varint") }
    return Int64(bitPattern: raw)
  }

  func float() throws(ModelError) -> Float {
    guard case .fixed32(let raw) = value else { throw malformed("expected a 32-bit value") }
    return Float(bitPattern: raw)
  }

  func range() throws(ModelError) -> Range<Int> {
    guard case .bytes(let range) = value else { throw malformed("expected a length") }
    return range
  }

  func message(in file: UnsafeRawBufferPointer) throws(ModelError) -> WireReader {
    WireReader(file, range: try range())
  }

  func string(in file: UnsafeRawBufferPointer) throws(ModelError) -> String {
    let range = try range()
    guard range.count <= ModelLimits.nameBytes else { throw malformed("a string of \(range.count) bytes") }
    guard let text = String(validating: file[range], as: UTF8.self) else { throw malformed("not UTF-8") }
    return text
  }

  /// A repeated integer: one element, or a packed run of them.
  func appendIntegers(to list: inout [Int64], in file: UnsafeRawBufferPointer) throws(ModelError) {
    if case .varint(let raw) = value { return list.append(Int64(bitPattern: raw)) }
    var reader = try message(in: file)
    while reader.position < reader.end { list.append(Int64(bitPattern: try reader.varint())) }
  }

  /// A repeated float: one element, or a packed run of them.
  func appendFloats(to list: inout [Float], in file: UnsafeRawBufferPointer) throws(ModelError) {
    if case .fixed32(let raw) = value { return list.append(Float(bitPattern: raw)) }
    var reader = try message(in: file)
    list.reserveCapacity(list.count + (reader.end - reader.position) / 4)
    while reader.position < reader.end {
      list.append(Float(bitPattern: try reader.fixed(UInt32.self)))
    }
  }
}
