import Glibc
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

struct FilesTests {
  @Test func tellsWhetherSomethingStandsAtAPath() throws {
    let folder = ScratchFolder()
    try folder.write("x", to: "file")
    #expect(symlink("nowhere", folder.path + "/link") == 0)
    #expect(try Files.exists(folder.path + "/file", .spool))
    #expect(try Files.exists(folder.path + "/link", .spool))
    #expect(try !Files.exists(folder.path + "/none", .spool))
    #expect(try !Files.exists(folder.path + "/file/below", .spool))
  }

  @Test func refusesToCallAPathEmptyThatItCannotLookAt() throws {
    let folder = ScratchFolder()
    let unseen = folder.path + "/" + String(repeating: "n", count: 300)
    #expect(throws: FileError(.examine, .spool, code: ENAMETOOLONG)) { try Files.exists(unseen, .spool) }
  }

  /// The segments of a long loop are.
  @Test func copiesAFileThatIsLongerThanWhatIsReadAtOnce() throws {
    let folder = ScratchFolder()
    try folder.write("x", to: "long")
    let length = (1 << 28) + 1
    #expect(truncate(folder.path + "/long", length) == 0)
    try Files.copy(folder.path + "/long", to: folder.path + "/copy", .staging)
    #expect(try Files.examine(folder.path + "/copy", .staging)?.st_size == length)
  }

  @Test func doesNotCountFilesAsFiledAwayThatItCannotLookAt() throws {
    let folder = ScratchFolder()
    let spool = Spool(path: folder.path + "/" + String(repeating: "n", count: 300))
    let settlement = Settlement(spool: spool, hash: .example)
    #expect(throws: FileError.self) { try settlement.settle(StudyState(claim: .example())) }
  }
}
