import Dispatch
import Glibc

/// Runs the operator's command for each published study, one at a time, until it succeeds. What is yet to be told
/// stands in the journal, and a restart goes on with it.
///
/// `@unchecked Sendable`: what changes is used on `desk` only.
final class Announcer: @unchecked Sendable {
  private let desk = DispatchQueue(label: "hinged.announcer")
  private let store: StudyStore
  private let log: Log
  private let hash: KeyedHash
  private var command: String?
  private var outbox = ""
  private var streak = 0
  private var isStopped = false
  private var isWaiting = false

  private static let deadlineSeconds = 300.0

  init(store: StudyStore, log: Log, hash: KeyedHash) {
    self.store = store
    self.log = log
    self.hash = hash
  }

  func set(_ configuration: Configuration) {
    desk.async { [self] in
      command = configuration.onPublished
      outbox = configuration.outbox
      announce()
    }
  }

  /// Something was published.
  func wake() { desk.async { [self] in announce() } }

  func stop() { desk.async { [self] in isStopped = true } }

  private func announce() {
    guard let command, !isStopped, !isWaiting else { return }
    let due = store.read { ledger in
      ledger.open.values.filter(\.isToBeAnnounced).sorted { $0.claim.id < $1.claim.id }
    }
    for state in due {
      guard let revision = state.published, !isStopped else { return }
      let status = ChildProcess.run([command, outbox + "/" + revision.name], seconds: Self.deadlineSeconds)
      if status == 0, (try? store.record(.announced, of: state.claim.id)) != nil {
        streak = 0
        continue
      }
      return tryLater(state, status)
    }
  }

  private func tryLater(_ state: StudyState, _ status: Int32?) {
    streak += 1
    isWaiting = true
    let delay = RetryPolicy.delay(streak: streak, jitter: 1)
    let end = status.map { "exit status \($0)" } ?? "no end in time"
    log.warning(
      "on_published failed with \(end)",
      ["study": hash.name(of: state.claim.study ?? ""), "retry_seconds": "\(Int(delay))"])
    desk.asyncAfter(deadline: .now() + delay) { [self] in
      isWaiting = false
      announce()
    }
  }
}

/// Runs a program to its end.
enum ChildProcess {
  /// - Returns: The exit status, 128 and the signal's number, or `nil` if it had to be killed or did not start.
  static func run(_ arguments: [String], seconds: Double) -> Int32? {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A thread of Dispatch blocks signals, and a child inherits that.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    var pid: pid_t = 0
    let words = arguments.map { strdup($0) }
    defer { for word in words { free(word) } }
    guard posix_spawn(&pid, arguments[0], &actions, &attributes, words + [nil], environ) == 0 else {
      return nil
    }
    return wait(for: pid, seconds: seconds)
  }

  private static func wait(for pid: pid_t, seconds: Double) -> Int32? {
    let deadline = SystemClock.monotonic() + seconds
    var status: Int32 = 0
    while true {
      let result = waitpid(pid, &status, WNOHANG)
      if result == pid { return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F }
      if result < 0 && errno != EINTR { return nil }
      if SystemClock.monotonic() > deadline {
        kill(pid, SIGKILL)
        waitpid(pid, &status, 0)
        return nil
      }
      usleep(10_000)
    }
  }
}
