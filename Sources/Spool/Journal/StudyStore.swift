import Glibc
import Platform

/// The journal and the ledger that it records, for all threads. What is recorded is on the disk before the ledger
/// says so; a record that fails changes nothing.
package final class StudyStore: Sendable {
  private struct Content: ~Copyable {
    var journal: StudyJournal
    var ledger: Ledger
    /// Rises with each record.
    var version = 0
    var isClosed = false
    /// Books that the journal on the disk names.
    var namedBooks: Set<String>
    /// Where a rewriting failed, it is tried again when so many lines more are there.
    var nextCompaction = 0
    /// Why the last rewriting failed.
    var rewriteFailure: FileError?
    /// Claims whose last start is this process's.
    private(set) var started: Set<Int> = []

    mutating func apply(_ entries: [Ledger.Entry]) {
      for entry in entries {
        ledger.applyUnchecked(entry)
        switch entry {
        case .event(let id, .started): started.insert(id)
        case .event(let id, .settled): started.remove(id)
        default: break
        }
      }
      version += 1
    }
  }

  private let content: Guarded<Content>
  private let reserve: String
  /// Ends the process where it must write no more.
  private let assertOwned: Assertion

  /// - Parameter isReplaced: Another file is in the journal's place.
  package typealias Assertion = @Sendable (_ isReplaced: Bool) throws(FileError) -> Void

  /// - Parameter assertOwned: Asked before every record. Returns where the spool is still this process's.
  package init(_ spool: Spool, assertOwned: @escaping Assertion = { _ throws(FileError) in })
    throws(StudyJournal.Failure)
  {
    self.assertOwned = assertOwned
    var ledger = Ledger(settled: spool.settled)
    var journal = try Self.open(spool, into: &ledger) { () throws(FileError) in try assertOwned(false) }
    do throws(FileError) { try Self.passOver(spool, &journal, &ledger) } catch { throw .file(error) }
    reserve = spool.reserve
    // Another process may own the spool no more, or never have written what it had begun.
    try? ledger.filed.folder.removeAll(but: ledger.bookNames) { () throws(FileError) in try assertOwned(false)
    }
    content = Guarded(Content(journal: journal, ledger: ledger, namedBooks: ledger.bookNames))
    content.withLock { compactIfWorthwhile(&$0) }
    keepReserve()
  }

  /// A journal of an earlier form is rewritten, for which a full disk may have no room but the reserve.
  private static func open(
    _ spool: Spool, into ledger: inout Ledger, mayReplace: StudyJournal.Permission
  ) throws(StudyJournal.Failure) -> StudyJournal {
    do throws(StudyJournal.Failure) {
      return try StudyJournal.open(spool.journal, into: &ledger, mayReplace: mayReplace)
    } catch {
      guard case .file(let failure) = error, failure.isDiskFull, giveUp(spool.reserve) else {
        throw error
      }
      return try StudyJournal.open(spool.journal, into: &ledger, mayReplace: mayReplace)
    }
  }

  /// Claims of a journal that is no more, because a person set it aside or put an older copy back, may have left folders.
  /// A new claim of the same number would find another study's files in its place.
  private static func passOver(
    _ spool: Spool, _ journal: inout StudyJournal, _ ledger: inout Ledger
  ) throws(FileError) {
    let last = try spool.lastClaim(isJournalNew: ledger.nextClaim == 1)
    guard last >= ledger.nextClaim else { return }
    var forgotten = ledger.forgotten
    forgotten.lastClaim = last
    try journal.append([.forgotten(forgotten)])
    ledger.applyUnchecked(.forgotten(forgotten))
  }

  package func record(_ entries: [Ledger.Entry]) throws(FileError) {
    let failure = content.withLock { content -> FileError? in
      if content.isClosed { return FileError(.write, .journal, code: ECANCELED) }
      for entry in entries {
        if let contradiction = content.ledger.contradiction(of: entry) {
          preconditionFailure("what the daemon does follows on what it did: \(contradiction.description)")
        }
      }
      do throws(FileError) { try append(entries, to: &content.journal) } catch { return error }
      content.apply(entries)
      compactIfWorthwhile(&content)
      return nil
    }
    if let failure { throw failure }
  }

  package func record(_ event: StudyState.Event, of claim: Int) throws(FileError) {
    try record([.event(claim: claim, event)])
  }

  /// To be asked before each step that changes spool, inbox or outbox and that the journal does not precede at once.
  package func mayGoOn() throws(FileError) { try assertOwned(false) }

  /// Makes claims whose numbers follow on the last one.
  /// - Parameter make: Gets the ledger and the first free number; gives claims numbered from there.
  package func claim(_ make: (Ledger, Int) -> [Claim]) throws(FileError) -> [Claim] {
    let claims = read { make($0, $0.nextClaim) }
    if !claims.isEmpty { try record(claims.map(Ledger.Entry.claim)) }
    return claims
  }

  /// Records that what is in work was stopped through no fault of its own, and takes no more records. A start that
  /// another process died over still counts.
  package func close() {
    content.withLock { content in
      let ledger = content.ledger
      let stopped = content.started.sorted().filter { ledger.open[$0]?.isStarted == true }
      let entries = stopped.map { Ledger.Entry.event(claim: $0, .released(nil)) }
      if !content.isClosed, !entries.isEmpty, (try? append(entries, to: &content.journal)) != nil {
        for entry in entries { content.ledger.applyUnchecked(entry) }
      }
      content.isClosed = true
    }
  }

  package func read<Answer>(_ question: (Ledger) -> Answer) -> Answer {
    content.withLock { question($0.ledger) }
  }

  /// Changes whenever the ledger does.
  package var version: Int { content.withLock { $0.version } }

  package func state(of claim: Int) -> StudyState? { read { $0.state(of: claim) } }

  package func history(of study: String) -> StudyHistory { read { StudyHistory(of: study, in: $0) } }

  /// A full disk must not keep the daemon from recording what it did: the reserve is given up for it.
  private func append(_ entries: [Ledger.Entry], to journal: inout StudyJournal) throws(FileError) {
    try assertOwned(journal.isReplaced)
    do throws(FileError) {
      try journal.append(entries)
    } catch {
      guard error.isDiskFull, Self.giveUp(reserve) else { throw error }
      try journal.append(entries)
    }
  }

  /// Holds back blocks for a time when the disk is full, if they are to be had now.
  package func keepReserve() {
    guard (try? Files.exists(reserve, .spool)) == false,
      let descriptor = try? Descriptor.open(reserve, O_WRONLY | O_CREAT, mode: 0o600, .spool)
    else { return }
    if posix_fallocate(descriptor.raw, 0, off_t(Self.reserveBytes)) != 0 { _ = Self.giveUp(reserve) }
  }

  /// A journal much longer than what it records is rewritten. If that fails the long one goes on.
  private func compactIfWorthwhile(_ content: inout Content) {
    let worthwhile = max(4 * content.ledger.lineCount + Self.linesWorthCompacting, content.nextCompaction)
    guard content.journal.lineCount > worthwhile else { return }
    do throws(FileError) { try compact(&content) } catch {
      content.nextCompaction = content.journal.lineCount + Self.linesWorthCompacting / 4
      content.rewriteFailure = error
    }
  }

  /// Why the journal, which goes on growing, could not be rewritten.
  package var rewriteFailure: FileError? { content.withLock { $0.rewriteFailure } }

  /// Rewrites the journal where that failed, so that whoever mended the cause sees it soon.
  package func retryRewriting() {
    content.withLock { content in
      if content.isClosed || content.rewriteFailure == nil { return }
      do throws(FileError) { try compact(&content) } catch { content.rewriteFailure = error }
    }
  }

  package func compact() throws(FileError) {
    let failure = content.withLock { content -> FileError? in
      do throws(FileError) { try compact(&content) } catch { return error }
      return nil
    }
    if let failure { throw failure }
  }

  /// What is settled goes into a book, which is on the disk before the journal names it. Until the journal is replaced the
  /// one before tells the same. A book that was replaced stays until the next time: whoever has just read the journal
  /// before reads it yet.
  ///
  /// All that takes its time, and a daemon that sleeps meanwhile may wake up when another one has the spool: it then
  /// leaves that one's journal and books alone.
  private func compact(_ content: inout Content) throws(FileError) {
    try content.ledger.fileSettled()
    let isReplaced = content.journal.isReplaced
    try content.journal.compact(to: content.ledger) { () throws(FileError) in try assertOwned(isReplaced) }
    FaultPoint.bookNamed.reach()
    let (before, now) = (content.namedBooks, content.ledger.bookNames)
    content.namedBooks = now
    (content.nextCompaction, content.rewriteFailure) = (0, nil)
    // They are in nobody's way, and the next time or the next start tries again.
    try? content.ledger.filed.folder.removeAll(but: before.union(now)) { () throws(FileError) in
      try assertOwned(false)
    }
  }

  /// - Returns: Whether it is gone.
  private static func giveUp(_ reserve: String) -> Bool {
    do throws(FileError) { try Files.discard(reserve, .scratch) } catch { return false }
    return true
  }

  private static let reserveBytes = 1 << 20
  private static let linesWorthCompacting = 2_000
}

extension Ledger {
  fileprivate var bookNames: Set<String> { Set(filed.books.map(\.book.name)) }
}
