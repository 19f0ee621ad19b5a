import Glibc
import Testing

@testable import Platform
@testable import Spool
@testable import Study

/// Claims in books, against a ledger that has all of them in memory.
@Suite struct SettledBooksTests {
  let folder = ScratchFolder()
  var spool: Spool { Spool(path: folder.path) }

  private func settled(_ id: Int, end: InputEnd = .used, concludedAt: Int64 = 5) -> StudyState {
    let study = "1.2.\(id % 100)"
    let files = (1...2).map { index in
      ClaimedFile.example(
        index: index, source: "a/IM_\(id)_\(index)", sha: "\(id)", instance: "\(study).\(id).\(index)",
        end: index == 1 ? end : .used)
    }
    var state = StudyState(claim: .example(id: id, study: study, files: files))
    (state.phase, state.concludedAt) = (.settled, concludedAt)
    state.published = PublishedRevision(study: study, number: 1)
    state.status = .completed
    return state
  }

  /// A store whose settled claims were filed in as many books as there are lists, and a ledger of the same claims.
  private func filed(_ lists: [[StudyState]], merges: Bool = false) throws -> (Ledger, plain: Ledger) {
    var (ledger, plain) = (Ledger(settled: spool.settled), Ledger())
    for list in lists {
      for state in list {
        try ledger.apply(.state(state))
        try plain.apply(.state(state))
      }
      try ledger.fileSettled(merges: merges)
    }
    return (ledger, plain)
  }

  private func written(_ ledger: Ledger) throws {
    var old = Ledger(settled: spool.settled)
    var journal = try StudyJournal.open(spool.journal, into: &old)
    try journal.compact(to: ledger)
  }

  private func read() throws -> Ledger { try StudyJournal.read(spool.journal) }

