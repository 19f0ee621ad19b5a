import Platform

/// Tells whether two files of one instance show the same pictures, whatever their headers say and however they are
/// compressed without loss: the SHA-256 of a fingerprint of each frame's brightness, in order, and of their size.
/// Colours of equal brightness count as equal.
package struct PixelDigest: Sendable, Equatable {
  package private(set) var hexadecimal: String

  /// - Parameter fingerprints: of all frames, in order.
  package init(rows: Int, columns: Int, fingerprints: [UInt64]) {
    var hash = SHA256()
    for value in [UInt64(rows), UInt64(columns)] + fingerprints {
      hash.update(withUnsafeBytes(of: value.littleEndian) { Array($0) })
    }
    hexadecimal = SHA256.hex(hash.finish())
  }

  /// Of a clip of which every frame was looked at.
  init(_ header: ClipHeader, _ findings: [FrameFinding]) {
    self.init(rows: header.rows, columns: header.columns, fingerprints: findings.map(\.fingerprint))
  }

  /// Of a file, every frame of which is decoded for it.
  package init(decoding path: String, _ checkpoint: Checkpoint = .none) throws {
    let decoder = try CineDecoder(path: path)
    defer { decoder.close() }
    var fingerprints: [UInt64] = []
    while let frame = try decoder.next() {
      fingerprints.append(frame.gray.fingerprint)
      try checkpoint.pass(.decoding)
    }
    self.init(rows: decoder.header.rows, columns: decoder.header.columns, fingerprints: fingerprints)
  }
}

extension GrayFrame {
  /// A number that other pixels hardly have, taken eight pixels at a time: it is made of every frame that is segmented
  /// and must cost nothing beside that. FNV-1a over 64-bit words, and the high half folded in after each.
  var fingerprint: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    pixels.withUnsafeBytes { bytes in
      let words = bytes.count / 8
      for index in 0..<words {
        Self.mix(
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 &* index, as: UInt64.self)), &hash)
      }
      for byte in bytes[(8 * words)...] { Self.mix(UInt64(byte), &hash) }
    }
    return hash
  }

  @inline(__always) private static func mix(_ word: UInt64, _ hash: inout UInt64) {
    hash = (hash ^ word) &* 0x0000_0100_0000_01b3
    hash ^= hash >> 32
  }
}
