/// The checksum of journal lines: CRC-32C (Castagnoli), RFC 3720 appendix B.4. It tells a torn or damaged line, not
/// a forged one.
package enum CRC32C {
  /// Eight bytes a step ("slicing by 8"): the checksums of years of claims are computed at every start.
  package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { tables in
      var crc = ~UInt32(0)
      var place = 0
      while place + 8 <= bytes.count {
        let eight = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        let word = eight ^ UInt64(crc)
        crc = 0
        for index in 0..<8 {
          crc ^= tables[(7 - index) << 8 | Int(truncatingIfNeeded: (word >> UInt64(8 * index)) & 0xFF)]
        }
        place += 8
      }
      for byte in bytes[place...] { crc = (crc >> 8) ^ tables[Int((crc ^ UInt32(byte)) & 0xFF)] }
      return ~crc
    }
  }

  package static func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { checksum($0) } }

  /// Eight tables of 256 for the reflected polynomial 0x1EDC6F41: what a byte makes of the checksum, and what it
  /// makes of it when one to seven bytes of zeros follow.
  private static let tables: [UInt32] = {
    var tables: [UInt32] = (0..<256)
      .map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
      }
    for index in 256..<8 * 256 {
      let before = tables[index - 256]
      tables.append((before >> 8) ^ tables[Int(before & 0xFF)])
    }
    return tables
  }()
}
