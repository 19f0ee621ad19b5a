import Glibc
import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import Study

/// What a header that cannot be had says of its file.
@Suite struct FileAssessorTests {
  private struct Headers: HeaderReading {
    var result: HeaderResult
    func headers(of paths: [String]) -> [HeaderResult] { paths.map { _ in result } }
  }

  let folder = ScratchFolder()

  private func outcome(_ fault: ClipReadError, content: String = "no archive") throws -> FileAssessor.Outcome
  {
    try folder.write(content, to: "in/IM1")
    let assessor = FileAssessor(
      inbox: folder.path + "/in", spool: Spool(path: folder.path + "/spool"),
      headers: Headers(result: .failure(fault)), memory: HeaderMemory())
    let stamp = FileStamp(try #require(try Files.examine(folder.path + "/in/IM1", .inbox)))
    return try #require(assessor.assess([.init(path: "IM1", stamp: stamp)]).first)
  }

  /// The file waits, as it does where its digest cannot be had.
  @Test(arguments: [
    FileError(.start, .program, code: EAGAIN), FileError(.start, .program, code: ENOENT),
    FileError(.open, .program, code: EMFILE), FileError(.read, .program, code: EIO),
    FileError(.open, .inbox, code: ENFILE), FileError(.open, .inbox, code: ENOMEM),
    FileError(.open, .inbox, code: EIO),
  ])
  func failureOfTheEnvironmentIsNotTheFilesFault(failure: FileError) throws {
    let fault = ClipReadError(reason: .unreadable, detail: "No.", failure: failure)
    guard case .failed("IM1", failure) = try outcome(fault) else {
      return #expect(Bool(false), "\(failure) was taken for a fault of the file")
    }
  }

  @Test func fileThatMayNotBeReadIsUnfinished() throws {
    let fault = ClipReadError(
      reason: .unreadable, detail: "No.", failure: FileError(.open, .inbox, code: EACCES))
    guard case .read(let file) = try outcome(fault), case .unfinished(.unreadable, _) = file.assessed.verdict
    else { return #expect(Bool(false), "it may be read later") }
  }

  @Test func fileThatWentOrBecameALinkIsNews() throws {
    for code in [ENOENT, ELOOP, ENOTDIR] {
      let fault = ClipReadError(
        reason: .unreadable, detail: "No.", failure: FileError(.open, .inbox, code: code))
      guard case .changed("IM1") = try outcome(fault) else {
        #expect(Bool(false), "errno \(code) was taken for a fault of the file")
        continue
      }
    }
  }

  @Test func faultOfTheFileIsItsEnd() throws {
    let outcome = try outcome(ClipReadError(reason: .corrupt, detail: "It is damaged."))
    guard case .read(let file) = outcome, case .loose(.quarantined, .corrupt, _) = file.assessed.verdict
    else { return #expect(Bool(false), "a damaged file is quarantined") }
  }

  /// Of files whose headers are asked for together, the ones that went take no other's header.
  @Test func eachOfManyFilesHasItsOwnOutcome() throws {
    let names = (0..<6).map { "IM\($0)" }
    for name in names {
      try folder.write(Fake.file(study: "1.2.\(name.last!)", instance: "1.3"), to: "in/" + name)
    }
    let files = try names.map { name in
      ScanReport.File(
        path: name, stamp: FileStamp(try #require(try Files.examine(folder.path + "/in/" + name, .inbox))))
    }
    try Files.remove(folder.path + "/in/IM1", .inbox)
    try folder.write("another", to: "in/IM4")
    let assessor = FileAssessor(
      inbox: folder.path + "/in", spool: Spool(path: folder.path + "/spool"), headers: FakeHeaders(),
      memory: HeaderMemory())
    let outcomes = assessor.assess(files).map { outcome in
      switch outcome {
      case .read(let file): file.assessed.member?.studyInstanceUID ?? "of no study"
      case .changed(let path): "changed \(path)"
      case .failed(let path, _): "failed \(path)"
      }
    }
    #expect(outcomes == ["1.2.0", "changed IM1", "1.2.2", "1.2.3", "changed IM4", "1.2.5"])
  }

  /// The decoder itself cannot be started.
  @Test func programThatCannotBeStartedKeepsItsErrno() throws {
    try folder.write("x", to: "in/IM1")
    for path in [folder.path + "/none", folder.path] {
      let error = #expect(throws: ClipReadError.self) {
        try ClipReader.readHeader(path: folder.path + "/in/IM1", executable: path)
      }
      let failure = try #require(error?.failure)
      #expect(failure.place == .program && failure.isOfTheEnvironment)
      #expect(failure.code == (path == folder.path ? EACCES : ENOENT))
      var budget = ArchiveBudget(.standard)
      #expect(throws: failure) {
        try ArchiveReader.read(
          folder.path + "/in/IM1", unpacks: false, budget: &budget, into: NoReceiver(), executable: path)
      }
    }
  }
}
