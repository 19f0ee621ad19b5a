import Glibc
import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct PlannedInputTests {
  /// A part of an archive goes on after a file that may not be read, and stops where none can be.
  @Test func aFileThatMayNotBeReadIsOneStudysMatter() {
    for code in [EACCES, EPERM, ELOOP] {
      #expect(PlannedInput.Refusal(FileError(.open, .claimed, code: code))?.fault == .unreadable)
    }
    for code in [EIO, ESTALE, ENOSPC] {
      #expect(PlannedInput.Refusal(FileError(.read, .claimed, code: code)) == nil)
    }
    #expect(PlannedInput.Refusal(FileError(.open, .scratch, code: EACCES)) == nil)
  }
}
