import Dispatch
import Foundation
import Platform
import Spool
import Study

/// Control queue. Tells what the daemon does: in the spool's status file, for `hinged status` and `hinged explain`, and
/// to the service manager.
///
/// `@unchecked Sendable`: what changes is used on `control` only.
final class StatusReporter: Service, @unchecked Sendable {
  private let control: DispatchQueue
  private let spool: Spool
  private let notify: SystemdNotify
  private let version: String
  private var configuration: Configuration
  private var last: StatusSnapshot?

  /// How old a status that still holds may become before it is written again.
  private static let longestMilliseconds: Int64 = 10_000

  init(
    _ configuration: Configuration, on control: DispatchQueue, _ spool: Spool, _ notify: SystemdNotify,
    version: String
  ) {
    self.configuration = configuration
    self.control = control
    self.spool = spool
    self.notify = notify
    self.version = version
  }

  func reload(_ configuration: Configuration) { self.configuration = configuration }

  /// Writes the status where it is another one than before, or old.
  func write(_ phase: LifecycleState.Phase, of services: [any Service]) {
    dispatchPrecondition(condition: .onQueue(control))
    var status = StatusSnapshot(
      time: SystemClock.utc(), process: ProcessInfo.processInfo.processIdentifier, version: version,
      phase: phase, scanSeconds: configuration.scanSeconds, stageSeconds: configuration.stageSeconds)
    for service in services { service.describe(&status) }
    if let last, status.time - last.time <= Self.longestMilliseconds, status.tellsTheSame(as: last) { return }
    last = status
    try? status.write(spool)
    notify.status(Self.line(status))
  }

  private static func line(_ status: StatusSnapshot) -> String {
    if let pause = status.pause { return "paused: \(pause)" }
    if !status.inbox.isReachable { return "the inbox cannot be read" }
    return "\(status.running.count) running, \(status.queued) queued, \(status.pending.count) gathering"
  }
}
