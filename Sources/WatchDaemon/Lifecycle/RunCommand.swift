import Dispatch
import Foundation
import Glibc
import Lab
import Platform
import Spool
import Study

extension Command {
  static let run = Command(
    name: "run", operands: "", summary: "Watches the inbox until SIGTERM, and publishes to the outbox.",
    options: [configurationOption], run: { arguments in try DaemonRun(arguments).run() })
}

/// One call of `hinged run`: signals on one side, the daemon on the other.
final class DaemonRun {
  private let file: String
  private let configuration: Configuration
  private let log = Log()
  private var signals: [any DispatchSourceSignal] = []
  private let running = Running()

  init(_ arguments: Arguments) throws(CommandFailure) {
    file = try arguments.require("--config", "FILE")
    configuration = try Command.configuration(arguments)
  }

  func run() throws(CommandFailure) -> Int32 {
    // Everything in the spool is the daemon's user's alone; the configuration says who may read results.
    umask(configuration.outboxMode.mask)
    signal(SIGPIPE, SIG_IGN)
    for warning in ConfigurationCheck.warnings(configuration) { log.warning(warning) }
    let stopped = DispatchSemaphore(value: 0)
    listen()
    let daemon: Daemon
    do throws(DaemonFailure) {
      daemon = try Daemon(configuration, Self.parts(log, file)) { stopped.signal() }
    } catch {
      throw CommandFailure(code: error.exitCode, sentence: "\(error)")
    }
    running.withLock { $0 = daemon }
    daemon.start()
    stopped.wait()
    // All is written down. A thread that was given up at the deadline of draining may still be in C++ code, whose
    // static objects an orderly exit would destroy under it.
    withExtendedLifetime((signals, daemon)) { _exit(ExitCode.success) }
  }

  private static func parts(_ log: Log, _ file: String) -> Daemon.Parts {
    let memory = HeaderMemory()
    return Daemon.Parts(
      makeProcessor: { configuration throws(DaemonFailure) in
        try PipelineProcessor.make(configuration, memory)
      },
      headers: ClipHeaders(), headerMemory: memory, log: log,
      cores: MachineShare.processors,
      version: Software.version, configurationFile: file)
  }

  /// Signals are heard before there is a daemon: one that comes while the model is loaded ends the process, for
  /// nothing has begun yet.
  private func listen() {
    let end: @Sendable () -> Void = { [running] in
      guard let daemon = running.withLock({ $0 }) else { exit(ExitCode.success) }
      daemon.terminate()
    }
    on(SIGTERM, end)
    on(SIGINT, end)
    on(SIGHUP) { [running, file] in running.withLock { $0 }?.reload(file) }
  }

  private func on(_ number: Int32, _ body: @escaping @Sendable () -> Void) {
    let source = DispatchSource.makeSignalSource(
      signal: number, queue: DispatchQueue(label: "hinged.signals"))
    source.setEventHandler(handler: body)
    // On Linux the source takes the signal from its default action itself. To ignore it before that would lose one
    // that comes in between.
    // The source is set up on a thread of its own. Until it is, the signal does what it does to any program, and the
    // service manager must not hear before then that the daemon is ready.
    let isHeard = DispatchSemaphore(value: 0)
    source.setRegistrationHandler { isHeard.signal() }
    source.activate()
    isHeard.wait()
    signals.append(source)
  }
}

/// The daemon once there is one, for the signals' queue.
private final class Running: Sendable {
  private let daemon = Guarded<Daemon?>(nil)

  func withLock<T: Sendable>(_ body: (inout Daemon?) -> T) -> T { daemon.withLock { body(&$0) } }
}
