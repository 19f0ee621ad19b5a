import Platform
import Spool
import Study

/// What happened to a claim.
enum StudyRunEvent: Sendable {
  case published(Int, PublishedRevision, StudyReport.Status)
  /// What came of it is in the outbox already, in this revision.
  case nothingNew(Int, PublishedRevision)
  /// Files of an inbox that is only read are no longer there as they were.
  case lost(Int, [ClaimedFile])
  case settled(StudyState)
  case failed(Int, StudyFailure, RetryPolicy.Disposition)
}

/// Any queue, for it keeps nothing of its own. Tells log and metrics of what happened to claims.
struct StudyEvents: Sendable {
  let store: StudyStore
  let hash: KeyedHash
  let metrics: MetricsReporter
  let log: Log

  /// - Parameter isNews: The log has not told it before.
  func report(_ event: StudyRunEvent, isNews: Bool) {
    switch event {
    case .published(let id, let revision, let status): reportPublished(id, revision, status)
    case .nothingNew(let id, let revision): reportNothingNew(id, revision)
    case .lost(let id, let files):
      log.warning(
        "files changed or went away while their study was in work; they are claimed again where they are found",
        ["study": study(of: id), "claim": "c\(id)", "files": "\(files.count)"])
    case .settled(let state): reportSettled(state)
    case .failed(let id, let failure, let disposition):
      if failure.kind == .interrupted { return }
      metrics.count { $0.retried() }
      if isNews { reportFailed(id, failure, disposition) }
    }
  }

  private func reportPublished(_ id: Int, _ revision: PublishedRevision, _ status: StudyReport.Status) {
    let claim = store.state(of: id)?.claim
    let seconds = claim.map { Double(SystemClock.utc() - $0.firstSeenAt) / 1000 } ?? 0
    log.notice(
      "published",
      [
        "study": hash.name(of: claim), "claim": "c\(id)", "revision": "\(revision.number)",
        "status": status.rawValue, "seconds": "\(Int(seconds))",
      ])
    metrics.count { $0.published(at: Double(SystemClock.utc()) / 1000) }
  }

  private func reportNothingNew(_ id: Int, _ revision: PublishedRevision) {
    log.notice(
      "nothing new: the result stays as it is",
      ["study": study(of: id), "claim": "c\(id)", "revision": "\(revision.number)"])
  }

  private func reportSettled(_ state: StudyState) {
    metrics.count { metrics in
      if state.claim.study != nil, let status = state.status {
        metrics.studyEnded(status.rawValue, reason: state.published == nil ? state.lastFailure?.reason : nil)
      }
      for file in state.claim.files { if let end = file.end { metrics.fileEnded(end) } }
    }
    let setAside = state.claim.files.filter { $0.end?.isSetAside == true }
    guard !setAside.isEmpty else { return reportCopies(state) }
    let reasons = Set(setAside.compactMap { $0.end?.reason?.rawValue }).sorted().joined(separator: ",")
    log.warning(
      "files set aside",
      [
        "study": hash.name(of: state.claim), "claim": state.claim.folderName, "files": "\(setAside.count)",
        "reasons": reasons,
      ])
  }

  /// A claim that had nothing to be worked on.
  private func reportCopies(_ state: StudyState) {
    let ends = state.claim.files.compactMap(\.end)
    guard state.published == nil, !ends.isEmpty, ends.allSatisfy({ $0.reason == .duplicate }) else { return }
    log.notice(
      "nothing new: every file is a copy of one that came before",
      ["study": hash.name(of: state.claim), "claim": state.claim.folderName, "files": "\(ends.count)"])
  }

  private func reportFailed(_ id: Int, _ failure: StudyFailure, _ disposition: RetryPolicy.Disposition) {
    let next =
      switch disposition {
      case .leave: "left for the next start"
      case .release(let seconds), .retry(let seconds): "tried again in \(Int(seconds.rounded(.up))) s"
      case .quarantine: "quarantined"
      }
    log.warning(
      failure.detail,
      [
        "study": study(of: id), "claim": "c\(id)", "stage": failure.stage.rawValue,
        "reason": failure.reason?.rawValue ?? failure.kind.rawValue, "next": next,
      ])
  }

  private func study(of id: Int) -> String { hash.name(of: store.state(of: id)?.claim) }
}
