import Glibc
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct FileNameTests {
  @Test(arguments: [
    Array("IM_0001".utf8), Array("Bücher 写真".utf8), [0x4D, 0xDC, 0x4C], [0xFF, 0xFE], Array("\u{F7DC}".utf8),
    [0xEF, 0x9F], Array("a\u{F7DC}b".utf8) + [0xDC], [],
  ])
  func bytesSurviveAsText(_ bytes: [UInt8]) {
    #expect(FileName.bytes(of: FileName.text(of: bytes)) == bytes)
  }

  @Test func differentBytesHaveDifferentTexts() {
    let latin = FileName.text(of: [0x4D, 0xDC])
    let escaped = FileName.text(of: Array("M\u{F7DC}".utf8))
    #expect(latin != escaped)
    #expect(!FileName.isPlain(latin) && !FileName.isPlain(escaped) && FileName.isPlain("MÜ"))
  }

  @Test func namesThatAreNoUTF8AreListedAndOpened() throws {
    let folder = ScratchFolder()
    let name = FileName.text(of: [0x4D, 0xDC, 0x2E, 0x64])
    _ = try Descriptor.open(folder.path + "/" + name, O_WRONLY | O_CREAT, .inbox)
    #expect(try Files.names(in: folder.path, .inbox) == [name])
    #expect(try Files.read(folder.path + "/" + name, .inbox).isEmpty)
    FileName.withPath(folder.path + "/" + name) { _ = unlink($0) }
  }
}