  @Test func claimsInBooksTellTheSameAsInMemory() throws {
    let states = (1...300).map { settled($0, end: $0 % 7 == 0 ? .truncated : .used, concludedAt: Int64($0)) }
    let (ledger, plain) = try filed([Array(states[..<100]), Array(states[100...])])
    try written(ledger)
    for ledger in [ledger, try read()] {
      #expect(ledger == plain && ledger.packed.count == 0 && ledger.filed.count == 300)
      #expect(ledger.settledFiles == ["used": 558, "quarantined": 42])
      #expect(ledger.settledOutcomes.filter { $0.value > 0 } == [.completed: 300])
      #expect(ledger.setAside == plain.setAside && ledger.setAside.count == 42)
      #expect(ledger.claims(of: "1.2.5").map(\.claim.id) == [5, 105, 205])
      #expect(ledger.claims(of: "1.2.500").isEmpty && ledger.state(of: 301) == nil)
      #expect(
        Set(ledger.removable(before: 150).map(\.claim.id))
          == Set(plain.removable(before: 150).map(\.claim.id)))
      #expect(
        ledger.partlyRemovable(before: 150).map(\.claim.id) == (1..<150).filter { $0 % 7 == 0 })
      #expect(ledger.removable(before: 400, limit: 10).count == 10)
      #expect(ledger.claims(from: ["a/IM_77_2", "a/other"]).map(\.claim.id) == [77])
      #expect(ledger.recent(3).map(\.claim.id) == [298, 299, 300])
      var visited: [StudyState] = []
      ledger.visitAll { visited.append($0) }
      #expect(visited == states)
    }
  }

  @Test func claimLeavesItsBookWhenItIsGivenBackOrForgotten() throws {
    var (ledger, plain) = try filed([(1...20).map { settled($0) }])
    try written(ledger)
    var journal = try StudyJournal.open(spool.journal, into: &ledger)
    for entry: Ledger.Entry in [
      .event(claim: 3, .returning), .event(claim: 3, .returned), .forget(claims: [4, 5]),
      .event(claim: 6, .returning),
    ] {
      try journal.append([entry])
      try ledger.apply(entry)
      try plain.apply(entry)
    }
    #expect(ledger == plain && ledger.settledFiles == ["used": 32])
    #expect(try read() == plain, "by its events")
    try journal.compact(to: ledger)
    #expect(try read() == plain, "by its states")
    #expect(try read().claims(of: "1.2.3").map(\.phase) == [.returned])
    #expect(try read().forgotten.revisions == ["1.2.4": 1, "1.2.5": 1])
  }

  /// Open claims, those that were settled since and those of two books, in one order.
  @Test func claimsAreVisitedInTheOrderOfTheirNumbers() throws {
    var (ledger, _) = try filed([[settled(2), settled(5)], [settled(1), settled(7)]])
    for id in [3, 8] { try ledger.apply(.state(settled(id))) }
    for id in [4, 6, 9] { try ledger.apply(.claim(.example(id: id))) }
    try ledger.apply(.forget(claims: [5]))
    var visited: [Int] = []
    ledger.visitAll { visited.append($0.claim.id) }
    #expect(visited == [1, 2, 3, 4, 6, 7, 8, 9])
  }

  /// Lines are copied and not read: what the index says of them is copied, too.
  @Test(arguments: [true, false]) func bookThatTakesInOthersHasAllThatTheyHad(_ hasIndexes: Bool) throws {
    var (ledger, plain) = try filed([
      (1...30).map { settled($0, end: .truncated) }, (31...50).map { settled($0) },
    ])
    // As many come as the last book has, so that it is taken in, and with both the one before.
    for entry in [.forget(claims: [9])] + (51...70).map({ Ledger.Entry.state(settled($0)) }) {
      try ledger.apply(entry)
      try plain.apply(entry)
    }
    if !hasIndexes {
      for book in ledger.filed.books { try Files.remove(spool.settled.indexPath(of: book.book), .journal) }
    }
    try ledger.fileSettled()
    #expect(ledger == plain && ledger.filed.books.map(\.book.claims) == [69])
    try written(ledger)
    let book = try #require(ledger.filed.books.first?.book)
    let copied = try #require(BookIndex.claims(of: book, in: spool.settled))
    let made = try BookIndex(reading: book, in: spool.settled)
    #expect(
      copied.map(\.start) == made.claims.map(\.start) && copied.map(\.claim) == made.claims.map(\.claim))
    #expect(
      Set(BookIndex.sources(of: book, in: spool.settled)?.map(\.path) ?? []) == Set(made.sources.map(\.path)))
    for ledger in [ledger, try read()] {
      #expect(
        ledger == plain && ledger.settledFiles == plain.settledFiles && ledger.setAside == plain.setAside)
      #expect(ledger.claims(from: ["a/IM_9_1"]).isEmpty)
      #expect(ledger.claims(from: ["a/IM_8_2", "a/IM_51_1"]).map(\.claim.id) == [8, 51])
    }
  }

  @Test func booksAreFewAndThoseThatAreMostlyGoneAreRewritten() throws {
    var (ledger, plain) = (Ledger(settled: spool.settled), Ledger())
    for id in 1...400 {
      try ledger.apply(.state(settled(id)))
      try plain.apply(.state(settled(id)))
      if id % 10 == 0 { try ledger.fileSettled() }
    }
    #expect(ledger == plain && ledger.filed.books.count < 8)
    #expect(ledger.filed.books.map(\.book.claims).reduce(0, +) == 400)
    let gone = Array(1...399)
    for kind in [gone.filter { $0 % 2 == 0 }, gone.filter { $0 % 2 == 1 }] {
      try ledger.apply(.forget(claims: kind))
      try plain.apply(.forget(claims: kind))
      try ledger.fileSettled()
      #expect(ledger == plain)
    }
    #expect(ledger.filed.gone.isEmpty && ledger.filed.books.map(\.book.claims) == [1])
    try ledger.apply(.forget(claims: [400]))
    try ledger.fileSettled()
    #expect(ledger.filed.books.isEmpty && ledger.count == 0 && ledger.nextClaim == 401)
  }

  @Test func indexThatIsMissingOrDamagedIsMadeAnew() throws {
    let (ledger, plain) = try filed([(1...30).map { settled($0) }])
    try written(ledger)
    let book = try #require(ledger.filed.books.first?.book)
    let index = spool.settled.indexPath(of: book)
    let bytes = try Files.read(index, .journal)
    for place in [nil, 0, 9, 70, bytes.count - 5] as [Int?] {
      var damaged = bytes
      if let place { damaged[place] ^= 1 } else { damaged = [] }
      try AtomicFile.write(damaged, to: index, .journal)
      #expect(try read() == plain && read().claims(from: ["a/IM_9_1"]).map(\.claim.id) == [9])
      var opened = Ledger(settled: spool.settled)
      _ = try StudyJournal.open(spool.journal, into: &opened).lineCount
      #expect(opened == plain)
      // Where the claims' part fits, the paths alone are read from the book.
      if place != bytes.count - 5 { #expect(try Files.read(index, .journal) == bytes) }
    }
  }

  @Test func bookThatIsMissingOrCutIsToldAndNotBelieved() throws {
    let (ledger, _) = try filed([(1...3).map { settled($0) }])
    try written(ledger)
    let path = spool.settled.path(of: try #require(ledger.filed.books.first?.book))
    let bytes = try Files.read(path, .journal)
    try AtomicFile.write(bytes.dropLast(), to: path, .journal)
    #expect(throws: StudyJournal.Failure.self) { try read() }
    try Files.remove(path, .journal)
    let error = #expect(throws: StudyJournal.Failure.self) { try read() }
    guard case .corrupt(let corruption) = error else { throw try #require(error) }
    #expect("\(corruption)".hasPrefix("line 3 of the journal \(spool.journal) names the file settled/c1-c3-"))
    #expect("\(corruption)".contains("which is missing; put it back"))
  }

  /// A crash between the book and the journal that names it leaves the journal before, which tells the same.
  @Test func bookThatNoJournalNamesCountsForNothingAndGoes() throws {
    try spool.prepare()
    do {
      let store = try StudyStore(spool)
      for id in 1...5 { try store.record([.state(settled(id))]) }
    }
    let ledger = try StudyJournal.read(spool.journal)
    var crashed = ledger
    try crashed.fileSettled()
    #expect(try Files.names(in: spool.settled.path, .journal).count == 2)
    #expect(try StudyJournal.read(spool.journal) == ledger)
    let store = try StudyStore(spool)
    #expect(store.read { $0 } == ledger)
    #expect(try Files.names(in: spool.settled.path, .journal) == [])
  }

  /// A daemon that slept while it wrote a book wakes up when another one has the spool: that one's journal and books stay
  /// as they are, wherever it slept.
  @Test(arguments: [0, 1]) func daemonThatLostItsSpoolWhileItWroteABookChangesNothing(_ steps: Int) throws {
    try spool.prepare()
    let left = Guarded(Int.max)
    let store = try StudyStore(spool) { _ throws(FileError) in
      let isOwned = left.withLock { left in
        left -= 1
        return left >= 0
      }
      if !isOwned { throw FileError(.write, .journal, code: ESTALE) }
    }
    for id in 1...5 { try store.record([.state(settled(id))]) }
    let other = spool.settled.path + "/c1-c9-0"
    try AtomicFile.write(Array("another daemon's".utf8), to: other, .journal)
    let journal = try Files.read(spool.journal, .journal)
    left.withLock { $0 = steps }
    if steps == 0 {
      #expect(throws: FileError.self) { try store.compact() }
      #expect(try Files.read(spool.journal, .journal) == journal)
    } else {
      try store.compact()
    }
    #expect(try Files.exists(other, .journal))
    left.withLock { $0 = .max }
    try store.compact()
    #expect(try !Files.exists(other, .journal))
    #expect(try StudyJournal.read(spool.journal) == store.read { $0 })
  }

  /// A book whose disk fails keeps the journal from being rewritten. That is told until it is mended, and nothing is lost.
  @Test func tellsThatABookCannotBeCopiedUntilItCan() throws {
    try spool.prepare()
    let store = try StudyStore(spool)
    for id in 1...5 { try store.record([.state(settled(id))]) }
    try store.compact()
    let book = try #require(store.read { $0.filed.books.first?.book.name })
    let path = spool.settled.path + "/" + book
    let whole = try Files.read(path, .journal)
    try Files.remove(path, .journal)
    for id in 6...2_600 { try store.record([.state(settled(id))]) }
    #expect(store.rewriteFailure != nil && store.read { $0.count } == 2_600)
    store.retryRewriting()
    #expect(store.rewriteFailure != nil)
    try AtomicFile.write(whole, to: path, mode: 0o600, .journal)
    store.retryRewriting()
    #expect(store.rewriteFailure == nil)
    #expect(try StudyJournal.read(spool.journal) == store.read { $0 })
  }

  @Test func storeFilesWhatIsSettledAndKeepsAJournalOfFewLines() throws {
    try spool.prepare()
    let store = try StudyStore(spool)
    for id in 1...2_500 {
      try store.record([.state(settled(id))])
      #expect(store.read { $0.packed.count } <= 2_100)
    }
    #expect(store.read { $0.filed.count } > 1_900 && store.read { $0.count } == 2_500)
    #expect(try StudyJournal.read(spool.journal) == store.read { $0 })
    let lines = try Files.read(spool.journal, .journal).count { $0 == UInt8(ascii: "\n") }
    #expect(lines < 2_100)
    try store.compact()
    #expect(try StudyStore(spool).read { $0 } == store.read { $0 })
    let books = try Files.names(in: spool.settled.path, .journal).filter { !$0.hasSuffix(".index") }
    #expect(books == store.read { $0.filed.books.map(\.book.name) }.sorted())
  }
}

@Suite struct PlaceTableTests {
  @Test func findsAllPlacesOfAHashInTheirOrderAndNoOther() {
    // Few hashes, so that many places share one, and neighbours run into one another.
    let hashes = (0..<500).map { UInt64($0 * $0 % 23) << 40 }
    var table = PlaceTable()
    for place in hashes.indices { table.insert(place) { hashes[$0] } }
    for hash in Set(hashes + [1, 99 << 40]) {
      var found: [Int] = []
      table.candidates(hash) { if hashes[$0] == hash { found.append($0) } }
      #expect(found == hashes.indices.filter { hashes[$0] == hash })
    }
    #expect(table.first(99) { hashes[$0] == 99 } == nil)
  }
}
