import Glibc
import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct KeyedHashTests {
  /// From the paper's appendix A: key 00..0f, message 00..0e.
  @Test func isSipHash24() { #expect(KeyedHash.example.hash(Array(0..<15)) == 0xa129_ca61_49be_45e5) }

  @Test func keyIsMadeOnceAndIsItsOwnersAlone() throws {
    let folder = ScratchFolder()
    let path = folder.path + "/key"
    let first = try KeyedHash.load(path)
    #expect(try KeyedHash.load(path) == first)
    #expect(try Files.examine(path, .key)?.st_mode == S_IFREG | 0o600)
    #expect(first.name(of: "a") != KeyedHash.example.name(of: "a"))
    #expect(first.name(of: "a").count == 16)
  }
}
