import Glibc

/// The walk of one claimed study from the spool to its end, in turns. It goes by what the journal says, so that it
/// goes on after a crash where that left it.
///
/// `@unchecked Sendable`: the queue runs one turn of a claim at a time.
final class StudyRun: @unchecked Sendable {
  /// What the walk needs of the daemon.
  struct Tools: Sendable {
    var store: StudyStore
    var spool: Spool
    var claimant: Claimant
    var publisher: OutboxPublisher
    var settlement: Settlement
    var retry: RetryPolicy
    var announces: Bool
    var onEvent: @Sendable (StudyRunEvent) -> Void
  }

  private let id: Int
  private let tools: Tools
  private let processor: any StudyProcessor
  let context: StudyContext

  private var work: (any StudyWork)?
  private var staging: StagingFolder?
  private var revision: PublishedRevision?
  /// Failures in a row, for the length of the pause after them.
  private var streak = 0

  init(claim id: Int, processor: any StudyProcessor, context: StudyContext, tools: Tools) {
    self.id = id
    self.processor = processor
    self.context = context
    self.tools = tools
  }

  /// Goes on to where others should have a turn.
  func turn() -> InferenceQueue.Turn {
    guard let state = tools.store.state(of: id) else { return .done }
    context.resume()
    do throws(StudyFailure) {
      return try advance(state)
    } catch {
      return dispose(of: error)
    }
  }

  private func advance(_ state: StudyState) throws(StudyFailure) -> InferenceQueue.Turn {
    switch state.phase {
    case .claimed, .started:
      guard state.claim.needsProcessing else {
        try conclude(published: nil, status: nil, ends: [:])
        return .more
      }
      guard let outcome = try step(state) else { return .more }
      if try !dropLost(state.claim) { try take(outcome) }
      return .more
    case .publishing(let publication):
      try recover(publication)
      return .more
    case .concluded:
      try settle(state)
      return .done
    case .claiming, .settled, .returning, .returned:
      return .done
    }
  }

  private func step(_ state: StudyState) throws(StudyFailure) -> StudyOutcome? {
    if work == nil {
      guard state.attempts < tools.retry.attempts else {
        let last = state.lastFailure?.detail ?? "The process ended while it worked on the study."
        throw StudyFailure(
          .permanent, state.lastFailure?.stage ?? .decode, state.lastFailure?.reason ?? .gaveUp,
          detail: "Given up after \(state.attempts) attempts. \(last)")
      }
      try filing(.claim) { () throws(FileError) in try tools.store.record(.started, of: id) }
      try begin(state)
    }
    return try work?.step()
  }

  private func begin(_ state: StudyState) throws(StudyFailure) {
    let study = try filing(.claim) { () throws(FileError) in
      try ClaimedStudy(state.claim, tools: tools)
    }
    let folder = try filing(.publish) { () throws(FileError) in
      try StagingFolder(in: tools.publisher.outbox, name: "\(study.revision.name)-c\(id)-\(getpid())")
    }
    (staging, revision) = (folder, study.revision)
    work = try processor.begin(study, into: folder, context: context)
  }

  /// An inbox that is only read may have changed under the work: what was done then counts for nothing.
  private func dropLost(_ claim: Claim) throws(StudyFailure) -> Bool {
    if claim.moves { return false }
    return try filing(.settle) { () throws(FileError) in
      let lost = try tools.claimant.take(claim)
      if lost.isEmpty { return false }
      discard()
      try tools.store.record(.lost(lost), of: id)
      return true
    }
  }

  private func take(_ outcome: StudyOutcome) throws(StudyFailure) {
    try context.enter(.publish)
    switch outcome {
    case .staged(let status, let ends): try publish(status, ends)
    case .alreadyPublished(let revision, let status, let ends):
      discard()
      try conclude(published: revision, status: status, ends: ends)
    }
  }

  private func publish(_ status: StudyReport.Status, _ ends: [Int: InputEnd]) throws(StudyFailure) {
    guard let staging, let revision else { preconditionFailure("what is published was staged") }
    let digest = try filing(.publish) { () throws(FileError) in
      try Files.digest(staging.path + "/study.json", .staging)
    }
    let publication = StudyState.Publication(revision: revision, digest: digest, status: status, ends: ends)
    let result = try filing(.publish) { () throws(FileError) in
      try Files.syncTree(staging.path, .staging)
      try tools.store.record(.publishing(publication), of: id)
      return try tools.publisher.publish(staging, as: revision)
    }
    discard()
    guard case .published = result else {
      try filing(.publish) { () throws(FileError) in try tools.store.record(.unpublished, of: id) }
      return
    }
    try conclude(published: revision, status: status, ends: ends)
    tools.onEvent(.published(id, revision, status))
  }

  /// A process ended between the intent to publish and the word that it was done.
  private func recover(_ publication: StudyState.Publication) throws(StudyFailure) {
    let file = tools.publisher.folder(of: publication.revision) + "/study.json"
    let isOurs = (try? Files.digest(file, .outbox)) == publication.digest
    if isOurs {
      try filing(.publish) { () throws(FileError) in try Files.sync(tools.publisher.outbox, .outbox) }
      try conclude(published: publication.revision, status: publication.status, ends: publication.ends)
      tools.onEvent(.published(id, publication.revision, publication.status))
    } else {
      try filing(.publish) { () throws(FileError) in try tools.store.record(.unpublished, of: id) }
    }
  }

