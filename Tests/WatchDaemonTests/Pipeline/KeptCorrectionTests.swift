import Testing

@testable import Platform
@testable import WatchDaemon

/// A reader's correction of an earlier revision, which the next one says again.
@Suite struct KeptCorrectionTests {
  /// A file that opens, and that no byte can be read of: EIO, as of a disk that fails.
  @Test func correctionThatCannotBeReadIsWaitedFor() throws {
    #expect(throws: FileError(.read, .done, code: 5)) { try ClaimSource.keptCorrection("/proc/self/mem", "") }
  }

  @Test func correctionThatIsGoneOrAnotherIsLeftOut() throws {
    let folder = ScratchFolder()
    try folder.write("{}", to: "c")
    #expect(try ClaimSource.keptCorrection(folder.path + "/none", "") == nil)
    #expect(try ClaimSource.keptCorrection(folder.path + "/c", "00") == nil)
  }
}
