import Glibc
import Platform

/// The journal's file: one checksummed line a record (`JournalFormat`), appended and synced, so that what was recorded
/// is there after any crash, and what was being recorded is there as a whole or not at all.
package struct StudyJournal: ~Copyable {
  /// The journal cannot be believed, or not be understood.
  package struct Corruption: Error, Equatable, CustomStringConvertible {
    enum Remedy: Sendable, Equatable {
      /// A line was damaged, and nothing but a copy brings back what it recorded.
      case setAside
      /// Another version wrote it.
      case otherVersion
      /// A book of settled claims is not where it was.
      case missingBook
    }

    /// The path, of the journal or of one of its books.
    var journal = "journal"
    /// 1-based; `nil` where it was not counted.
    var line: Int?
    /// Continues a sentence on the line.
    var problem: String
    var remedy: Remedy

    package var description: String {
      let start = "\(line.map { "line \($0)" } ?? "a line") of the journal \(journal) \(problem)"
      switch remedy {
      case .setAside:
        return start + "; put a copy of it back, or set it aside and start again: published results stay, "
          + "and inputs under 'claimed' are then to be put back into the inbox"
      case .missingBook:
        return start + "; put it back, or put back a copy of the whole spool"
      case .otherVersion:
        return start + "; start the version of hinged that wrote it, or a later one: this one changed nothing"
      }
    }
  }

  package enum Failure: Error, Equatable {
    case file(FileError)
    case corrupt(Corruption)
  }

  private let path: String
  private let descriptor: Descriptor
  /// Bytes of whole lines.
  private var length: Int
  package private(set) var lineCount: Int
  /// A part of a line may be behind the whole ones, because a write failed and cutting it off failed as well.
  private var hasTail = false

  /// Opens the journal, replays it into a ledger, and cuts off what a crash left of a last line. A journal of an
  /// earlier form is replaced by one of today's, as a whole: whatever ends the process, one of the two is there.
  /// - Parameter mayReplace: Asked right before another file takes the journal's place.
  package static func open(
    _ path: String, into ledger: inout Ledger, mayReplace: Permission = { () throws(FileError) in }
  ) throws(Failure) -> StudyJournal {
    let descriptor: Descriptor
    do throws(FileError) {
      descriptor = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600, .journal)
    } catch { throw .file(error) }
    let replay = try replay(descriptor, path, isOwner: true)
    ledger = replay.ledger
    do throws(FileError) {
      guard replay.version == JournalFormat.current, !replay.hasFiled else {
        return try write(ledger, to: path, mayReplace)
      }
      var journal = StudyJournal(path, descriptor, length: replay.length, lineCount: replay.lines)
      try journal.cutTail()
      return journal
    } catch { throw .file(error) }
  }

  /// Reads a journal that another process may be writing to. Between the reading of the journal and of its books the
  /// process may have replaced both.
  package static func read(_ path: String) throws(Failure) -> Ledger {
    var tries = 0
    while true {
      do throws(Failure) {
        let descriptor: Descriptor
        do throws(FileError) { descriptor = try Descriptor.open(path, O_RDONLY, .journal) } catch {
          throw .file(error)
        }
        return try replay(descriptor, path, isOwner: false).ledger
      } catch {
        tries += 1
        guard case .corrupt(let corruption) = error, corruption.remedy == .missingBook, tries < 3 else {
          throw error
        }
      }
    }
  }

  private static func replay(
    _ file: borrowing Descriptor, _ path: String, isOwner: Bool
  ) throws(Failure) -> JournalReplay {
    var replay = JournalReplay(settled: SettledFolder(besideJournal: path), isOwner: isOwner)
    do throws(Failure) { try replay.read(file) } catch {
      guard case .corrupt(var corruption) = error, corruption.journal == "journal" else { throw error }
      corruption.journal = path
      throw .corrupt(corruption)
    }
    return replay
  }

  private init(_ path: String, _ descriptor: consuming Descriptor, length: Int, lineCount: Int) {
    self.path = path
    self.descriptor = descriptor
    self.length = length
    self.lineCount = lineCount
  }

  /// Another file is in this one's place, and what is appended here is read by nobody: a daemon that took the
  /// spool over rewrote the journal, a person put a copy back, or `compact` could not open what it wrote.
  package var isReplaced: Bool {
    var status = stat()
    return fstat(descriptor.raw, &status) == 0 && status.st_nlink == 0
  }

  /// Appends entries as one write and one sync. When it throws, none of them counts.
  package mutating func append(_ entries: [Ledger.Entry]) throws(FileError) {
    var bytes: [UInt8] = []
    for entry in entries { bytes += JournalFormat.line(of: entry) }
    if hasTail { try cutTail() }
    do throws(FileError) {
      try descriptor.write(bytes, .journal)
      try descriptor.sync(.journal)
    } catch {
      hasTail = true
      try? cutTail()
      throw error
    }
    length += bytes.count
    lineCount += entries.count
  }

  /// Throws where the spool is not known to be this process's any more.
  package typealias Permission = () throws(FileError) -> Void

  /// Replaces the journal by the shortest one that records the same.
  /// - Parameter mayReplace: Asked right before another file takes the journal's place.
  package mutating func compact(
    to ledger: Ledger, mayReplace: Permission = { () throws(FileError) in }
  ) throws(FileError) {
    self = try Self.write(ledger, to: path, mayReplace)
  }

  /// Writes the shortest journal that records a ledger, beside the one at the path, and then in its place.
  ///
  /// It has two lines at least. A hinged that knows no header takes a line of unknown form for damage where another
  /// one follows, and refuses to start; the last line it would cut off.
  private static func write(
    _ ledger: Ledger, to path: String, _ mayReplace: Permission
  ) throws(FileError) -> StudyJournal {
    var (length, lines) = (0, 1)
    do {
      func mayAppear() throws { try mayReplace() }
      try AtomicFile.stream(to: path, mode: 0o600, .journal, mayAppear: mayAppear) { file in
        var bytes = JournalFormat.header
        for entry in ledger.entries {
          bytes += JournalFormat.line(of: entry)
          lines += 1
          guard bytes.count >= pieceBytes else { continue }
          try file.write(bytes, .journal)
          length += bytes.count
          bytes.removeAll(keepingCapacity: true)
        }
        try file.write(bytes, .journal)
        length += bytes.count
      }
    } catch {
      throw error as? FileError ?? FileError(.write, .journal, code: EIO)
    }
    let descriptor = try Descriptor.open(path, O_RDWR | O_NOFOLLOW, .journal)
    var journal = StudyJournal(path, descriptor, length: length, lineCount: lines)
    try journal.cutTail()
    return journal
  }

  private static let pieceBytes = 1 << 20

  private mutating func cutTail() throws(FileError) {
    guard ftruncate(descriptor.raw, off_t(length)) == 0 else { throw FileError(.write, .journal) }
    guard lseek(descriptor.raw, off_t(length), SEEK_SET) >= 0 else { throw FileError(.write, .journal) }
    hasTail = false
  }
}
