import Glibc
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct FileErrorTests {
  @Test(arguments: [ENOSPC, EDQUOT, EIO, ESTALE, EROFS, EMFILE])
  func troubleOfTheDiskIsNotTheStudys(_ code: Int32) {
    #expect(FileError(.write, .staging, code: code).isOfTheEnvironment)
    #expect(FileError(.read, .inbox, code: code).isOfTheEnvironment)
  }

  @Test func rightsThatTheOutboxLostAreNotTheStudysAndThoseOfAnInputAre() {
    #expect(FileError(.makeFolder, .staging, code: EACCES).isOfTheEnvironment)
    #expect(!FileError(.open, .inbox, code: EACCES).isOfTheEnvironment)
  }
}