  private func conclude(
    published: PublishedRevision?, status: StudyReport.Status?, ends: [Int: InputEnd]
  ) throws(StudyFailure) {
    var ends = ends
    for file in tools.store.state(of: id)?.claim.files ?? [] where file.end == nil && ends[file.index] == nil
    {
      ends[file.index] = InputEnd(state: .used)
    }
    let conclusion = StudyState.Conclusion(
      at: SystemClock.utc(), published: published, status: status, ends: ends,
      isToBeAnnounced: tools.announces && published != nil)
    try filing(.publish) { () throws(FileError) in try tools.store.record(.concluded(conclusion), of: id) }
  }

  private func settle(_ state: StudyState) throws(StudyFailure) {
    try filing(.settle) { () throws(FileError) in
      try tools.settlement.settle(state)
      try tools.store.record(.settled, of: id)
    }
    streak = 0
    if let settled = tools.store.state(of: id) { tools.onEvent(.settled(settled)) }
  }

  /// Drops the work, and what it staged if it was not published.
  private func discard() {
    work = nil
    try? staging?.discard()
    (staging, revision) = (nil, nil)
  }

  private func filing<T>(
    _ stage: StudyStage, _ body: () throws(FileError) -> T
  ) throws(StudyFailure) -> T {
    do throws(FileError) { return try body() } catch { throw StudyFailure(stage, error) }
  }
}

/// What happened to a claim, for log and metrics.
enum StudyRunEvent: Sendable {
  case published(Int, PublishedRevision, StudyReport.Status)
  case settled(StudyState)
  case failed(Int, StudyFailure, RetryPolicy.Disposition)
}

extension StudyRun {
  private func dispose(of failure: StudyFailure) -> InferenceQueue.Turn {
    discard()
    streak += 1
    let attempts = tools.store.state(of: id)?.attempts ?? 0
    let disposition = tools.retry.disposition(of: failure, attempts: attempts, streak: streak)
    tools.onEvent(.failed(id, failure, disposition))
    do throws(FileError) {
      return try carryOut(disposition, failure)
    } catch {
      // Not even that could be written down; the journal says what it said before, and it is tried again.
      return .later(RetryPolicy.delay(streak: streak, jitter: 1))
    }
  }

  private func carryOut(
    _ disposition: RetryPolicy.Disposition, _ failure: StudyFailure
  ) throws(FileError) -> InferenceQueue.Turn {
    let isStarted = tools.store.state(of: id)?.phase == .started
    let note = StudyState.Failure(
      stage: failure.stage, reason: failure.reason, detail: failure.detail, at: SystemClock.utc())
    switch disposition {
    case .leave:
      if isStarted { try tools.store.record(.released(nil), of: id) }
      return .later(.greatestFiniteMagnitude)
    case .release(let seconds):
      if isStarted { try tools.store.record(.released(note), of: id) }
      return .later(seconds)
    case .retry(let seconds):
      if isStarted { try tools.store.record(.failed(note), of: id) }
      return .later(seconds)
    case .quarantine:
      try quarantine(failure, note, isStarted: isStarted)
      return .more
    }
  }

  private func quarantine(
    _ failure: StudyFailure, _ note: StudyState.Failure, isStarted: Bool
  ) throws(FileError) {
    guard let state = tools.store.state(of: id), state.isActive else { return }
    if isStarted { try tools.store.record(.failed(note), of: id) }
    let end = InputEnd(state: .quarantined, reason: failure.reason ?? .gaveUp, detail: failure.detail)
    let open = state.claim.files.filter { $0.end == nil }
    let conclusion = StudyState.Conclusion(
      at: SystemClock.utc(), published: nil, status: .failed,
      ends: [Int: InputEnd](uniqueKeysWithValues: open.map { ($0.index, end) }))
    try tools.store.record(.concluded(conclusion), of: id)
  }
}

extension ClaimedStudy {
  /// The claim as its processor gets it, with what is known of the study.
  fileprivate init(_ claim: Claim, tools: StudyRun.Tools) throws(FileError) {
    guard let uid = claim.study else { preconditionFailure("only files of a study are processed") }
    let history = tools.store.history(of: uid)
    let standing = try tools.publisher.revisions(of: uid)
    let last = max(history.lastRevision?.number ?? 0, standing.last?.number ?? 0)
    self.uid = uid
    claimedAt = UTCTime(milliseconds: claim.claimedAt)
    closedAtLimit = claim.closedAtLimit
    revision = PublishedRevision(study: uid, number: last + 1)
    previous = last > 0 ? PublishedRevision(study: uid, number: last) : nil
    previousFolder = standing.last.map { tools.publisher.folder(of: $0) }
    let all = claim.files.map { ClaimedInput($0, path: tools.path(of: $0, in: claim)) }
    inputs = all.filter { $0.end == nil }
    setAside = all.filter { $0.end != nil }
    earlier = history.inputs.map { claim, file in
      ClaimedInput(file, path: tools.settlement.path(of: file, in: claim, inbox: tools.claimant.inbox))
    }
  }
}

extension ClaimedInput {
  fileprivate init(_ file: ClaimedFile, path: String?) {
    self.init(
      index: file.index, path: path, name: file.source, sha256: file.sha256,
      sopInstanceUID: file.sopInstanceUID,
      end: file.end)
  }
}

extension StudyRun.Tools {
  /// Where a file of a claim that is in work can be read.
  fileprivate func path(of file: ClaimedFile, in claim: Claim) -> String {
    let copy = spool.claimedFile(claim, file)
    return claim.moves || Files.exists(copy) ? copy : claimant.inbox + "/" + file.source
  }
}
