import Glibc
import Platform

/// What the lines of a journal tell, taken one after the other, in as much memory as the ledger and the longest of
/// them take.
///
/// A last line that is not whole, or that does not match its checksum, is what a crash left of a write: nothing that
/// was recorded is in it, and it is passed over. Everything else that cannot be read is refused. A line that matches
/// its checksum was written as it is, by this program or by another one, and to cut it off would lose what it records.
struct JournalReplay {
  private(set) var ledger: Ledger
  /// The reader owns the spool: it makes missing indexes anew, and files settled claims where they are many.
  private let isOwner: Bool
  /// Claims were brought into books that the journal does not name.
  private(set) var hasFiled = false
  /// Bytes of the lines that count.
  private(set) var length = 0
  /// Lines that count, the header among them.
  private(set) var lines = 0
  /// The version of the journal's format; `nil` where there is no whole line.
  private(set) var version: Int?
  /// The line behind those that count does not match its checksum.
  private var isTorn = false

  /// So many settled claims at most are in memory while a long journal is read.
  private static let mostInMemory = 50_000

  init(settled: SettledFolder, isOwner: Bool) {
    ledger = Ledger(settled: settled)
    self.isOwner = isOwner
  }

  /// Reads all whole lines.
  /// - Parameter searched: So many bytes at the beginning hold no line feed.
  /// - Returns: The length of what was read, in bytes.
  mutating func read(
    _ bytes: UnsafeRawBufferPointer, searched: Int = 0
  ) throws(StudyJournal.Failure) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    var (start, searched) = (0, searched)
    while let feed = memchr(base + searched, Int32(UInt8(ascii: "\n")), bytes.count - searched) {
      let end = base.distance(to: UnsafeRawPointer(feed))
      try read(line: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      (start, searched) = (end + 1, end + 1)
    }
    return start
  }

  private mutating func read(line: UnsafeRawBufferPointer) throws(StudyJournal.Failure) {
    // What a crash left has nothing whole behind it: this line was damaged later.
    if isTorn { throw .corrupt(corruption("does not match its checksum", .setAside)) }
    guard let text = JournalFormat.text(of: line) else {
      isTorn = true
      return
    }
    let entry: Ledger.Entry?
    do throws(RecordProblem) { entry = try self.entry(of: text) } catch {
      throw .corrupt(corruption(error.text, .otherVersion))
    }
    if let entry { try apply(entry) }
    lines += 1
    length += line.count + 1
  }

  /// `nil` for the header.
  private mutating func entry(of text: UnsafeRawBufferPointer) throws(RecordProblem) -> Ledger.Entry? {
    guard let version else {
      let stated = try JournalFormat.version(of: text)
      version = stated
      return stated >= JournalFormat.named ? nil : try EarlierRecord.entry(of: text)
    }
    if version >= JournalFormat.named { return try JSONFieldReader.record(text) }
    return try EarlierRecord.entry(of: text)
  }

  private mutating func apply(_ entry: Ledger.Entry) throws(StudyJournal.Failure) {
    let claims: [FiledClaim]?
    if case .book(let book) = entry { claims = try self.claims(of: book) } else { claims = nil }
    do throws(Ledger.Contradiction) {
      if case .book(let book) = entry {
        try ledger.apply(book, claims ?? [])
      } else {
        try ledger.apply(entry)
      }
    } catch {
      throw .corrupt(corruption("contradicts those before it: \(error.description)", .setAside))
    }
  }

  private func claims(of book: SettledBook) throws(StudyJournal.Failure) -> [FiledClaim] {
    let folder = ledger.filed.folder
    do throws(StudyJournal.Failure) {
      // That it is there, and as long as it was written.
      _ = try BookReader(book, in: folder)
      if let claims = BookIndex.claims(of: book, in: folder) { return claims }
      let index = try BookIndex(reading: book, in: folder)
      if isOwner { ledger.filed.writeIndex(index, of: book) }
      return index.claims
    } catch {
      guard case .file(let failure) = error, failure.code == ENOENT else { throw error }
      throw .corrupt(
        corruption("names the file settled/\(book.name) of settled claims, which is missing", .missingBook))
    }
  }

  /// Brings settled claims into a book where they are many.
  fileprivate mutating func file() throws(FileError) {
    guard isOwner, ledger.packed.count > Self.mostInMemory else { return }
    try ledger.fileSettled(merges: false)
    hasFiled = true
  }

  private func corruption(
    _ problem: String, _ remedy: StudyJournal.Corruption.Remedy
  ) -> StudyJournal.Corruption {
    StudyJournal.Corruption(line: lines + 1, problem: problem, remedy: remedy)
  }
}

extension JournalReplay {
  /// Reads what a file holds from its current position on, piece by piece.
  mutating func read(_ file: borrowing Descriptor) throws(StudyJournal.Failure) {
    var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    // Bytes of a line whose end is yet to be read.
    var kept = 0
    while true {
      let count: Int
      do throws(FileError) {
        count = try file.readSome(UnsafeMutableRawBufferPointer(rebasing: buffer[kept...]), .journal)
      } catch { throw .file(error) }
      if count == 0 { return }
      let piece = UnsafeRawBufferPointer(rebasing: buffer[..<(kept + count)])
      let taken = try read(piece, searched: kept)
      do throws(FileError) { try self.file() } catch { throw .file(error) }
      kept = piece.count - taken
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece[taken...]))
      if kept == buffer.count { buffer = buffer.doubled() }
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Twice the room with the same beginning; the old one is given back.
  fileprivate func doubled() -> UnsafeMutableRawBufferPointer {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * count, alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(self))
    deallocate()
    return larger
  }
}
