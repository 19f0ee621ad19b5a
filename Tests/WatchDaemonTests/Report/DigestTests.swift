import Foundation
import Testing

@testable import Clips
@testable import Platform
@testable import Reports
@testable import Spool
@testable import Study
@testable import WatchDaemon

/// Vectors of FIPS 180-4's examples and of RFC 9562, appendix A.4.
@Suite struct DigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func sha256MatchesTheStandard(message: String, digest: String) {
    #expect(SHA256.hexDigest(of: Array(message.utf8)) == digest)
  }

  @Test func sha256OfAMillionLetters() {
    let digest = SHA256.hexDigest(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
    #expect(digest == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(arguments: [1, 3, 63, 64, 65, 127, 1000])
  func sha256DoesNotDependOnThePieces(size: Int) {
    let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var hash = SHA256()
    for start in stride(from: 0, to: message.count, by: size) {
      hash.update(Array(message[start..<min(start + size, message.count)]))
    }
    var whole = SHA256()
    whole.update(message)
    #expect(hash.finish() == whole.finish())
  }

  @Test(
    .enabled(if: SHA256.hasInstructions, "the processor has no instructions for it"),
    arguments: [0, 1, 55, 56, 64, 4_096, 100_003])
  func instructionsGiveTheDigestOfThePlainRounds(size: Int) {
    let message = (0..<size).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) }
    var (fast, plain) = (SHA256(usesInstructions: true), SHA256(usesInstructions: false))
    fast.update(message)
    plain.update(message)
    #expect(fast.finish() == plain.finish())
  }

  @Test func sha256ReadsAFile() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("digest-\(UUID().uuidString)")
    let bytes = [UInt8](repeating: 7, count: 700_001)
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(try SHA256.hexDigest(ofFile: file.path) == SHA256.hexDigest(of: bytes))
    #expect(throws: SHA256.FileError(errno: ENOENT)) { try SHA256.hexDigest(ofFile: file.path + ".absent") }
  }

  @Test(arguments: [
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
  ])
  func sha1MatchesTheStandard(message: String, digest: String) {
    #expect(hex(SHA1.digest(Array(message.utf8))) == digest)
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
  }

  @Test func uuidOfVersion5MatchesTheStandard() {
    let dns: [UInt8] = [
      0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
    ]
    let uuid = DerivedUID.uuid(namespace: dns, name: Array("www.example.com".utf8))
    #expect(hex(uuid) == "2ed6657de927568b95e12665a8aea6a2")
  }

  private let work = DerivedUID(inputs: ["aa", "bb"], model: "cc", configuration: "dd", version: "1")

  @Test func sameWorkGivesTheSameUID() {
    let again = DerivedUID(inputs: ["bb", "aa"], model: "cc", configuration: "dd", version: "1")
    #expect(work.uid("report") == again.uid("report"))
  }

  @Test func anyDifferenceGivesAnotherUID() {
    let others = [
      DerivedUID(inputs: ["aa"], model: "cc", configuration: "dd", version: "1"),
      DerivedUID(inputs: ["aa", "bb"], model: "c", configuration: "dd", version: "1"),
      DerivedUID(inputs: ["aa", "bb"], model: "cc", configuration: "d", version: "1"),
      DerivedUID(inputs: ["aa", "bb"], model: "cc", configuration: "dd", version: "2"),
      DerivedUID(
        inputs: ["aa", "bb"], model: "cc", configuration: "dd", version: "1", circumstances: ["A4C"]),
    ]
    let uids = [work.uid("report"), work.uid("report", ""), work.uid("rep", "ort")]
    #expect(Set(others.map { $0.uid("report") } + uids).count == others.count + uids.count)
  }

  @Test func uidIsLegal() {
    for name in 0..<200 {
      let uid = work.uid("object", String(name))
      #expect(uid.count <= 64 && uid.hasPrefix("2.25."))
      #expect(uid.dropFirst(5).first != "0" && uid.dropFirst(5).allSatisfy(\.isNumber))
    }
  }
}
