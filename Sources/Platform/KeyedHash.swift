import Glibc

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
