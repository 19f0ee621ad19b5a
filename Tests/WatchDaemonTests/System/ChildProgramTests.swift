import Glibc
import Testing

@testable import Platform

/// Each promise of `ChildProgram`, as the program itself sees it.
@Suite struct ChildProgramTests {
  let folder = ScratchFolder()
  private var output: String { folder.path + "/output" }

  private func shell(
    _ script: String, environment: [String] = ["PATH=/usr/bin:/bin"], passing: [Int32] = []
  ) throws -> ChildProgram {
    try ChildProgram(
      "/bin/sh", ["sh", "-c", script], environment: environment, output: .file(output),
      errors: .file(output), passing: passing)
  }

  private func said() throws -> String { String(decoding: try Files.read(output, .scratch), as: UTF8.self) }

  @Test func signalsHaveTheirDefaultsAndNoneIsBlocked() throws {
    var (blocked, before) = (sigset_t(), sigset_t())
    sigemptyset(&blocked)
    sigaddset(&blocked, SIGUSR1)
    pthread_sigmask(SIG_BLOCK, &blocked, &before)
    let disposition = signal(SIGUSR2, SIG_IGN)
    defer {
      signal(SIGUSR2, disposition)
      pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    #expect(try shell("kill -USR1 $$; echo on").wait() == .killed(SIGUSR1))
    #expect(try shell("kill -USR2 $$; echo on").wait() == .killed(SIGUSR2))
    #expect(try shell("kill -PIPE $$; echo on").wait() == .killed(SIGPIPE))
    #expect(try said() == "")
  }

  @Test func programLeadsAGroupOfItsOwn() throws {
    let program = try shell("sleep 60; true")
    #expect(getpgid(program.pid) == program.pid && program.pid != getpgrp())
    program.signal(SIGTERM)
    #expect(program.wait() == .killed(SIGTERM))
  }

  @Test func deadlineEndsAllThatItHasStarted() throws {
    let program = try shell("sleep 60 & echo $!; wait")
    var text = ""
    while program.isRunning, !text.hasSuffix("\n") {
      usleep(10_000)
      text = try said()
    }
    let grandchild = try #require(pid_t(text.dropLast()))
    #expect(Self.isAlive(grandchild))
    #expect(program.wait(seconds: 0) == nil)
    #expect(program.ending == .killed(SIGKILL))
    for _ in 0..<1_000 where Self.isAlive(grandchild) { usleep(10_000) }
    #expect(!Self.isAlive(grandchild))
  }

  @Test func itHasTheDescriptorsThatItIsGivenAndNoOther() throws {
    try folder.write("first", to: "first")
    try folder.write("second", to: "second")
    let first = open(folder.path + "/first", O_RDONLY)
    let second = open(folder.path + "/second", O_RDONLY)
    // Not closed on exec, and of a number that the shell takes for nothing of its own.
    let leaking = fcntl(first, F_DUPFD, 90)
    defer { for descriptor in [first, second, leaking] { close(descriptor) } }
    let script = "cat <&4; cat <&3; cat; for fd in /proc/$$/fd/*; do echo ${fd##*/}; done"
    #expect(try shell(script, passing: [first, second]).wait() == .exited(0))
    let words = try said()
    #expect(words.hasPrefix("secondfirst0\n1\n2\n3\n4\n"), "\(words)")
    #expect(!words.contains("\n\(leaking)\n"), "\(words)")
  }

  @Test func environmentIsTheOneThatIsGiven() throws {
    let program = try ChildProgram(
      "/usr/bin/env", ["env"], environment: ["A=b", "C="], output: .file(output))
    #expect(program.wait() == .exited(0))
    #expect(try said() == "A=b\nC=\n")
    #expect(ChildProgram.environment.contains { $0.hasPrefix("PATH=") })
  }

  @Test func saysHowItEnded() throws {
    #expect(try shell("exit 7").wait() == .exited(7))
    #expect(try shell("exit 7").wait(seconds: 60)?.status == 7)
    #expect(try shell("kill -TERM $$").wait().status == 128 + SIGTERM)
  }

  @Test func whyItCannotBeStartedIsKeptAndIsNobodysFault() throws {
    for (path, code) in [(folder.path + "/none", ENOENT), (folder.path, EACCES)] {
      let error = #expect(throws: FileError.self) { try ChildProgram(path, ["x"]) }
      #expect(error == FileError(.start, .program, code: code) && error?.isOfTheEnvironment == true)
    }
    let error = #expect(throws: FileError.self) {
      try ChildProgram("/bin/sh", ["sh", "-c", "exit 0"], passing: [-1])
    }
    #expect(error == FileError(.start, .program, code: EBADF))
  }

  @Test func nothingIsLeftOfOneThatIsLetGo() throws {
    var program: ChildProgram? = try shell("exec sleep 60")
    let pid = try #require(program?.pid)
    #expect(Self.isAlive(pid))
    program = nil
    #expect(kill(pid, 0) != 0 && errno == ESRCH)
  }

  /// A process that has ended and waits to be reaped by whoever adopted it is none any more.
  private static func isAlive(_ pid: pid_t) -> Bool {
    guard let bytes = try? Files.read("/proc/\(pid)/stat", limit: 1 << 12, .lock) else { return false }
    let text = String(decoding: bytes, as: UTF8.self)
    return text[(text.lastIndex(of: ")") ?? text.startIndex)...].dropFirst(2).first != "Z"
  }
}
