import Foundation
import Testing

@testable import Platform
@testable import WatchDaemon

@Suite struct FolderLockTests {
  let folder = ScratchFolder()

  @Test func folderItselfIsLockedWithoutAFile() throws {
    let first = try FolderLock(folder: folder.path)
    #expect(throws: FolderLock.Failure.self) { _ = try FolderLock(folder: folder.path) }
    #expect(try folder.files().isEmpty)
    withExtendedLifetime(first) {}
  }

  /// As a process that the holder was about to start when it was killed.
  @Test func lockThatOutlivesItsHolderIsWaitedFor() throws {
    let (inbox, pipe, ready) = (folder.path + "/inbox", folder.path + "/pipe", folder.path + "/ready")
    #expect(mkdir(inbox, 0o700) == 0 && mkfifo(pipe, 0o600) == 0)
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = [
      "-c", "exec 9<\"$0\"; flock -x 9; cat \"$1\" >/dev/null & touch \"$2\"", inbox, pipe, ready,
    ]
    // Its end is not waited for: to Foundation that is the end of all that it started.
    try shell.run()
    for _ in 0..<6000 where access(ready, F_OK) != 0 { usleep(10_000) }
    try #require(access(ready, F_OK) == 0)
    let isReleased = Flag()
    // `cat` reads until somebody has written, and has the lock until then.
    // A thread of its own: those of the shared queues may all be blocked by other tests.
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.3)
      isReleased.set()
      close(open(pipe, O_WRONLY))
    }
    let lock = try FolderLock(folder: inbox)
    #expect(isReleased.isSet)
    withExtendedLifetime(lock) {}
  }

  /// A descriptor that is closed a second time is by then another thread's file.
  @Test func lockThatIsTakenClosesNoFileOfAnotherThread() throws {
    let held = try FolderLock(file: folder.path + "/lock", holder: "me")
    let (isOver, wasClosed) = (Flag(), Flag())
    DispatchQueue.concurrentPerform(iterations: 2) { thread in
      if thread == 0 {
        for _ in 0..<2_000 { _ = try? FolderLock(file: folder.path + "/lock", holder: "other") }
        isOver.set()
      }
      while thread == 1, !isOver.isSet, !wasClosed.isSet {
        let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
        var status = stat()
        for _ in 0..<20 where fstat(file, &status) != 0 { wasClosed.set() }
        close(file)
      }
    }
    #expect(!wasClosed.isSet)
    withExtendedLifetime(held) {}
  }
}
