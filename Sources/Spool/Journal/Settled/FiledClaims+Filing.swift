import Glibc
import Platform

/// Writing books. A new one takes in the small ones before it, so that there are few, and those of whose claims most are
/// gone. Books that were replaced stay until the journal names them no more.
extension FiledClaims {
  /// A book of so many claims is copied no more for being small.
  private static let largeBook = 50_000
  /// So many claims at most are copied at a time.
  private static let mostCopied = 200_000
  private static let pieceBytes = 1 << 20

  /// Writes settled claims into a new book. When it throws, all is as it was.
  /// - Parameter merges: Takes in other books too.
  mutating func file(_ states: some Collection<StudyState>, merges: Bool = true) throws(FileError) {
    let taken = merges ? booksToCopy(with: states.count) : []
    let copied = live(of: taken)
    if states.isEmpty, taken.isEmpty { return }
    if states.isEmpty, copied.isEmpty { return drop(taken) }
    let ids = states.map(\.claim.id) + copied.map { Int(entries[$0].claim) }
    let name = SettledFolder.newName(first: ids.min() ?? 0, last: ids.max() ?? 0)
    try DurableNames.change { names throws(FileError) in
      try names.makeFolder(
        folder.path, in: Files.parent(of: folder.path) ?? "/", mode: 0o700, .journal)
    }
    let (book, index) = try write(name, copied, states)
    drop(taken)
    lastNumber += 1
    for (place, entry) in zip(copied, index.claims) {
      (entries[place].start, entries[place].book) = (entry.start, lastNumber)
    }
    for var entry in index.claims.dropFirst(copied.count) {
      entry.book = lastNumber
      append(entry)
    }
    books.append(Filed(book: book, number: lastNumber))
    if entries.count > 2 * count + 1_000 { closeUp() }
  }

  /// The last ones that together are not much larger than what comes, and those that are mostly gone.
  private func booksToCopy(with count: Int) -> Set<UInt32> {
    var taken: Set<UInt32> = []
    var size = count
    for filed in books where 2 * filed.gone > filed.book.claims && size < Self.mostCopied {
      taken.insert(filed.number)
      size += filed.live
    }
    for filed in books.reversed() where !taken.contains(filed.number) {
      guard filed.live < Self.largeBook, filed.live < 2 * size, size < Self.mostCopied else { break }
      taken.insert(filed.number)
      size += filed.live
    }
    // One alone would be copied as it is.
    return count == 0 && taken.count == 1 && books.first { taken.contains($0.number) }?.gone == 0 ? [] : taken
  }

  private func live(of taken: Set<UInt32>) -> [Int] {
    taken.isEmpty
      ? [] : entries.indices.filter { entries[$0].isGone == 0 && taken.contains(entries[$0].book) }
  }

  private mutating func drop(_ taken: Set<UInt32>) {
    if taken.isEmpty { return }
    for place in entries.indices where taken.contains(entries[place].book) {
      entries[place].book = Self.noBook
    }
    books.removeAll { taken.contains($0.number) }
  }

  private func write(
    _ name: String, _ copied: [Int], _ states: some Collection<StudyState>
  ) throws(FileError) -> (SettledBook, BookIndex) {
    var draft = BookDraft(expecting: copied.count + states.count)
    do {
      try AtomicFile.stream(to: folder.path + "/" + name, mode: 0o600, .journal) { file in
        var lines = LineCopy(self, copied)
        while try lines.next() {
          draft.add(lines.line, of: lines.claim)
          if draft.pending.count >= Self.pieceBytes { try file.write(draft.taken(), .journal) }
        }
        draft.add(sources(of: copied))
        for state in states {
          draft.add(JournalFormat.line(of: Ledger.Entry.state(state)), of: state)
          if draft.pending.count >= Self.pieceBytes { try file.write(draft.taken(), .journal) }
        }
        try file.write(draft.taken(), .journal)
      }
    } catch {
      throw error as? FileError ?? FileError(.write, .journal, code: EIO)
    }
    FaultPoint.bookWritten.reach()
    let book = SettledBook(name: name, bytes: draft.length, claims: draft.index.claims.count)
    writeIndex(draft.index, of: book)
    return (book, draft.index)
  }

  /// The paths that claims of other books came by.
  private func sources(of places: [Int]) -> [BookIndex.Source] {
    let claims = Set(places.map { UInt64(entries[$0].claim) })
    let taken = Set(places.map { entries[$0].book })
    return books.filter { taken.contains($0.number) }.flatMap { filed in
      (BookIndex.sources(of: filed.book, in: folder) ?? Self.sources(filed.book, folder))
        .filter { claims.contains($0.claim) }
    }
  }

  /// Where it cannot be written it is made anew at the next start.
  func writeIndex(_ index: BookIndex, of book: SettledBook) {
    try? AtomicFile.write(
      index.bytes(of: book), to: folder.indexPath(of: book), mode: 0o600, durable: false, .journal)
  }
}

/// A book that is being written.
private struct BookDraft {
  private(set) var index = BookIndex()
  /// Bytes that were taken.
  private(set) var length = 0
  /// Bytes that are yet to be written.
  private(set) var pending = JournalFormat.header

  init(expecting claims: Int) { index.claims.reserveCapacity(claims) }

  mutating func add(_ line: [UInt8], of state: StudyState) {
    index.add(state, start: length + pending.count, length: line.count)
    pending += line
  }

  /// A line as it stands in another book: it is copied and not read, for the daemon waits meanwhile.
  mutating func add(_ line: [UInt8], of claim: FiledClaim) {
    var claim = claim
    (claim.start, claim.book) = (UInt64(length + pending.count), 0)
    index.claims.append(claim)
    pending += line
  }

  mutating func add(_ sources: [BookIndex.Source]) { index.sources += sources }

  mutating func taken() -> [UInt8] {
    length += pending.count
    defer { pending = [] }
    return pending
  }
}

/// The lines of claims, as they stand in their books.
private struct LineCopy {
  private let filed: FiledClaims
  private let places: [Int]
  private var done = 0
  private var reader: BookReader?
  private var number = FiledClaims.noBook
  /// The last one.
  private(set) var line: [UInt8] = []

  init(_ filed: FiledClaims, _ places: [Int]) { (self.filed, self.places) = (filed, places) }

  /// Whose line it is.
  var claim: FiledClaim { filed.entries[places[done - 1]] }

  /// - Returns: Whether there is one more.
  mutating func next() throws(FileError) -> Bool {
    guard done < places.count else { return false }
    done += 1
    do throws(StudyJournal.Failure) {
      if claim.book != number {
        reader = try BookReader(filed.book(of: claim), in: filed.folder)
        number = claim.book
      }
      try reader?.line(claim, into: &line)
    } catch {
      guard case .file(let failure) = error else { throw FileError(.read, .journal, code: EIO) }
      throw failure
    }
    return true
  }
}
