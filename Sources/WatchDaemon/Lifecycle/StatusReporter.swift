import Dispatch
import Foundation
import Platform
import Spool
import Study

/// Control queue, with queue `hinged.status` for the file. Tells what the daemon does: in the spool's status file, for `hinged status` and `hinged explain`, and
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
  private let files = DispatchQueue(label: "hinged.status")
  /// Why the file could not be written last time.
  private let problem = Guarded<String?>(nil)

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

  /// Returns when what was to be written is written.
  func flush() { files.sync {} }

  func describe(_ status: inout StatusSnapshot) {
    status.health.unusable[FileError.Place.spool.rawValue] = problem.withLock { $0 }
  }

  /// How things stand.
  func snapshot(_ phase: LifecycleState.Phase, of services: [any Service]) -> StatusSnapshot {
    dispatchPrecondition(condition: .onQueue(control))
    var status = StatusSnapshot(
      time: SystemClock.utc(), process: ProcessInfo.processInfo.processIdentifier, version: version,
      phase: phase, scanSeconds: configuration.scanSeconds, stageSeconds: configuration.stageSeconds)
    for service in services { service.describe(&status) }
    return status
  }

  /// Writes the status where it is another one than before, or old.
  func write(_ status: StatusSnapshot) {
    dispatchPrecondition(condition: .onQueue(control))
    if let last, status.time - last.time <= Self.longestMilliseconds, status.tellsTheSame(as: last) { return }
    last = status
    // A disk that hangs holds up nothing but this.
    files.async { [self] in
      do throws(FileError) {
        try status.write(spool)
        problem.withLock { $0 = nil }
      } catch { problem.withLock { $0 = "\(error)" } }
    }
    notify.status(Self.line(status))
  }

  private static func line(_ status: StatusSnapshot) -> String {
    if let trouble = status.troubles(now: status.time).first { return trouble.problem }
    return "\(status.running.count) running, \(status.queued) queued, \(status.pendingCount) gathering"
  }
}
