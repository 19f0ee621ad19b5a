import Dispatch
import Platform
import Spool

/// Takes claimed files into the spool, and brings to their end those that need no processing. One after the other,
/// on a queue of its own, for both may block on a share.
final class ClaimDesk: Sendable {
  private let desk = DispatchQueue(label: "hinged.claims")
  private let waiting = Guarded(0)
  /// Claims that could not be taken when it was last tried, with why.
  private let stranded = Guarded<[Int: String]>([:])
  private let store: StudyStore
  private let claimant: Claimant
  private let spool: Spool
  private let settlement: Settlement
  private let log: Log
  private let hash: KeyedHash

  init(store: StudyStore, claimant: Claimant, spool: Spool, hash: KeyedHash, log: Log) {
    self.store = store
    self.claimant = claimant
    self.spool = spool
    self.log = log
    self.hash = hash
    settlement = Settlement(spool: spool, hash: hash)
  }

  var isIdle: Bool { waiting.withLock { $0 == 0 } }

  /// How many claims cannot be taken for now, by why.
  var strandedCounts: [String: Int] {
    stranded.withLock { Dictionary($0.values.map { ($0, 1) }, uniquingKeysWith: +) }
  }

  /// Calls back when all that is on the desk now is done.
  func drained(_ body: @escaping @Sendable () -> Void) { desk.async(execute: body) }

  /// Takes the files of a claim, tries again as often as it takes, and calls back.
  /// - Parameter onStranded: Called where they cannot be taken for a reason of their own. What a full disk or a share that
  ///   is gone keeps from being taken does not pass for that: the next claim would fare no better.
  func take(
    _ id: Int, streak: Int = 1, onStranded: @escaping @Sendable () -> Void,
    then done: @escaping @Sendable (StudyState) -> Void
  ) {
    work { [self] in
      guard let state = store.state(of: id) else { return }
      do throws(FileError) {
        if state.phase == .claiming {
          FaultPoint.claiming.reach()
          try store.mayGoOn()
          let missing = try claimant.take(state.claim)
          FaultPoint.taken.reach()
          try store.record(.claimed(missing: missing), of: id)
          FaultPoint.claimed.reach()
        }
        stranded.withLock { $0[id] = nil }
        if let state = store.state(of: id) { done(state) }
      } catch {
        note(error, of: id)
        if !error.isOfTheEnvironment { onStranded() }
        desk.asyncAfter(deadline: .now() + RetryPolicy.delay(streak: streak, jitter: 1)) { [self] in
          take(id, streak: streak + 1, onStranded: onStranded, then: done)
        }
      }
    }
  }

  /// What does not change is told once, however often it is tried.
  private func note(_ error: FileError, of id: Int) {
    let remedy = "let the daemon's user read the inbox's files and write to their folders"
    let reason = error.isRefusedOfInbox ? "\(error); \(remedy)" : "\(error)"
    let before = stranded.withLock { $0.updateValue(reason, forKey: id) }
    if before == reason { return }
    log.warning("a claim cannot be taken yet, and is tried again: \(reason)", ["claim": "c\(id)"])
  }

  /// Concludes and settles a claim whose ends are all decided.
  func finish(_ id: Int, streak: Int = 1, then done: @escaping @Sendable (StudyState) -> Void) {
    work { [self] in
      guard var state = store.state(of: id) else { return }
      do throws(FileError) {
        if state.phase == .claimed {
          let conclusion = StudyState.Conclusion(
            at: SystemClock.utc(), published: nil, status: nil, ends: [:])
          try store.record(.concluded(conclusion), of: id)
          FaultPoint.concluded.reach()
          state = store.state(of: id) ?? state
        }
        if state.phase == .concluded {
          try store.mayGoOn()
          try settlement.settle(state)
          FaultPoint.filed.reach()
          try store.record(.settled, of: id)
          FaultPoint.settled.reach()
        }
        if let state = store.state(of: id) { done(state) }
      } catch {
        let delay = RetryPolicy.delay(streak: streak, jitter: 1)
        log.warning(
          "files cannot be settled yet: \(error)", ["claim": "c\(id)", "retry_seconds": "\(Int(delay))"])
        desk.asyncAfter(deadline: .now() + delay) { [self] in finish(id, streak: streak + 1, then: done) }
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
        done(state)
      } catch {
        let delay = RetryPolicy.delay(streak: streak, jitter: 1)
        log.warning(
          "files cannot be given back yet: \(error)", ["claim": "c\(id)", "retry_seconds": "\(Int(delay))"])
        desk.asyncAfter(deadline: .now() + delay) { [self] in giveBack(id, streak: streak + 1, then: done) }
      }
    }
  }

  /// Removes processed inputs, and forgets their claims, that were concluded before a time (UTC, milliseconds). What
  /// is in quarantine stays with its claim, and so does what is known of an inbox that is only read.
  func purge(before time: Int64) {
    work { [self] in
      let (due, parts) = store.read { ledger in
        (ledger.packed.removable(before: time), ledger.packed.partlyRemovable(before: time))
      }
      do throws(FileError) {
        for state in due + parts {
          try Files.removeTree(spool.doneFolder(state.claim), .done)
          try Files.removeIfEmpty(spool.doneStudyFolder(state.claim), .done)
        }
        if !due.isEmpty { try store.record([.forget(claims: due.map(\.claim.id).sorted())]) }
      } catch {
        log.warning("processed inputs cannot be removed: \(error)")
      }
    }
  }

  private func work(_ body: @escaping @Sendable () -> Void) {
    waiting.withLock { $0 += 1 }
    desk.async { [self] in
      body()
      waiting.withLock { $0 -= 1 }
    }
  }
}
