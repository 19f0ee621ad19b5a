import Platform
import Spool
import Study

/// From what came of a study's work to the end of its claim. Each step is in the journal before the next one is
/// made, and each may be repeated after a crash.
struct StudyEnding: Sendable {
  let id: Int
  let tools: StudyRun.Tools

  private var store: StudyStore { tools.store }

  /// Makes a staged result appear. Where its place is taken, the study is worked on again.
  func publish(
    _ staging: StagingFolder, as revision: PublishedRevision, _ status: StudyReport.Status,
    _ ends: [Int: InputEnd]
  ) throws(StudyFailure) {
    FaultPoint.staged.reach()
    let result = try StudyFailure.filing(.publish) { () throws(FileError) in
      try tools.outboxMount.check()
      let digest = try Files.digest(staging.path + "/study.json", .staging)
      return try tools.publisher.publish(staging, as: revision) { () throws(FileError) in
        try store.record(
          .publishing(.init(revision: revision, digest: digest, status: status, ends: ends)), of: id)
        FaultPoint.publishing.reach()
        try store.mayGoOn()
      }
    }
    FaultPoint.published.reach()
    guard case .published = result else {
      return try StudyFailure.filing(.publish) { () throws(FileError) in
        try store.record(.unpublished, of: id)
      }
    }
    try conclude(published: revision, status: status, ends: ends, announces: tools.announces)
    tools.onEvent(.published(id, revision, status))
  }

  /// A process ended between the intent to publish and the word that it was done.
  func recover(_ publication: StudyState.Publication) throws(StudyFailure) {
    let file = tools.publisher.folder(of: publication.revision) + "/study.json"
    let isThere = try StudyFailure.filing(.publish) { () throws(FileError) in
      // Of an outbox that is not mounted nothing is there.
      try tools.outboxMount.check()
      guard try Files.exists(file, .outbox) else { return false }
      return try Files.digest(file, .outbox) == publication.digest
    }
    guard isThere else {
      return try StudyFailure.filing(.publish) { () throws(FileError) in
        try store.record(.unpublished, of: id)
      }
    }
    try StudyFailure.filing(.publish) { () throws(FileError) in
      try tools.publisher.settle()
    }
    try conclude(
      published: publication.revision, status: publication.status, ends: publication.ends,
      announces: tools.announces)
    tools.onEvent(.published(id, publication.revision, publication.status))
  }

  /// Writes down the end of each file. One that nothing was said of was used.
  func conclude(
    published: PublishedRevision?, status: StudyReport.Status?, ends: [Int: InputEnd], announces: Bool = false
  ) throws(StudyFailure) {
    var ends = ends
    for file in store.state(of: id)?.claim.files ?? [] where file.end == nil && ends[file.index] == nil {
      ends[file.index] = InputEnd(state: .used)
    }
    let conclusion = StudyState.Conclusion(
      at: SystemClock.utc(), published: published, status: status, ends: ends, isToBeAnnounced: announces)
    try StudyFailure.filing(.publish) { () throws(FileError) in
      try store.record(.concluded(conclusion), of: id)
    }
    FaultPoint.concluded.reach()
  }

  /// Brings the files of a concluded claim to where they end.
  func settle(_ state: StudyState) throws(StudyFailure) {
    try StudyFailure.filing(.settle) { () throws(FileError) in
      try store.mayGoOn()
      try tools.settlement.settle(state)
      FaultPoint.filed.reach()
      try store.record(.settled, of: id)
    }
    FaultPoint.settled.reach()
    if let settled = store.state(of: id) { tools.onEvent(.settled(settled)) }
  }
}

extension StudyEnding {
  /// - Parameters:
  ///   - streak: Failures in a row, this one among them.
  ///   - hasStarted: The last start of the claim is this process's, and not one that another died over.
  func dispose(of failure: StudyFailure, streak: Int, hasStarted: Bool) -> InferenceQueue.Turn {
    let state = store.state(of: id)
    let disposition = tools.retry.disposition(
      of: failure, attempts: state?.attempts ?? 0, streak: streak, isDecided: state?.isDecided ?? false)
    tools.onEvent(.failed(id, failure, disposition))
    do throws(FileError) {
      return try carryOut(disposition, failure, hasStarted: hasStarted)
    } catch {
      // Not even that could be written down; the journal says what it said before, and it is tried again.
      return .later(RetryPolicy.delay(streak: streak, jitter: 1))
    }
  }

  private func carryOut(
    _ disposition: RetryPolicy.Disposition, _ failure: StudyFailure, hasStarted: Bool
  ) throws(FileError) -> InferenceQueue.Turn {
    guard let state = store.state(of: id) else { return .done }
    let isStarted = hasStarted && state.isStarted
    let note = StudyState.Failure(
      stage: failure.stage, reason: failure.reason, detail: failure.detail, at: SystemClock.utc())
    switch disposition {
    case .leave:
      if isStarted { try store.record(.released(nil), of: id) }
      return .later(.greatestFiniteMagnitude)
    case .release(let seconds):
      if isStarted { try store.record(.released(note), of: id) }
      return .later(seconds)
    case .retry(let seconds):
      if isStarted { try store.record(.failed(note), of: id) }
      return .later(seconds)
    case .quarantine:
      try quarantine(state, failure, note)
      return .more
    }
  }

  private func quarantine(
    _ state: StudyState, _ failure: StudyFailure, _ note: StudyState.Failure
  ) throws(FileError) {
    if state.phase == .started { try store.record(.failed(note), of: id) }
    let end = InputEnd(state: .quarantined, reason: failure.reason ?? .gaveUp, detail: failure.detail)
    let open = state.claim.files.filter { $0.end == nil }
    let conclusion = StudyState.Conclusion(
      at: SystemClock.utc(), published: nil, status: .failed,
      ends: [Int: InputEnd](uniqueKeysWithValues: open.map { ($0.index, end) }))
    try store.record(.concluded(conclusion), of: id)
  }
}

extension StudyFailure {
  /// Gives the stage to what fails of the file system.
  static func filing<T>(
    _ stage: StudyStage, _ body: () throws(FileError) -> T
  ) throws(StudyFailure) -> T {
    do throws(FileError) { return try body() } catch { throw StudyFailure(stage, error) }
  }
}
