import CPlatform
import Glibc

/// A program in a process of its own. Used by one thread at a time.
///
/// Whatever this process is and has, the program is given:
/// - **Signals**: the default disposition of each, and none is blocked. The daemon ignores SIGPIPE and Dispatch blocks
///   signals on its threads, and a child would inherit both.
/// - **A process group** of its own, with its number, so that `end`, `signal` and the deadline of `wait(seconds:)` reach
///   all that it has started and that has not left the group.
/// - **Descriptors**: 0 to 2 as given, those of `passing` from 3 on in their order, and no other, whether or not it
///   closes on exec.
/// - **Environment**: as given.
///
/// It ends with the last reference to it: the group is killed and the process reaped.
package final class ChildProgram {
  /// What one of the descriptors 0 to 2 is.
  package enum Stream: Sendable {
    /// `/dev/null`.
    case null
    /// A copy of a descriptor of this process, which stays the caller's.
    case descriptor(Int32)
    /// A file that is written to from its end on; made where there is none, for its owner alone.
    case file(String)
  }

  /// How it ended.
  package enum End: Equatable, Sendable {
    case exited(Int32)
    /// By a signal of that number.
    case killed(Int32)

    /// As a shell says it: the exit status, or 128 and the signal's number.
    package var status: Int32 {
      switch self {
      case .exited(let status): status
      case .killed(let signal): 128 + signal
      }
    }
  }

  package let pid: pid_t
  /// `nil` until it was reaped; from then on the number may be another process's.
  package private(set) var ending: End?

  /// - Parameters:
  ///   - program: The executable's path. No folders are searched for it.
  ///   - words: All words, the program's own name first.
  ///   - environment: `NAME=value` each; this process's own by default.
  /// - Throws: The errno of the call that failed, which is never the fault of what the program is to work on
  ///   (`FileError.isOfTheEnvironment`).
  package init(
    _ program: String, _ words: [String], environment: [String] = ChildProgram.environment,
    input: Stream = .null, output: Stream = .null, errors: Stream = .null, passing: [Int32] = []
  ) throws(FileError) {
    let actions = try SpawnActions([(input, O_RDONLY), (output, O_WRONLY), (errors, O_WRONLY)], passing)
    let attributes = SpawnAttributes()
    var pid: pid_t = 0
    let code = withCStrings(words) { words in
      withCStrings(environment) { environment in
        posix_spawn(&pid, program, &actions.raw, &attributes.raw, words, environment)
      }
    }
    guard code == 0 else { throw FileError(.start, .program, code: code) }
    self.pid = pid
  }

  /// A child that another program made for this one (`hd_fork_sibling`), in a process group of its own from here on.
  package init(adopting pid: pid_t) {
    self.pid = pid
    // It does so itself, and one of the two comes first; it executes nothing, after which the system would refuse.
    setpgid(pid, pid)
  }

  deinit { end() }

  /// This process's own environment.
  package static var environment: [String] {
    var variables: [String] = []
    var next = environ
    while let variable = next.pointee {
      variables.append(String(cString: variable))
      next += 1
    }
    return variables
  }

  package var isRunning: Bool {
    reap(WNOHANG)
    return ending == nil
  }

  /// Waits for its end.
  @discardableResult package func wait() -> End {
    while true {
      if let ending { return ending }
      reap(0)
    }
  }

  /// Waits for its end until a deadline, at which the group is killed.
  /// - Returns: `nil` where it had to be.
  package func wait(seconds: Double) -> End? {
    let deadline = SystemClock.monotonic() + seconds
    while isRunning {
      guard SystemClock.monotonic() < deadline else {
        end()
        return nil
      }
      usleep(Self.pauseMicroseconds)
    }
    return ending
  }

  /// Sends a signal to the group, unless the program is known to have ended.
  package func signal(_ number: Int32) {
    if ending == nil { kill(-pid, number) }
  }

  /// Kills the group, if the program has not ended by itself, and reaps the program.
  @discardableResult package func end() -> End {
    signal(SIGKILL)
    return wait()
  }

  private func reap(_ options: Int32) {
    guard ending == nil else { return }
    var status: Int32 = 0
    let result = waitpid(pid, &status, options)
    if result == pid {
      let signal = status & 0x7F
      ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
    } else if result < 0, errno != EINTR {
      // Somebody else has reaped it, and how it ended is not to be had.
      ending = .exited(ExitCode.software)
    }
  }

  private static let pauseMicroseconds: UInt32 = 10_000
}

/// What the child does with its descriptors before the program begins.
private final class SpawnActions {
  var raw = posix_spawn_file_actions_t()
  /// Copies above all numbers that the child uses, so that none is overwritten on the way.
  private var lifted: [Int32] = []

  private static let firstFree: Int32 = 64

  init(_ streams: [(stream: ChildProgram.Stream, flags: Int32)], _ passing: [Int32]) throws(FileError) {
    posix_spawn_file_actions_init(&raw)
    for (number, (stream, flags)) in streams.enumerated() {
      switch stream {
      case .null: posix_spawn_file_actions_addopen(&raw, Int32(number), "/dev/null", flags, 0)
      case .descriptor(let descriptor): try add(descriptor, as: Int32(number))
      case .file(let path):
        posix_spawn_file_actions_addopen(&raw, Int32(number), path, flags | O_CREAT | O_APPEND, 0o600)
      }
    }
    for (place, descriptor) in passing.enumerated() { try add(descriptor, as: Int32(streams.count + place)) }
    hd_close_from(&raw, Int32(streams.count + passing.count))
  }

  private func add(_ descriptor: Int32, as number: Int32) throws(FileError) {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, Self.firstFree)
    guard copy >= 0 else { throw FileError(.start, .program) }
    lifted.append(copy)
    posix_spawn_file_actions_adddup2(&raw, copy, number)
  }

  deinit {
    for descriptor in lifted { close(descriptor) }
    posix_spawn_file_actions_destroy(&raw)
  }
}

/// What the child is when the program begins.
private final class SpawnAttributes {
  var raw = posix_spawnattr_t()

  init() {
    posix_spawnattr_init(&raw)
    var (all, none) = (sigset_t(), sigset_t())
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&raw, &all)
    posix_spawnattr_setsigmask(&raw, &none)
    posix_spawnattr_setpgroup(&raw, 0)
    posix_spawnattr_setflags(
      &raw, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
  }

  deinit { posix_spawnattr_destroy(&raw) }
}

private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}
