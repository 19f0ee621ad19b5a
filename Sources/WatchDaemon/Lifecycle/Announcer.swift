import Dispatch
import Glibc
import Platform
import Spool
import Study

/// Runs the operator's command for each published study, one at a time, until it succeeds. One that it fails for is
/// tried again later and holds up no other. What is yet to be told stands in the journal, and a restart goes on with it.
///
/// `@unchecked Sendable`: what changes is used on `desk` only.
final class Announcer: @unchecked Sendable {
  private let desk = DispatchQueue(label: "hinged.announcer")
  private let store: StudyStore
  private let log: Log
  private let hash: KeyedHash
  private var command: String?
  private var outbox = ""
  /// Failures in a row, by claim.
  private var streaks: [Int: Int] = [:]
  /// Claims whose next try is yet to come.
  private var waiting: Set<Int> = []
  /// Claims for which nothing is left to be run, and the journal does not say so yet.
  private var told: Set<Int> = []
  private let isStopped = Guarded(false)

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

  /// No command is begun any more.
  func stop() { isStopped.withLock { $0 = true } }

  private func announce() {
    let due = store.read { ledger in
      ledger.open.values.filter(\.isToBeAnnounced).sorted { $0.claim.id < $1.claim.id }
    }
    for state in due where !waiting.contains(state.claim.id) {
      guard let command, !isStopped.withLock({ $0 }) else { return }
      if let problem = problem(running: command, for: state) { tryLater(state, problem) }
    }
  }

  /// - Returns: Why it is to be tried again.
  private func problem(running command: String, for state: StudyState) -> String? {
    let id = state.claim.id
    do throws(FileError) {
      if !told.contains(id), let folder = try folder(of: state) {
        let status = ChildProcess.run([command, folder], seconds: Self.deadlineSeconds)
        guard status == 0 else {
          return "on_published failed with " + (status.map { "exit status \($0)" } ?? "no end in time")
        }
      }
      told.insert(id)
      try store.record(.announced, of: id)
    } catch {
      return "on_published cannot be brought to its end: \(error)"
    }
    told.remove(id)
    streaks[id] = nil
    return nil
  }

  /// The published result; `nil` where it was taken away from the outbox, for good.
  private func folder(of state: StudyState) throws(FileError) -> String? {
    guard let revision = state.published else { return nil }
    let folder = outbox + "/" + revision.name
    if try Files.exists(folder, .outbox) { return folder }
    // Of an outbox that is not mounted nothing is there.
    guard try Files.exists(outbox + "/" + StagingFolder.parentName, .outbox) else {
      throw FileError(.examine, .outbox, code: ENOENT)
    }
    log.warning(
      "on_published is not run: the result was taken away from the outbox", ["study": name(of: state)])
    return nil
  }

  private func tryLater(_ state: StudyState, _ problem: String) {
    let id = state.claim.id
    streaks[id, default: 0] += 1
    waiting.insert(id)
    let delay = RetryPolicy.delay(streak: streaks[id] ?? 1, jitter: 1)
    log.warning(problem, ["study": name(of: state), "retry_seconds": "\(Int(delay))"])
    desk.asyncAfter(deadline: .now() + delay) { [self] in
      waiting.remove(id)
      announce()
    }
  }

  private func name(of state: StudyState) -> String { hash.name(of: state.claim.study ?? "") }
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
