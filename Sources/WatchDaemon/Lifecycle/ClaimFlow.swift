import Dispatch
import Platform
import Spool
import Study

/// Control queue. The way of a claim that is in the journal: its files go into the spool, then it goes into the
/// inference queue, or to its end where nothing is to be processed; of an archive, the files in it go to intake.
///
/// `@unchecked Sendable`: what changes is used on `control` only. Claims and archives call back on queues of their own.
final class ClaimFlow: Service, @unchecked Sendable {
  private let control: DispatchQueue
  private let opened: OpenedSpool
  private let intake: Intake
  private let queue: InferenceQueue
  private let claims: ClaimService
  private let archives: ArchiveService
  private let log: Log
  private let onSettled: @Sendable (StudyState) -> Void
  private var configuration: Configuration

  init(
    _ configuration: Configuration, on control: DispatchQueue, _ opened: OpenedSpool, intake: Intake,
    queue: InferenceQueue, claims: ClaimService, archives: ArchiveService, log: Log,
    onSettled: @escaping @Sendable (StudyState) -> Void
  ) {
    self.configuration = configuration
    self.control = control
    self.opened = opened
    self.intake = intake
    self.queue = queue
    self.claims = claims
    self.archives = archives
    self.log = log
    self.onSettled = onSettled
  }

  func reload(_ configuration: Configuration) { self.configuration = configuration }

  /// Goes on with all that a journal of an earlier process left unfinished. What lies in the inbox and is done with is
  /// known before the first scan, which would take it for news.
  func start() {
    dispatchPrecondition(condition: .onQueue(control))
    let unfinished = opened.store.read { $0.unfinished }
    if !unfinished.isEmpty { log.notice("resuming", ["claims": "\(unfinished.count)"]) }
    switch configuration.intake {
    case .leave: intake.setKnown { [store = opened.store] in store.read { $0 }.tellKnownFiles($0) }
    case .move: intake.setEmptied(opened.store.read { $0.movedSources })
    }
    for state in unfinished { resume(state) }
  }

  private func resume(_ state: StudyState) {
    let claim = state.claim
    switch state.phase {
    case .unpacked: unpack(claim.id)
    case .returning: giveBack(claim.id)
    case .claiming:
      intake.expect(claim.files.map(\.source))
      begin(claim, isResumed: true)
    default: begin(claim, isResumed: true, isSuspect: state.phase == .started)
    }
  }

  /// Brings a claim to its end, from whatever step it has reached.
  /// - Parameters:
  ///   - isResumed: An earlier process made the claim.
  ///   - isSuspect: A process ended while it was in work.
  func begin(_ claim: Claim, isResumed: Bool = false, isSuspect: Bool = false) {
    dispatchPrecondition(condition: .onQueue(control))
    let isQueued = claim.needsProcessing
    if isQueued {
      // It has its place before its files move, so that no other claim gets that meanwhile.
      queue.admit(claim.id, bytes: claim.decodingBytes, isSuspect: isSuspect)
    }
    claims.fetch(claim.id, isResumed: isResumed) { [weak self] in
      if isQueued { self?.queue.strand(claim.id) }
    } then: { [weak self] state in
      self?.wasFetched(state, original: claim, isQueued: isQueued)
    }
  }

  /// On the claims' queue.
  private func wasFetched(_ state: StudyState, original: Claim, isQueued: Bool) {
    control.async { [self] in
      let there = state.claim.files.map { ScanReport.File(path: $0.source, stamp: $0.stamp) }
      let gone = Set(original.files.map(\.source)).subtracting(there.map(\.path))
      intake.setFetched(there, known: !state.claim.moves)
      intake.forget(gone.sorted())
    }
    if state.claim.needsProcessing, isQueued { return queue.ready(state.claim.id) }
    if isQueued { queue.drop(state.claim.id) }
    if state.claim.isBox == true, state.phase == .claimed, !state.claim.files.isEmpty {
      return control.async { [self] in unpack(state.claim.id) }
    }
    claims.settle(state.claim.id, then: onSettled)
  }
}

extension ClaimFlow {
  /// Takes a claimed archive apart, or goes on with one that was.
  private func unpack(_ id: Int) {
    dispatchPrecondition(condition: .onQueue(control))
    archives.open(id, minFreeBytes: configuration.minFreeMegabytes << 20) { [weak self] outcome in
      self?.control.async { [weak self] in self?.wasOpened(outcome) }
    }
  }

  private func wasOpened(_ outcome: ArchiveService.Outcome) {
    dispatchPrecondition(condition: .onQueue(control))
    switch outcome {
    case .refused(let id): claims.settle(id, then: onSettled)
    case .unpacked(let id, let source, let files):
      log.info("archive taken apart", ["claim": "c\(id)", "files": "\(files.count)"])
      intake.add(files.map { Self.unpacked($0, claim: id, source: source) })
      closeArchives()
    }
  }

  private static func unpacked(_ file: UnpackedBox.File, claim id: Int, source: String) -> Intake.Unpacked {
    let place = BoxedFile(claim: id, index: file.index)
    let source = SourcePath.unpacked(id, source: source, name: file.name)
    return Intake.Unpacked(
      file: ScanReport.File(path: source, stamp: file.stamp, box: place), sha256: file.sha256, end: file.end)
  }

  /// Brings archives to their end in which no file is left without one.
  func closeArchives() {
    dispatchPrecondition(condition: .onQueue(control))
    for id in opened.store.read({ $0.openBoxes }) {
      archives.close(id) { [claims, onSettled] in claims.settle(id, then: onSettled) }
    }
  }

  /// Gives the files of a settled claim back to the inbox: a person asked for the study again. On any queue.
  func giveBack(_ id: Int) { claims.giveBack(id) { [weak self] in self?.wasGivenBack($0) } }

  private func wasGivenBack(_ state: StudyState) {
    log.notice(
      "given back to the inbox",
      ["study": opened.hash.name(of: state.claim), "claim": state.claim.folderName])
    if !state.claim.moves { intake.setUnknown(state.claim.files.map(\.source)) }
  }
}

extension KeyedHash {
  /// What a claim's study is called in the log.
  func name(of claim: Claim?) -> String { claim?.namedStudy.map { name(of: $0) } ?? "none" }
}

extension Ledger {
  /// Paths below the inbox that files were moved away from lately: folders that are empty for it are yet to be removed.
  fileprivate var movedSources: [String] {
    recent(Self.recentClaims).filter { $0.claim.moves && $0.phase != .claiming }
      .flatMap { $0.claim.files.filter { $0.box == nil }.map(\.source) }
  }

  /// More than are settled while a folder has to stay empty before it goes.
  private static let recentClaims = 4_000

  /// Files of an inbox that is only read, as they were when they were taken. One after the other: of all claims at once
  /// they would take gigabytes.
  fileprivate func tellKnownFiles(_ tell: (ScanReport.File) -> Void) {
    visitAll { state in
      guard !state.claim.moves, state.phase != .returned, state.phase != .claiming else { return }
      for file in state.claim.files where file.box == nil {
        tell(ScanReport.File(path: file.source, stamp: file.stamp))
      }
    }
  }
}
