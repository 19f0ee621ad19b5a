import Foundation
import Platform

/// A child process whose output goes to a file.
final class Child {
  private let program: ChildProgram

  var pid: pid_t { program.pid }
  var isRunning: Bool { program.isRunning }

  /// - Parameters:
  ///   - output: The file that standard output and standard error go to, from its end on.
  ///   - variables: Added to this process's environment.
  init(_ words: [String], output: String, environment variables: [String: String] = [:]) throws {
<<<<<<< HEAD
    let environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    program = try ChildProgram(
      words[0], words, environment: environment.map { "\($0.key)=\($0.value)" }, output: .file(output),
      errors: .file(output))
=======
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    let arguments = words.map { strdup($0) }
    let own = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    let environment = own.map { strdup("\($0.key)=\($0.value)") }
    defer { for text in arguments + environment { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, words[0], &actions, &attributes, arguments + [nil], environment + [nil])
    guard code == 0 else { throw Failure(code: code) }
    self.pid = pid
  }

  struct Failure: Error { var code: Int32 }

  deinit {
    if status == nil {
      kill(pid, SIGKILL)
      wait()
    }
  }

  var isRunning: Bool {
    guard status == nil else { return false }
    var raw: Int32 = 0
    let ended = waitpid(pid, &raw, WNOHANG)
    if ended == 0 || ended < 0 && errno == EINTR { return true }
    status = ended == pid ? raw : -1
    return false
>>>>>>> tests
  }

  /// No child of the tests takes as long.
  static let longestSeconds = 300.0

  /// The exit status, or 128 and the number of the signal that ended it. One that does not end is killed, and is told
  /// by that.
  @discardableResult
<<<<<<< HEAD
  func wait() -> Int32 { program.wait().status }
=======
  func wait(seconds: Double = longestSeconds) -> Int32 {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while isRunning {
      if Date() > deadline { kill(pid, SIGKILL) }
      usleep(2_000)
    }
    let raw = status ?? -1
    return raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + raw & 0x7F
  }
>>>>>>> tests
}
