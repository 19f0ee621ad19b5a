import Dispatch
import Platform
import Spool
import Study

/// Control queue. Decides what is claimed, and when: what is ready, as far as the queue and the disks have room for it.
/// What has none stays in the inbox, which is the backlog.
///
/// `@unchecked Sendable`: what changes is used on `control` only.
final class Admission: Service, @unchecked Sendable {
  private let control: DispatchQueue
  private let opened: OpenedSpool
  private let intake: Intake
  private let queue: InferenceQueue
  private let flow: ClaimFlow
  private let log: Log
  private var configuration: Configuration
  private var isOpen = false
  /// Why nothing is claimed now; `nil` when something may be.
  private var pause: String?

  init(
    _ configuration: Configuration, on control: DispatchQueue, _ opened: OpenedSpool, intake: Intake,
    queue: InferenceQueue, flow: ClaimFlow, log: Log
  ) {
    self.configuration = configuration
    self.control = control
    self.opened = opened
    self.intake = intake
    self.queue = queue
    self.flow = flow
    self.log = log
  }

  func start() { isOpen = true }

  func reload(_ configuration: Configuration) { self.configuration = configuration }

  func drain() { isOpen = false }

  /// Claims what is ready, as far as there is room for it.
  func admit() {
    dispatchPrecondition(condition: .onQueue(control))
    guard isOpen, hasSpace() else { return }
    claimLoose()
    for file in intake.boxes() { claim(plan.box(file, id: 0)) }
    claimCorrections()
    for study in intake.ready() {
      let history = opened.store.history(of: study.uid)
      // A study's claims follow one another: the second is a revision of the first.
      if history.isActive { continue }
      let plan = plan.study(
        study.uid, study.files, history: history, id: 0, firstSeenAt: SystemClock.utc(at: study.firstSeen),
        closedAtLimit: study.closedAtLimit)
      if plan.needsProcessing, !queue.snapshot.hasRoom { break }
      claim(plan)
    }
  }

  /// A correction waits for no more files, but for a result that is still to come.
  private func claimCorrections() {
    for (study, file, firstSeen) in intake.corrections() {
      let history = opened.store.history(of: study)
      let isToCome =
        intake.gathering.studies[study] != nil
        || (history.lastRevision != nil && SystemClock.monotonic() - firstSeen < configuration.limitSeconds)
      if history.isActive || (isToCome && !hasResult(history)) { continue }
      claim(plan.correction(file, of: study, id: 0, firstSeenAt: SystemClock.utc(at: firstSeen)))
    }
  }

  /// The journal need not know of it: `hinged process` and `hinged correct` publish too.
  private func hasResult(_ history: StudyHistory) -> Bool {
    guard !history.hasResult, let last = history.lastRevision else { return history.hasResult }
    return (try? Files.exists(configuration.outbox + "/" + last.name + "/study.json", .outbox)) ?? false
  }

  private var plan: ClaimPlan {
    ClaimPlan(moves: configuration.intake == .move, now: SystemClock.utc(), hash: opened.hash)
  }

  /// Files of no study, those that state one study together.
  private func claimLoose() {
    let decided = Dictionary(grouping: intake.decided(), by: \.file.assessed.statedStudy)
    for (study, files) in decided.sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
      for start in stride(from: 0, to: files.count, by: Self.filesAClaim) {
        let part = Array(files[start..<min(start + Self.filesAClaim, files.count)])
        claim(plan.loose(part, statedStudy: study, id: 0))
      }
    }
  }

  private static let filesAClaim = 1_000

  /// Writes the claim down, then has its files fetched. In that order: a file that left the inbox without a claim in
  /// the journal would be nobody's.
  private func claim(_ plan: Claim) {
    do throws(FileError) {
      let claims = try opened.store.claim { _, id in
        var claim = plan
        claim.id = id
        return [claim]
      }
      for claim in claims {
        intake.setClaimed(claim.files.map(\.source), study: claim.isCorrection ? nil : claim.study)
        log.info(
          "claimed",
          ["study": opened.hash.name(of: claim), "claim": claim.folderName, "files": "\(claim.files.count)"])
        flow.begin(claim)
      }
    } catch {
      log.error("nothing can be claimed: \(error)")
    }
  }

  /// Whether spool and outbox have the space that the configuration asks for.
  private func hasSpace() -> Bool {
    let needed = configuration.minFreeMegabytes << 20
    for (path, place) in [(opened.spool.path, FileError.Place.spool), (configuration.outbox, .outbox)] {
      let free = (try? Files.freeBytes(at: path, place)) ?? 0
      guard free < needed else { continue }
      pause =
        "the \(place.rawValue) has \(free >> 20) MiB free and min_free_mb is \(configuration.minFreeMegabytes)"
      return false
    }
    opened.store.keepReserve()
    pause = nil
    return true
  }

}

extension Admission {
  func describe(_ status: inout StatusSnapshot) {
    status.pause = pause
    let ready = Set(intake.ready().map(\.uid))
    let studies = intake.gathering.studies
    status.pendingCount = studies.count
    status.pendingFiles = studies.values.reduce(0) { $0 + $1.count }
    let listed = studies.map { uid, members in
      (uid, members, firstSeen: members.values.lazy.map(\.firstSeen).min() ?? 0)
    }
    .sorted { ($0.firstSeen, $0.0) < ($1.firstSeen, $1.0) }.prefix(StatusSnapshot.listed)
    status.pending = listed.map { uid, members, firstSeen in
      let quietAt = (members.values.lazy.map(\.changedAt).max() ?? 0) + configuration.quietSeconds
      return StatusSnapshot.Pending(
        study: uid, paths: Array(members.keys.sorted().prefix(StatusSnapshot.listedPaths)),
        fileCount: members.count, firstSeen: SystemClock.utc(at: firstSeen),
        quietAt: SystemClock.utc(at: quietAt),
        why: ready.contains(uid) ? whyNotClaimed(uid) : "more files may come")
    }
  }

  private func whyNotClaimed(_ uid: String) -> String {
    if let pause { return pause }
    if opened.store.history(of: uid).isActive { return "an earlier part of it is in work" }
    return queue.snapshot.hasRoom ? "its turn is next" : "the queue is full"
  }

  func describe(_ gauges: inout MetricsState.Gauges) { gauges.isPaused = pause != nil }
}
