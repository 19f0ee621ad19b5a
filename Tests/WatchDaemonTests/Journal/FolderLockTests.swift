import Testing

@testable import WatchDaemon

@Suite struct FolderLockTests {
  let folder = ScratchFolder()

  @Test func secondIsRefusedWithTheNameOfTheFirst() throws {
    let path = folder.path + "/lock"
    let first = try FolderLock(file: path, holder: "process 12 on host")
    #expect(throws: FolderLock.Failure.taken(.init(holder: "process 12 on host"))) {
      _ = try FolderLock(file: path, holder: "process 13 on host")
    }
    #expect(FolderLock.isHeld(path))
    withExtendedLifetime(first) {}
  }

  @Test func lockEndsWithItsHolder() throws {
    let path = folder.path + "/lock"
    do { _ = try FolderLock(file: path, holder: "a long sentence about process 12") }
    #expect(!FolderLock.isHeld(path))
    _ = try FolderLock(file: path, holder: "short")
    #expect(try folder.text(of: "lock") == "short\n")
  }

  @Test func folderItselfIsLockedWithoutAFile() throws {
    let first = try FolderLock(folder: folder.path)
    #expect(throws: FolderLock.Failure.self) { _ = try FolderLock(folder: folder.path) }
    #expect(try folder.files().isEmpty)
    withExtendedLifetime(first) {}
  }
}
