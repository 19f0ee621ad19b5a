import Dispatch
import Glibc
import Platform
import Spool
import Study

/// Queue `hinged.announcer`. Runs the operator's command for each published study, one at a time, until it succeeds. One
/// that it fails for is tried again later and holds up no other. What is yet to be announced is in the journal, and
/// a restart goes on with it.
///
/// `@unchecked Sendable`: what changes is used on `queue` only.
final class Announcer: Service, @unchecked Sendable {
  private let queue = DispatchQueue(label: "hinged.announcer")
  private let store: StudyStore
  private let log: Log
  private let hash: KeyedHash
  private let outbox: String
  private var command: String?
  /// Failures in a row, by claim.
  private var streaks: [Int: Int] = [:]
  /// Claims whose next try is yet to come.
  private var waiting: Set<Int> = []
  /// Claims for which nothing is left to be run, and the journal does not say so yet: where that cannot be written down,
  /// the command is not run a second time.
  private var announced: Set<Int> = []
  private let isStopped = Guarded(false)
  /// Why it last failed for a claim, by claim.
  private let problems = Guarded<[Int: String]>([:])

  private static let deadlineSeconds = 300.0

  init(_ configuration: Configuration, _ store: StudyStore, _ hash: KeyedHash, _ log: Log) {
    outbox = configuration.outbox
    command = configuration.onPublished
    self.store = store
    self.log = log
    self.hash = hash
  }

  func start() { wake() }

  func reload(_ configuration: Configuration) {
    queue.async { [self] in
      command = configuration.onPublished
      if command == nil { problems.withLock { $0 = [:] } }
      announce()
    }
  }

  /// Something was published.
  func wake() { queue.async { [self] in announce() } }

  /// No command is begun any more. One that runs goes on: it may be near its end, and the journal has it as due until
  /// it has succeeded.
  func drain() { isStopped.withLock { $0 = true } }

  private func announce() {
    dispatchPrecondition(condition: .onQueue(queue))
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
      if !announced.contains(id), let folder = try folder(of: state) {
        // What it prints belongs to the daemon's log, and standard output is nobody's.
        let hook = try ChildProgram(
          command, [command, folder], output: .descriptor(STDERR_FILENO), errors: .descriptor(STDERR_FILENO))
        let end = hook.wait(seconds: Self.deadlineSeconds)
        guard end == .exited(0) else {
          return "on_published failed with " + (end.map { "exit status \($0.status)" } ?? "no end in time")
        }
      }
      announced.insert(id)
      try store.record(.announced, of: id)
    } catch {
      return "on_published cannot be brought to its end: \(error)"
    }
    announced.remove(id)
    streaks[id] = nil
    problems.withLock { $0[id] = nil }
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
    // What fails again and again is logged when it first does, and `status` tells of it as long as it lasts.
    if problems.withLock({ $0.updateValue(problem, forKey: id) }) != problem {
      log.warning(problem, ["study": name(of: state), "retry_seconds": "\(Int(delay))"])
    }
    queue.asyncAfter(deadline: .now() + delay) { [self] in
      waiting.remove(id)
      announce()
    }
  }

  func describe(_ status: inout StatusSnapshot) {
    status.health.deliveries = problems.withLock { problems in
      problems.max { $0.key < $1.key }.map { .init(count: problems.count, text: $0.value) }
    }
  }

  private func name(of state: StudyState) -> String { hash.name(of: state.claim.study ?? "") }
}
