/// The checksum of journal lines: CRC-32C (Castagnoli), RFC 3720 appendix B.4. It tells a torn or damaged line, not
/// a forged one.
package enum CRC32C {
  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { crc, byte in (crc >> 8) ^ table[Int((crc ^ UInt32(byte)) & 0xFF)] }
  }

  /// The reflected polynomial 0x1EDC6F41.
  private static let table: [UInt32] = (0..<256)
    .map { index in
      (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
    }
}
