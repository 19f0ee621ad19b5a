import Testing

@testable import Inference

@Suite struct WireReaderTests {
  private func fields(_ bytes: [UInt8]) throws -> [WireReader.Value] {
    try bytes.withUnsafeBytes { raw in
      var reader = WireReader(raw)
      var values: [WireReader.Value] = []
      while let field = try reader.next() { values.append(field.value) }
      return values
    }
  }

  private func offset(ofErrorIn bytes: [UInt8]) -> Int? {
    do {
      _ = try fields(bytes)
      return nil
    } catch let error as ModelError {
      guard case .malformed(let offset) = error.kind else { return nil }
      return offset
    } catch { return nil }
  }

  @Test func readsEveryWireType() throws {
    let bytes: [UInt8] = [
      0x08, 0x96, 0x01, 0x11, 1, 0, 0, 0, 0, 0, 0, 0, 0x1A, 2, 7, 8, 0x25, 0, 0, 0x80, 0x3F,
    ]
    #expect(
      try fields(bytes) == [.varint(150), .fixed64(1), .bytes(14..<16), .fixed32(Float(1).bitPattern)])
  }

  @Test func readsTheLargestVarint() throws {
    let bytes: [UInt8] = [0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01]
    #expect(try fields(bytes) == [.varint(.max)])
  }

  @Test(
    arguments: [
      ([0x08], 1),  // no value
      ([0x08, 0x80], 1),  // the varint goes on
      ([0x08] + [UInt8](repeating: 0x80, count: 10) + [0], 1),  // eleven bytes
      ([0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x02], 1),  // 65 bits
      ([0x08, 0x01, 0x12, 0x05, 1, 2], 2),  // length beyond the end
      ([0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], 0),  // length of 2^64 - 1
      ([0x0B], 0), ([0x0C], 0), ([0x0E], 0), ([0x0F, 0], 0),  // groups and unknown wire types
      ([0x00, 0x01], 0),  // field 0
      ([0x0D, 1, 2, 3], 1), ([0x09, 1, 2, 3, 4, 5, 6, 7], 1),  // fixed values cut off
    ] as [([UInt8], Int)])
  func refusesMalformedBytesAtTheirOffset(_ bytes: [UInt8], _ offset: Int) {
    #expect(self.offset(ofErrorIn: bytes) == offset)
  }
}
