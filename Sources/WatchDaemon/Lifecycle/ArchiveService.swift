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
  /// Archives that could not be taken apart, or brought to their end, when it was last tried, with why. Each is tried again.
  private let delayed = Guarded<[Int: String]>([:])

  init(store: StudyStore, spool: Spool, log: Log) {
    self.store = store
    self.spool = spool
    self.log = log
  }

  enum Outcome: Sendable {
    /// It was taken apart; what no claim has taken of it so far.
    case unpacked(Int, source: String, unclaimed: [UnpackedBox.File])
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
        again(id, after: streak, "an archive cannot be taken apart yet: \(error)") {
          $0.open(id, minFreeBytes: minFreeBytes, streak: streak + 1, then: done)
        }
      }
    }
  }

  private func again(
    _ id: Int, after streak: Int, _ problem: String, _ body: @escaping @Sendable (ArchiveService) -> Void
  ) {
    let delay = RetryPolicy.delay(streak: streak, jitter: 1)
    if delayed.withLock({ $0.updateValue(problem, forKey: id) }) != problem {
      log.warning(problem, ["claim": "c\(id)", "retry_seconds": "\(Int(delay))"])
    }
    queue.asyncAfter(deadline: .now() + delay) { [self] in body(self) }
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
    return .unpacked(id, source: file.source, unclaimed: try unclaimed(box, of: id))
  }

  /// A second name of what was taken, which a loss of power has left, is none of it. What cannot be looked at may be.
  private func unclaimed(_ box: UnpackedBox, of id: Int) throws(FileError) -> [UnpackedBox.File] {
    var files: [UnpackedBox.File] = []
    for file in box.files {
      let path = spool.unpackedFile(BoxedFile(claim: id, index: file.index))
      if try Files.exists(path, .spool), try !spool.isSecondName(path) { files.append(file) }
    }
    return files
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

  /// Decides the end of an archive in which no file is left that has none, and tries again where that cannot be found
  /// out or written down now: nothing else may happen that would ask for it.
  /// - Parameter done: Called where that is so.
  func close(_ id: Int, streak: Int = 1, then done: @escaping @Sendable () -> Void) {
    queue.async { [self] in
      do throws(FileError) {
        let isOver = try concludeIfOver(id)
        if isOver || streak > 1 { delayed.withLock { $0[id] = nil } }
        if isOver { done() }
      } catch {
        // Each claim that ends asks, and one of them is waited for already.
        if streak == 1, delayed.withLock({ $0[id] != nil }) { return }
        again(id, after: streak, "an archive cannot be brought to its end yet: \(error)") {
          $0.close(id, streak: streak + 1, then: done)
        }
      }
    }
  }

  private func concludeIfOver(_ id: Int) throws(FileError) -> Bool {
    dispatchPrecondition(condition: .onQueue(queue))
    guard store.state(of: id)?.phase == .unpacked, store.read({ $0.isBoxSettled(id) }) else { return false }
    let folder = spool.unpackedFolder(id)
    for name in try Files.names(in: folder, .spool) where try !isOver(name, in: folder) { return false }
    guard let box = try UnpackedBox.read(folder) else { return false }
    try conclude(id, box.end)
    return true
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
