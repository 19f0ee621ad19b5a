import Clips
import Dispatch
import Glibc
import Platform
import Spool

/// Queue `hinged.archives`, one archive after the other, for each may take minutes. Takes claimed archives apart in the
/// spool, and concludes them when each file in them has its own end.
///
/// It may be asked on any queue, and calls back on its own.
final class ArchiveService: Service {
  private let queue = DispatchQueue(label: "hinged.archives")
  private let store: StudyStore
  private let spool: Spool
  private let log: Log
  /// Archives that could not be taken apart when it was last tried, with why.
  private let delayed = Guarded<[Int: String]>([:])

  init(store: StudyStore, spool: Spool, log: Log) {
    self.store = store
    self.spool = spool
    self.log = log
  }

  enum Outcome: Sendable {
    /// What lies in the spool now; some of it may have been claimed already.
    case unpacked(Int, source: String, UnpackedBox)
    /// It cannot be taken apart, and its end is decided.
    case refused(Int)
  }

  func describe(_ status: inout StatusSnapshot) {
    status.health.putOff.merge(
      delayed.withLock { Dictionary($0.values.map { ($0, 1) }, uniquingKeysWith: +) }, uniquingKeysWith: +)
  }

  /// Takes a claimed archive apart, tries again as often as the disk takes, and calls back.
  func open(
    _ id: Int, minFreeBytes: Int, streak: Int = 1, then done: @escaping @Sendable (Outcome) -> Void
  ) {
    queue.async { [self] in
      do throws(FileError) {
        let outcome = try outcome(id, minFreeBytes: minFreeBytes)
        delayed.withLock { $0[id] = nil }
        if let outcome { done(outcome) }
      } catch {
        let delay = RetryPolicy.delay(streak: streak, jitter: 1)
        let problem = "an archive cannot be taken apart yet: \(error)"
        if delayed.withLock({ $0.updateValue(problem, forKey: id) }) != problem {
          log.warning(problem, ["claim": "c\(id)", "retry_seconds": "\(Int(delay))"])
        }
        queue.asyncAfter(deadline: .now() + delay) { [self] in
          open(id, minFreeBytes: minFreeBytes, streak: streak + 1, then: done)
        }
      }
    }
  }

  private func outcome(_ id: Int, minFreeBytes: Int) throws(FileError) -> Outcome? {
    dispatchPrecondition(condition: .onQueue(queue))
    guard let state = store.state(of: id), let file = state.claim.files.first else { return nil }
    let folder = spool.unpackedFolder(id)
    if state.phase == .claimed {
      if try !Files.exists(folder, .spool), try !unpack(file, of: state.claim, minFreeBytes) {
        return .refused(id)
      }
      try store.record(.unpacked, of: id)
      FaultPoint.boxOpened.reach()
    }
    guard store.state(of: id)?.phase == .unpacked, let box = try UnpackedBox.read(folder) else { return nil }
    return .unpacked(id, source: file.source, box)
  }

  /// The folder appears by a rename when all is in it: one that is there after a crash is whole, and whatever is
  /// under the other name is begun again.
  /// - Returns: Whether the archive could be taken apart; otherwise its end is written down.
  private func unpack(_ file: ClaimedFile, of claim: Claim, _ minFreeBytes: Int) throws(FileError) -> Bool {
    let folder = spool.unpackedFolder(claim.id)
    let part = folder + Spool.partSuffix
    try Files.discardTree(part, .scratch)
    try Files.makeFolder(part, mode: 0o700, .spool)
    let unpacker = BoxUnpacker(minFreeBytes: minFreeBytes)
    let failure: ArchiveFailure
    do {
      let box = try unpacker.unpack(spool.claimedFile(claim, file), named: file.source, into: part)
      try box.write(part)
      try Files.syncTree(part, .spool)
      try store.mayGoOn()
      try DurableNames.change { names throws(FileError) in
        try names.rename(part, .spool, to: folder, .spool)
      }
      FaultPoint.boxUnpacked.reach()
      return true
    } catch let error as FileError {
      try Files.discardTree(part, .scratch)
      throw error
    } catch let error as ArchiveFailure {
      failure = error
    } catch {
      failure = .refused("It cannot be read.")
    }
    // Once its end is decided nobody looks for it again.
    try DurableNames.change { names throws(FileError) in try names.removeTree(part, .spool) }
    try conclude(claim.id, UnpackedBox.notReadable(failure.detail))
    return false
  }

  /// Decides the end of an archive in which no file is left that has none.
  /// - Parameter done: Called where that is so.
  func close(_ id: Int, then done: @escaping @Sendable () -> Void) {
    queue.async { [self] in
      guard store.state(of: id)?.phase == .unpacked, store.read({ $0.isBoxSettled(id) }) else { return }
      let folder = spool.unpackedFolder(id)
      do throws(FileError) {
        for name in try Files.names(in: folder, .spool) where try !isOver(name, in: folder) { return }
        guard let box = try UnpackedBox.read(folder) else { return }
        try conclude(id, box.end)
        done()
      } catch {
        log.warning("an archive cannot be brought to its end yet: \(error)", ["claim": "c\(id)"])
      }
    }
  }

  /// What else lies there is yet to be claimed, but for a second name of what was, which a loss of power has left.
  private func isOver(_ name: String, in folder: String) throws(FileError) -> Bool {
    if name == UnpackedBox.listName { return true }
    return try spool.isSecondName(folder + "/" + name)
  }

  private func conclude(_ id: Int, _ end: InputEnd) throws(FileError) {
    guard let files = store.state(of: id)?.claim.files else { return }
    let ends = [Int: InputEnd](uniqueKeysWithValues: files.map { ($0.index, end) })
    let conclusion = StudyState.Conclusion(at: SystemClock.utc(), published: nil, status: nil, ends: ends)
    try store.record(.concluded(conclusion), of: id)
    FaultPoint.concluded.reach()
  }
}
