import Dispatch
import Platform
import Spool
import Study

/// Control queue. Writes the metrics file. What is counted is counted on any queue, behind a lock.
///
/// `@unchecked Sendable`: what changes is used on `control` only, but for `counts`.
final class MetricsReporter: Service, @unchecked Sendable {
  private let counts = Guarded(MetricsState())
  private let control: DispatchQueue
  private let store: StudyStore
  private let version: String
  private let log: Log
  private var path: String?
  /// With the version of the ledger that was summed: counting 100,000 files every few seconds would be most of what an
  /// idle daemon does.
  private var lastSums: (version: Int, sums: FileSums)?
  /// Why the file could not be written last time.
  private var problem: String?

  init(
    _ configuration: Configuration, on control: DispatchQueue, _ store: StudyStore, version: String, log: Log
  ) {
    path = configuration.metrics
    self.control = control
    self.store = store
    self.version = version
    self.log = log
  }

  /// What was counted so far.
  var counted: MetricsState { counts.withLock { $0 } }

  func count(_ body: (inout MetricsState) -> Void) { counts.withLock(body) }

  func reload(_ configuration: Configuration) { path = configuration.metrics }

  func describe(_ status: inout StatusSnapshot) {
    status.health.metrics = path == nil ? nil : problem
    status.health.sumsReconcile = fileSums().reconciles
  }

  func describe(_ gauges: inout MetricsState.Gauges) {
    let sums = fileSums()
    (gauges.quarantinedFiles, gauges.heldFiles) = (sums.count(.quarantined), sums.count(.held))
  }

  /// Writes the file, where the configuration names one.
  func write(of services: [any Service]) {
    dispatchPrecondition(condition: .onQueue(control))
    guard let path else { return }
    var gauges = MetricsState.Gauges()
    for service in services { service.describe(&gauges) }
    let text = counted.text(gauges, version: version)
    do throws(FileError) {
      try AtomicFile.write(Array(text.utf8), to: path, mode: 0o644, durable: false, .metrics)
      problem = nil
    } catch { problem = "\(error)" }
  }

  private func fileSums() -> FileSums {
    let version = store.version
    if let last = lastSums, last.version == version { return last.sums }
    let sums = FileSums(store.read { $0 })
    lastSums = (version, sums)
    return sums
  }
}
