import Testing

@testable import Clips
@testable import Reports
@testable import Spool

@Suite struct PixelDigestTests {
  private static let pixels = (0..<1003).map { UInt8(truncatingIfNeeded: $0 &* 37) }

  private func fingerprint(_ pixels: [UInt8]) -> UInt64 {
    GrayFrame(columns: 17, rows: 59, pixels: pixels).fingerprint
  }

  @Test func everyPixelCounts() {
    var seen: Set<UInt64> = [fingerprint(Self.pixels)]
    for index in Self.pixels.indices {
      var changed = Self.pixels
      changed[index] ^= 0x80
      seen.insert(fingerprint(changed))
    }
    #expect(seen.count == Self.pixels.count + 1)
  }

  @Test func orderOfFramesAndSizeOfThePictureCount() {
    let digests = [
      PixelDigest(rows: 2, columns: 3, fingerprints: [1, 2]),
      PixelDigest(rows: 3, columns: 2, fingerprints: [1, 2]),
      PixelDigest(rows: 2, columns: 3, fingerprints: [2, 1]),
      PixelDigest(rows: 2, columns: 3, fingerprints: [1, 2, 0]),
    ]
    #expect(Set(digests.map(\.hexadecimal)).count == 4)
  }
}
