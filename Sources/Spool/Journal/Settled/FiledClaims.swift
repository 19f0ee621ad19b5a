import Glibc
import Platform
import Study

/// Settled claims that lie in books: an entry of 64 bytes for each is in memory, and its line is read when somebody asks
/// for the claim.
package struct FiledClaims: Sendable {
  /// A book that counts.
  struct Filed: Sendable {
    var book: SettledBook
    /// By this its entries know it.
    var number: UInt32
    /// Its claims that were forgotten or given back since.
    var gone = 0

    var live: Int { book.claims - gone }
  }

  package let folder: SettledFolder
  /// In the order in which they were written.
  var books: [Filed] = []
  /// Of claims of all books, and some that are in none any more.
  var entries: [FiledClaim] = []
  private var byClaim = PlaceTable()
  private var byStudy = PlaceTable()
  /// Files by their end, of claims that are not gone.
  private var ends: [StudyReport.Input.State: Int] = [:]
  private(set) var outcomes: [ClaimOutcome: Int] = [:]
  /// Claims with files in quarantine.
  private(set) var withSetAside: Set<Int> = []
  private(set) var count = 0
  var lastNumber: UInt32 = 0

  /// Of an entry that is in no book any more.
  static let noBook = UInt32.max

  init(folder: SettledFolder) { self.folder = folder }

  var files: [String: Int] { Dictionary(uniqueKeysWithValues: ends.map { ($0.key.rawValue, $0.value) }) }
  /// Ascending.
  var ids: [Int] { entries.lazy.filter { $0.isGone == 0 }.map { Int($0.claim) }.sorted() }

  func contains(_ claim: Int) -> Bool { place(of: claim) != nil }

  subscript(claim: Int) -> StudyState? { place(of: claim).map { read(entries[$0]) } }

  /// Ids of claims that may name the study.
  func candidates(of study: String) -> [Int] {
    let hash = StableHash.of(study)
    var claims: [Int] = []
    byStudy.candidates(hash) { place in
      if entries[place].study == hash, entries[place].isGone == 0 { claims.append(Int(entries[place].claim)) }
    }
    return claims
  }

  /// Claims that were concluded before a time (UTC, milliseconds), so many at most, without some.
  func due(
    _ retention: ClaimRetention, before time: Int64, limit: Int, but seen: Set<Int>
  ) -> [StudyState] {
    var due: [StudyState] = []
    for entry in entries where entry.isGone == 0 && entry.retention == retention.rawValue {
      guard entry.concludedAt < time, !seen.contains(Int(entry.claim)) else { continue }
      due.append(read(entry))
      if due.count == limit { break }
    }
    return due
  }

  /// Ascending.
  var setAside: [SetAsideFiles] {
    withSetAside.sorted().compactMap { claim in
      place(of: claim).map { entries[$0].setAside ?? SetAsideFiles(read(entries[$0])) }
    }
  }

  /// The newest claims, so many at most.
  func newest(_ limit: Int) -> [StudyState] {
    ids.suffix(limit).compactMap { self[$0] }
  }

  /// Ids of claims that files may have come by under one of the paths. The paths of all claims are read for it.
  func candidates(ofSources paths: Set<String>) -> [Int] {
    let hashes = Set(paths.map(StableHash.of))
    var claims: Set<Int> = []
    for filed in books {
      let sources = BookIndex.sources(of: filed.book, in: folder) ?? Self.sources(filed.book, folder)
      for source in sources where hashes.contains(source.path) { claims.insert(Int(source.claim)) }
    }
    return claims.filter(contains).sorted()
  }

  static func sources(_ book: SettledBook, _ folder: SettledFolder) -> [BookIndex.Source] {
    retrying { () throws(StudyJournal.Failure) in try BookIndex(reading: book, in: folder) }.sources
  }

  func place(of claim: Int) -> Int? {
    byClaim.first(UInt64(claim)) { entries[$0].claim == UInt32(claim) && entries[$0].isGone == 0 }
  }
}

extension FiledClaims {
  /// Takes in what a book has.
  /// - Returns: A claim that is there already, in which case nothing was taken in.
  mutating func add(_ book: SettledBook, _ index: [FiledClaim]) -> Int? {
    if let twice = index.first(where: { contains(Int($0.claim)) }) { return Int(twice.claim) }
    lastNumber += 1
    let total = entries.count + index.count
    byClaim.reserve(total) { UInt64(entries[$0].claim) }
    byStudy.reserve(total) { entries[$0].study }
    for var entry in index {
      entry.book = lastNumber
      append(entry)
    }
    books.append(Filed(book: book, number: lastNumber))
    return nil
  }

