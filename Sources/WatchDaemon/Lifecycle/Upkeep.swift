import Dispatch
import Platform
import Spool
import Study

/// Control queue. What the daemon does by the clock for its own sake: old inputs are removed, memory is given back, a journal
/// that could not be rewritten is tried again.
///
/// `@unchecked Sendable`: what changes is used on `control` only.
final class Upkeep: Service, @unchecked Sendable {
  private let control: DispatchQueue
  private let store: StudyStore
  private let claims: ClaimService
  private var keepDoneDays: Int?
  private var lastPurge = -MonotonicSeconds.infinity
  private var lastRetry = -MonotonicSeconds.infinity
  /// The store's version when free memory was last given back.
  private var versionAtRelease: Int?

  private static let purgeSeconds = 3600.0
  /// Rewriting a journal that cannot be rewritten may take seconds each time.
  private static let retrySeconds = 300.0
  private static let millisecondsADay: Int64 = 86_400_000

  init(_ configuration: Configuration, on control: DispatchQueue, _ store: StudyStore, claims: ClaimService) {
    keepDoneDays = configuration.keepDoneDays
    self.control = control
    self.store = store
    self.claims = claims
  }

  func reload(_ configuration: Configuration) { keepDoneDays = configuration.keepDoneDays }

  func tick() {
    dispatchPrecondition(condition: .onQueue(control))
    releaseMemory()
    let now = SystemClock.monotonic()
    if now - lastRetry > Self.retrySeconds {
      lastRetry = now
      store.retryRewriting()
    }
    if let keepDoneDays, now - lastPurge > Self.purgeSeconds {
      lastPurge = now
      claims.purge(before: SystemClock.utc() - Int64(keepDoneDays) * Self.millisecondsADay)
    }
  }

  /// What a study needed while it was in work is not kept for the next one: that may come tomorrow.
  private func releaseMemory() {
    let version = store.version
    if version == versionAtRelease { return }
    versionAtRelease = version
    MachineShare.releaseFreeMemory()
  }
}
