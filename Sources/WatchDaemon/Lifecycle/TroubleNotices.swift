import Dispatch
import Foundation
import Glibc
import Platform
import Spool
import Study

/// Queues `hinged.troubles` for the file, `hinged.trouble-command` for the command. Remembers in the spool which troubles
/// there are, and runs the operator's command once when one starts and once when it ends, in their order, each until it
/// succeeds. A restart goes on with what is left.
///
/// `@unchecked Sendable`: `streak` is used on `commands` only; a lock guards the rest.
final class TroubleNotices: Service, @unchecked Sendable {
  /// One call of the command.
  struct Notice: Codable, Sendable, Equatable {
    enum Edge: String, Codable, Sendable { case start, end }
    var trouble: Trouble.Name
    var edge: Edge
  }

  /// What the spool's file says.
  struct Record: Codable, Sendable, Equatable {
    var watch = TroubleWatch()
    /// In the order in which they came.
    var due: [Notice] = []
  }

  private struct State {
    var record = Record()
    var command: String?
    /// Why the first of what is due is still due.
    var problem: String?
    var isStopped = false
    var isWritten = true
  }

  private let files = DispatchQueue(label: "hinged.troubles")
  private let commands = DispatchQueue(label: "hinged.trouble-command")
  private let spool: Spool
  private let state: Guarded<State>
  private var streak = 0

  private static let deadlineSeconds = 300.0
  /// Of a command that fails for ever the oldest messages are given up.
  static let longest = 1_000

  init(_ configuration: Configuration, _ spool: Spool) {
    self.spool = spool
    let bytes = try? Files.read(spool.troubles, .spool)
    let record = bytes.flatMap { try? JSONDecoder().decode(Record.self, from: Data($0)) } ?? Record()
    state = Guarded(State(record: record, command: configuration.onTrouble))
  }

  /// The troubles that an earlier process left.
  var inherited: TroubleWatch { state.withLock { $0.record.watch.inherited } }

  func start() { run() }

  func reload(_ configuration: Configuration) {
    state.withLock { state in
      state.command = configuration.onTrouble
      if state.command == nil { (state.record.due, state.problem) = ([], nil) }
    }
    run()
  }

  func drain() { state.withLock { $0.isStopped = true } }

  /// Returns when what was to be written is written.
  func flush() { files.sync {} }

  /// Takes in how things stand, and tells of what has started and ended. Of a command that fails it cannot tell by that
  /// command.
  func take(_ edges: [TroubleWatch.Edge], _ watch: TroubleWatch) {
    state.withLock { state in
      state.record.watch = watch
      state.isWritten = false
      guard state.command != nil else { return }
      state.record.due += edges.map(Notice.init).filter { $0.trouble != .troubleCommandFails }
      state.record.due.removeFirst(max(0, state.record.due.count - Self.longest))
    }
    files.async { [self] in write() }
    run()
  }

  private func run() { commands.async { [self] in runAll() } }

  private func runAll() {
    dispatchPrecondition(condition: .onQueue(commands))
    while true {
      let next = state.withLock { state -> (String, Notice)? in
        guard !state.isStopped, let command = state.command, let notice = state.record.due.first else {
          return nil
        }
        return (command, notice)
      }
      guard let (command, notice) = next else { return }
      if let problem = Self.problem(running: command, for: notice) { return tryLater(problem) }
      streak = 0
      state.withLock { state in
        if state.record.due.first == notice { state.record.due.removeFirst() }
        (state.problem, state.isWritten) = (nil, false)
      }
      files.sync { write() }
    }
  }

  /// - Returns: Why it is to be tried again.
  private static func problem(running command: String, for notice: Notice) -> String? {
    do throws(FileError) {
      let words = [command, notice.trouble.rawValue, notice.edge.rawValue]
      let child = try ChildProgram(
        command, words, output: .descriptor(STDERR_FILENO), errors: .descriptor(STDERR_FILENO))
      let end = child.wait(seconds: deadlineSeconds)
      if end == .exited(0) { return nil }
      return end.map { "exit status \($0.status)" } ?? "no end in time"
    } catch {
      return "\(error)"
    }
  }

  private func tryLater(_ problem: String) {
    streak += 1
    state.withLock { $0.problem = problem }
    commands.asyncAfter(deadline: .now() + RetryPolicy.delay(streak: streak, jitter: 1)) { [weak self] in
      // Whatever woke it meanwhile has its own turn of this queue, and found the same first message.
      self?.runAll()
    }
  }

  /// On a disk that takes nothing the memory of this process serves.
  private func write() {
    dispatchPrecondition(condition: .onQueue(files))
    let record = state.withLock { state -> Record? in
      defer { state.isWritten = true }
      return state.isWritten ? nil : state.record
    }
    guard let record, let data = try? JSONEncoder().encode(record) else { return }
    do throws(FileError) {
      try AtomicFile.write(Array(data), to: spool.troubles, mode: 0o600, .spool)
    } catch {
      state.withLock { $0.isWritten = false }
    }
  }

  func describe(_ status: inout StatusSnapshot) {
    status.health.notices = state.withLock { state in
      state.problem.map { HealthFacts.Problem(count: state.record.due.count, text: $0) }
    }
  }
}

extension TroubleNotices.Notice {
  init(_ edge: TroubleWatch.Edge) {
    switch edge {
    case .start(let trouble): self.init(trouble: trouble.name, edge: .start)
    case .end(let trouble, _): self.init(trouble: trouble.name, edge: .end)
    }
  }
}
