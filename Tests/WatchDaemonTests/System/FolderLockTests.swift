import Testing

@testable import WatchDaemon

@Suite struct FolderLockTests {
  let folder = ScratchFolder()

  @Test func folderItselfIsLockedWithoutAFile() throws {
    let first = try FolderLock(folder: folder.path)
    #expect(throws: FolderLock.Failure.self) { _ = try FolderLock(folder: folder.path) }
    #expect(try folder.files().isEmpty)
    withExtendedLifetime(first) {}
  }
}
