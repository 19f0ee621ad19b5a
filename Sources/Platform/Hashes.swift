import Glibc

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

/// FNV-1a, 64 bits: the same in every process. It finds things in tables, and whoever finds them compares.
package enum StableHash {
  package static func of(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash
  }
}

/// The digest that UUID version 5 is defined by (FIPS 180-4, 6.1). For names of objects only: it protects nothing.
package enum SHA1 {
  /// The 20 bytes of the digest of a short message.
  package static func digest(_ message: [UInt8]) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    let padded = pad(message)
    for start in stride(from: 0, to: padded.count, by: 64) {
      mix(expand(padded[start..<start + 64]), into: &state)
    }
    return state.flatMap { bigEndianBytes($0) }
  }

  private static func pad(_ message: [UInt8]) -> [UInt8] {
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    let bits = UInt64(message.count) * 8
    return padded + bigEndianBytes(UInt32(bits >> 32)) + bigEndianBytes(UInt32(truncatingIfNeeded: bits))
  }

  private static func expand(_ block: ArraySlice<UInt8>) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: 80)
    for (index, byte) in block.enumerated() { words[index / 4] = words[index / 4] << 8 | UInt32(byte) }
    for t in 16..<80 { words[t] = rotate(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1) }
    return words
  }

  private static func mix(_ words: [UInt32], into state: inout [UInt32]) {
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    for t in 0..<80 {
      let (function, constant): (UInt32, UInt32) =
        switch t {
        case ..<20: ((b & c) | (~b & d), 0x5a82_7999)
        case ..<40: (b ^ c ^ d, 0x6ed9_eba1)
        case ..<60: ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc)
        default: (b ^ c ^ d, 0xca62_c1d6)
        }
      let next = rotate(a, 5) &+ function &+ e &+ constant &+ words[t]
      (e, d, c, b, a) = (d, c, rotate(b, 30), a, next)
    }
    for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
  }

  private static func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 {
    value << count | value >> (32 - count)
  }

  private static func bigEndianBytes(_ word: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
  }
}

/// Names for things that may not be named: in logs, status and metrics a file or a study appears as a hash under a
/// key that stays in the spool. The same thing has the same name there for as long as the key lives, and nobody
/// without the key can try out which patient's name gives it.
///
/// SipHash-2-4 (Aumasson and Bernstein, 2012), a keyed pseudo-random function of 64 bits.
package struct KeyedHash: Sendable, Equatable {
  private let k0: UInt64
  private let k1: UInt64

  /// - Parameter key: 16 bytes, little-endian words.
  package init(key: [UInt8]) {
    precondition(key.count == Self.keyBytes, "the key of the keyed hash has 16 bytes")
    k0 = Self.word(key[0..<8])
    k1 = Self.word(key[8..<16])
  }

  static let keyBytes = 16

  /// 16 hexadecimal digits.
  package func name(of text: String) -> String {
    let digits = String(hash(Array(text.utf8)), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  package func hash(_ bytes: [UInt8]) -> UInt64 {
    var v = (
      k0 ^ 0x736f_6d65_7073_6575, k1 ^ 0x646f_7261_6e64_6f6d, k0 ^ 0x6c79_6765_6e65_7261,
      k1 ^ 0x7465_6462_7974_6573
    )
    let whole = bytes.count / 8 * 8
    for start in stride(from: 0, to: whole, by: 8) { Self.absorb(Self.word(bytes[start..<start + 8]), &v) }
    Self.absorb(Self.word(bytes[whole...]) | UInt64(bytes.count & 0xFF) << 56, &v)
    v.2 ^= 0xFF
    for _ in 0..<4 { Self.round(&v) }
    return v.0 ^ v.1 ^ v.2 ^ v.3
  }

  private typealias State = (UInt64, UInt64, UInt64, UInt64)

  private static func absorb(_ word: UInt64, _ v: inout State) {
    v.3 ^= word
    for _ in 0..<2 { round(&v) }
    v.0 ^= word
  }

  private static func round(_ v: inout State) {
    v.0 &+= v.1
    v.1 = rotate(v.1, 13) ^ v.0
    v.0 = rotate(v.0, 32)
    v.2 &+= v.3
    v.3 = rotate(v.3, 16) ^ v.2
    v.0 &+= v.3
    v.3 = rotate(v.3, 21) ^ v.0
    v.2 &+= v.1
    v.1 = rotate(v.1, 17) ^ v.2
    v.2 = rotate(v.2, 32)
  }

  private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    value << count | value >> (64 - count)
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension KeyedHash {
  /// Reads the key, or makes one that only its owner may read.
  package static func load(_ path: String) throws(FileError) -> KeyedHash {
    if try Files.exists(path, .key) {
      let key = try Files.read(path, limit: 64, .key)
      guard key.count == keyBytes else { throw FileError(.read, .key, code: EINVAL) }
      return KeyedHash(key: key)
    }
    var random = SystemRandomNumberGenerator()
    let key = (0..<keyBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
    try AtomicFile.write(key, to: path, mode: 0o600, .key)
    return KeyedHash(key: key)
  }
}
