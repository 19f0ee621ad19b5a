import Dispatch
import Platform
import Spool

/// Queue `hinged.claims`, one step after the other, for each may block on a share. Brings the files of claims into the
/// spool, settles claims that need no processing, and gives files back.
///
/// It may be asked on any queue, and calls back on its own.
final class ClaimService: Service {
  private let queue = DispatchQueue(label: "hinged.claims")
  private let pending = Guarded(0)
  /// Claims whose files could not be fetched when it was last tried, with why.
  private let stranded = Guarded<[Int: String]>([:])
  /// Claims that could not be settled or given back when it was last tried, with why.
  private let delayed = Guarded<[Int: String]>([:])
  /// Claims of which nothing is left but what is in quarantine.
  private let purged = Guarded<Set<Int>>([])
  private let store: StudyStore
  private let claimant: Claimant
  private let spool: Spool
  private let settlement: Settlement
  private let log: Log

  init(store: StudyStore, claimant: Claimant, spool: Spool, hash: KeyedHash, log: Log) {
    self.store = store
    self.claimant = claimant
    self.spool = spool
    self.log = log
    settlement = Settlement(spool: spool, hash: hash)
  }

  var isIdle: Bool { pending.withLock { $0 == 0 } }

  /// How many claims cannot be fetched for now, by why.
  var strandedCounts: [String: Int] {
    stranded.withLock { Dictionary($0.values.map { ($0, 1) }, uniquingKeysWith: +) }
  }

  func describe(_ status: inout StatusSnapshot) {
    status.stranded = strandedCounts
    status.health.putOff.merge(
      delayed.withLock { Dictionary($0.values.map { ($0, 1) }, uniquingKeysWith: +) }, uniquingKeysWith: +)
  }

  /// Calls back when all that was asked for until now is done.
  func whenDone(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }

  /// Fetches the files of a claim, tries again as often as it takes, and calls back.
  /// - Parameters:
  ///   - isResumed: A process before this one made the claim.
  ///   - onStranded: Called where they cannot be fetched for a reason of their own. What a full disk or a share
  ///     that is gone keeps from being fetched does not pass for that: the next claim would fare no better.
  func fetch(
    _ id: Int, isResumed: Bool = false, streak: Int = 1, onStranded: @escaping @Sendable () -> Void,
    then done: @escaping @Sendable (StudyState) -> Void
  ) {
    work { [self] in
      guard let state = store.state(of: id) else { return }
      do throws(FileError) {
        if state.phase == .claiming { try fetch(state.claim, isResumed) }
        stranded.withLock { $0[id] = nil }
        if let state = store.state(of: id) { done(state) }
      } catch {
        note(error, of: id)
        if !error.isOfTheEnvironment { onStranded() }
        again(id, after: streak) {
          $0.fetch(id, isResumed: isResumed, streak: streak + 1, onStranded: onStranded, then: done)
        }
      }
    }
  }

  /// The claim is in the journal before its first file moves, and the move of each may be repeated: wherever the
  /// process ends in between, the next one knows which files are the claim's, and finds each of them in the inbox or in
  /// the claim's folder.
  private func fetch(_ claim: Claim, _ isResumed: Bool) throws(FileError) {
    dispatchPrecondition(condition: .onQueue(queue))
    FaultPoint.claiming.reach()
    try store.mayGoOn()
    let missing = try claimant.claimFiles(of: claim, isResumed: isResumed)
    FaultPoint.taken.reach()
    try store.record(.claimed(missing: missing), of: claim.id)
    FaultPoint.claimed.reach()
  }

  /// What does not change is logged once, however often it is tried.
  private func note(_ error: FileError, of id: Int) {
    let remedy = "let the daemon's user read the inbox's files and write to their folders"
    let reason = error.isRefusedOfInbox ? "\(error); \(remedy)" : "\(error)"
    let before = stranded.withLock { $0.updateValue(reason, forKey: id) }
    if before == reason { return }
    log.warning("a claim cannot be taken yet, and is tried again: \(reason)", ["claim": "c\(id)"])
  }

  /// Concludes and settles a claim whose ends are all decided.
  func settle(_ id: Int, streak: Int = 1, then done: @escaping @Sendable (StudyState) -> Void) {
    work { [self] in
      do throws(FileError) {
        let state = try settled(id)
        delayed.withLock { $0[id] = nil }
        if let state { done(state) }
      } catch {
        again(id, after: streak, "files cannot be settled yet: \(error)") {
          $0.settle(id, streak: streak + 1, then: done)
        }
      }
    }
  }