  mutating func append(_ entry: FiledClaim) {
    entries.append(entry)
    let place = entries.count - 1
    byClaim.insert(place) { UInt64(entries[$0].claim) }
    if entry.study != 0 { byStudy.insert(place) { entries[$0].study } }
    note(entry, 1)
  }

  /// A claim is in the books no more.
  mutating func leave(_ claim: Int) {
    guard let place = place(of: claim) else { return }
    entries[place].isGone = 1
    note(entries[place], -1)
    if let at = books.firstIndex(where: { $0.number == entries[place].book }) { books[at].gone += 1 }
  }

  /// Claims that are gone, and whose lines the books still have. Ascending.
  var gone: [Int] {
    guard books.contains(where: { $0.gone > 0 }) else { return [] }
    return entries.lazy.filter { $0.isGone == 1 && $0.book != Self.noBook }.map { Int($0.claim) }.sorted()
  }

  private mutating func note(_ entry: FiledClaim, _ sign: Int) {
    count += sign
    for (end, files) in [
      (StudyReport.Input.State.used, entry.used), (.excluded, entry.excluded), (.ignored, entry.ignored),
      (.quarantined, entry.quarantined), (.held, entry.held),
    ] where files > 0 {
      let count = ends[end, default: 0] + sign * Int(files)
      ends[end] = count == 0 ? nil : count
    }
    if let outcome = ClaimOutcome(rawValue: entry.outcome) { outcomes[outcome, default: 0] += sign }
    guard entry.hasSetAside else { return }
    if sign > 0 { withSetAside.insert(Int(entry.claim)) } else { withSetAside.remove(Int(entry.claim)) }
  }

  /// Makes entries and tables anew without those that are in no book any more.
  mutating func closeUp() {
    var fresh = FiledClaims(folder: folder)
    fresh.byClaim = PlaceTable(expecting: count)
    fresh.byStudy = PlaceTable(expecting: count)
    for entry in entries where entry.book != Self.noBook { fresh.append(entry) }
    // Those that are gone were counted with the others.
    for entry in entries where entry.book != Self.noBook && entry.isGone == 1 { fresh.note(entry, -1) }
    (fresh.books, fresh.lastNumber) = (books, lastNumber)
    self = fresh
  }
}

extension FiledClaims {
  private func read(_ entry: FiledClaim) -> StudyState {
    let book = book(of: entry)
    return Self.retrying { [folder] () throws(StudyJournal.Failure) in
      try BookReader(book, in: folder).state(entry)
    }
  }

  /// Visits all claims, ascending. Each book is opened once.
  func visitAll(_ visit: (StudyState) -> Void) {
    var readers: [UInt32: BookReader] = [:]
    let places = entries.indices.filter { entries[$0].isGone == 0 }
    for place in places.sorted(by: { entries[$0].claim < entries[$1].claim }) {
      let entry = entries[place]
      visit(
        Self.retrying { () throws(StudyJournal.Failure) in
          if let reader = readers[entry.book] { return try reader.state(entry) }
          let reader = try BookReader(book(of: entry), in: folder)
          readers[entry.book] = reader
          return try reader.state(entry)
        })
    }
  }

  /// The book in which the line of a claim is that is not gone.
  func book(of entry: FiledClaim) -> SettledBook {
    guard let filed = books.first(where: { $0.number == entry.book }) else {
      preconditionFailure("a claim that is not gone is in a book")
    }
    return filed.book
  }

  /// What cannot be read for a moment is read again. Without what is known of a study nothing may be done with it, so
  /// that the process ends where it stays so: for a person where a book is damaged, else to be started again.
  static func retrying<Answer>(_ read: () throws(StudyJournal.Failure) -> Answer) -> Answer {
    var tries = 0
    while true {
      do throws(StudyJournal.Failure) { return try read() } catch {
        switch error {
        case .corrupt(let corruption):
          Log().error("\(corruption)")
          _exit(ExitCode.configuration)
        case .file(let failure):
          tries += 1
          if tries > mostTries {
            Log().error("settled claims cannot be read: \(failure); see to the spool's disk")
            _exit(ExitCode.temporary)
          }
          usleep(pauseMicroseconds)
        }
      }
    }
  }

  private static let mostTries = 50
  private static let pauseMicroseconds: UInt32 = 100_000
}