  /// - Returns: The claim as it is now; `nil` where there is none.
  private func settled(_ id: Int) throws(FileError) -> StudyState? {
    dispatchPrecondition(condition: .onQueue(queue))
    if store.state(of: id)?.phase == .claimed {
      let conclusion = StudyState.Conclusion(at: SystemClock.utc(), published: nil, status: nil, ends: [:])
      try store.record(.concluded(conclusion), of: id)
      FaultPoint.concluded.reach()
    }
    if let state = store.state(of: id), state.phase == .concluded {
      try store.mayGoOn()
      try settlement.settle(state)
      FaultPoint.filed.reach()
      try store.record(.settled, of: id)
      FaultPoint.settled.reach()
    }
    return store.state(of: id)
  }

  private func work(_ body: @escaping @Sendable () -> Void) {
    pending.withLock { $0 += 1 }
    queue.async { [self] in
      body()
      pending.withLock { $0 -= 1 }
    }
  }

  private func again(
    _ id: Int, after streak: Int, _ problem: String? = nil,
    _ body: @escaping @Sendable (ClaimService) -> Void
  ) {
    let delay = RetryPolicy.delay(streak: streak, jitter: 1)
    if let problem, delayed.withLock({ $0.updateValue(problem, forKey: id) }) != problem {
      log.warning(problem, ["claim": "c\(id)", "retry_seconds": "\(Int(delay))"])
    }
    queue.asyncAfter(deadline: .now() + delay) { [self] in body(self) }
  }
}

extension ClaimService {
  /// Removes second names of files that claims have; calls back with what was found of each.
  func clearSecondNames(
    _ links: [String: Inode], then done: @escaping @Sendable ([String: SecondNames.Finding]) -> Void
  ) {
    work { [self] in
      do throws(FileError) {
        try store.mayGoOn()
        let names = SecondNames(spool: spool, inbox: claimant.inbox)
        // The ledger as it is now, so that nobody waits while its books are looked through.
        done(try names.clear(links, store.read { $0 }.claims(from: Set(links.keys))))
      } catch {
        // They are still there at the next look.
        done([:])
      }
    }
  }

  /// Writes down that settled claims are to be given back, all of them or none.
  /// - Parameter done: Gets those that were settled, for `giveBack`, or why it cannot be written down now.
  func markReturning(_ ids: [Int], then done: @escaping @Sendable (Result<[Int], FileError>) -> Void) {
    work { [self] in
      let settled = Set(ids).sorted().filter { store.state(of: $0)?.phase == .settled }
      do throws(FileError) {
        if !settled.isEmpty { try store.record(settled.map { Ledger.Entry.event(claim: $0, .returning) }) }
        done(.success(settled))
      } catch {
        done(.failure(error))
      }
    }
  }

  /// Brings settled files back to the inbox.
  func giveBack(_ id: Int, streak: Int = 1, then done: @escaping @Sendable (StudyState) -> Void) {
    work { [self] in
      do throws(FileError) {
        if store.state(of: id)?.phase == .settled { try store.record(.returning, of: id) }
        guard let state = store.state(of: id), state.phase == .returning else { return }
        try Restitution(spool: spool, inbox: claimant.inbox).giveBack(state.claim)
        try store.record(.returned, of: id)
        delayed.withLock { $0[id] = nil }
        done(state)
      } catch {
        again(id, after: streak, "files cannot be given back yet: \(error)") {
          $0.giveBack(id, streak: streak + 1, then: done)
        }
      }
    }
  }

  /// So many claims at a time, so that other work has its turn between them.
  private static let mostPurged = 2_000

  /// Removes processed inputs, and forgets their claims, that were concluded before a time (UTC, milliseconds). What
  /// is in quarantine stays with its claim, and so does what is known of an inbox that is only read.
  func purge(before time: Int64) {
    work { [self] in
      let ledger = store.read { $0 }
      let due = ledger.removable(before: time, limit: Self.mostPurged)
      let parts = purged.withLock { ledger.partlyRemovable(before: time, limit: Self.mostPurged, but: $0) }
      let returned = ledger.returned(before: time)
      do throws(FileError) {
        // Files first: those of a claim that is forgotten would lie there for ever.
        try DurableNames.change { names throws(FileError) in
          for state in due + parts {
            try names.removeTree(spool.doneFolder(state.claim), .done)
            try names.removeIfEmpty(spool.doneStudyFolder(state.claim), .done)
          }
        }
        let over = (due.map(\.claim.id) + returned).sorted()
        if !over.isEmpty { try store.record([.forget(claims: over)]) }
        purged.withLock { $0.formUnion(parts.map(\.claim.id)) }
        if max(due.count, parts.count) == Self.mostPurged { purge(before: time) }
      } catch {
        log.warning("processed inputs cannot be removed: \(error)")
      }
    }
  }
}
