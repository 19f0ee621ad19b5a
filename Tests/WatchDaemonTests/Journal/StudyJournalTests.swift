import Glibc
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Platform
@testable import Reports
@testable import Spool
@testable import WatchDaemon

@Suite struct StudyJournalTests {
  let folder = ScratchFolder()
  var path: String { folder.path + "/journal" }

  private let entries: [Ledger.Entry] = [
    .claim(.example()), .event(claim: 1, .claimed(missing: [])), .event(claim: 1, .started),
    .event(claim: 1, .publishing(.example())), .event(claim: 1, .concluded(.published())),
    .event(claim: 1, .settled),
    .claim(
      .example(id: 2, study: nil, files: [.example(source: "Ünï\u{F7DC}", instance: nil, end: .truncated)])),
  ]

  private func ledger(of entries: [Ledger.Entry]) throws -> Ledger {
    var ledger = Ledger()
    for entry in entries { try ledger.apply(entry) }
    return ledger
  }

  private func opened() throws -> Ledger {
    var ledger = Ledger()
    let journal = try StudyJournal.open(path, into: &ledger)
    _ = journal.lineCount
    return ledger
  }

  private func write(_ entries: [Ledger.Entry]) throws {
    var ledger = Ledger()
    var journal = try StudyJournal.open(path, into: &ledger)
    for entry in entries { try journal.append([entry]) }
  }

  @Test func whatWasRecordedIsThereAgain() throws {
    try write(entries)
    #expect(try opened() == ledger(of: entries))
    #expect(try StudyJournal.read(path) == ledger(of: entries))
    #expect(try Files.examine(path, .journal)?.st_mode == S_IFREG | 0o600)
  }

  /// A crash can stop a write at any byte: what was whole before it counts, and the rest is cut off.
  @Test func tornAtAnyByteGivesAllWholeRecordsBeforeIt() throws {
    try write(entries)
    let bytes = try Files.read(path, .journal)
    let starts = bytes.indices.filter { $0 == 0 || bytes[$0 - 1] == UInt8(ascii: "\n") } + [bytes.count]
    #expect(starts.count == entries.count + 3)
    // The header and the first record are written at once, before the journal has its name.
    for length in starts[2]...bytes.count {
      let whole = starts.lastIndex { $0 <= length }!
      try AtomicFile.write(Array(bytes[..<length]), to: path, .journal)
      #expect(try StudyJournal.read(path) == ledger(of: Array(entries.prefix(whole - 2))))
      #expect(try opened() == ledger(of: Array(entries.prefix(whole - 2))))
      #expect(try Files.read(path, .journal) == Array(bytes[..<starts[whole]]))
    }
  }

  /// As of a block that was written last and first got to the disk.
  @Test func lastLineWithAWrongByteIsATornOne() throws {
    try write(entries)
    let bytes = try Files.read(path, .journal)
    let start = bytes.dropLast().lastIndex(of: UInt8(ascii: "\n"))! + 1
    for place in start..<bytes.count - 1 {
      var torn = bytes
      torn[place] ^= 0x10
      try AtomicFile.write(torn, to: path, .journal)
      #expect(try opened() == ledger(of: entries.dropLast()))
    }
  }

  @Test func recordAfterATornTailIsReadable() throws {
    try write(Array(entries.prefix(2)))
    let descriptor = try Descriptor.open(path, O_WRONLY | O_APPEND, .journal)
    try descriptor.write(Array("00ff00ff {\"cla".utf8), .journal)
    try write([entries[2]])
    #expect(try opened() == ledger(of: Array(entries.prefix(3))))
  }

  @Test func damageBeforeTheLastLineIsToldAndNotBelieved() throws {
    try write(entries)
    var bytes = try Files.read(path, .journal)
    bytes[20] ^= 1
    try expectRefused(bytes, line: 1, "does not match its checksum")
  }

  @Test func recordThatContradictsIsTold() throws {
    let bytes = JournalFormat.header + lines([entries[0], entries[2]])
    try expectRefused(
      bytes, line: 3, "contradicts those before it: claim 1 goes by started from claiming")
  }

  @Test func compactedJournalTellsTheSameInFewerLines() throws {
    var ledger = Ledger()
    var journal = try StudyJournal.open(path, into: &ledger)
    for entry in entries {
      try journal.append([entry])
      try ledger.apply(entry)
    }
    try journal.compact(to: ledger)
    #expect(journal.lineCount == 4)
    try journal.append([.event(claim: 2, .claimed(missing: []))])
    try ledger.apply(.event(claim: 2, .claimed(missing: [])))
    #expect(try StudyJournal.read(path) == ledger)
  }

  @Test func forgottenClaimsStayInTheSumsAndTheirNumbersAreNotUsedAgain() throws {
    var ledger = try ledger(of: entries)
    try ledger.apply(.forget(claims: [1]))
    #expect(ledger.forgotten.files == ["used": 1] && ledger.forgotten.revisions == ["1.2.3": 1])
    #expect(ledger.nextClaim == 3)
    #expect(StudyHistory(of: "1.2.3", in: ledger).lastRevision?.number == 1)
  }

  private func lines(_ entries: [Ledger.Entry]) -> [UInt8] { entries.flatMap { JournalFormat.line(of: $0) } }

  /// Neither who reads the journal nor who writes it goes on, and it stays as it is.
  private func expectRefused(_ bytes: [UInt8], line: Int, _ problem: String) throws {
    try AtomicFile.write(bytes, to: path, .journal)
    let expected = StudyJournal.Failure.corrupt(
      .init(journal: path, line: line, problem: problem, remedy: .setAside))
    #expect(throws: expected) { try StudyJournal.read(path) }
    #expect(throws: expected) { try opened() }
    #expect(try Files.read(path, .journal) == bytes)
  }
}

@Suite struct StudyStoreTests {
  @Test func fullDiskGivesUpTheReserveToRecord() throws {
    let folder = ScratchFolder()
    let spool = Spool(path: folder.path + "/spool")
    try spool.prepare()
    let store = try StudyStore(spool)
    #expect(try Files.exists(spool.reserve, .spool))
    let claims = try store.claim { _, id in [.example(id: id), .example(id: id + 1, study: "1.2.4")] }
    #expect(claims.map(\.id) == [1, 2])
    try store.compact()
    #expect(try StudyJournal.read(spool.journal) == store.read { $0 })
  }

  /// As after a damaged journal was set aside: a claim of the same number would find another study's files in its place.
  @Test func newJournalNumbersNoClaimAsAFolderThatIsThere() throws {
    for (place, number) in [
      ("claimed/c7", 8), ("quarantine/c12", 13), ("done/loose/c9", 10), ("unpacked/c4.part", 5),
    ] {
      let folder = ScratchFolder()
      let spool = Spool(path: folder.path + "/spool")
      try spool.prepare()
      try folder.write("another study's", to: "spool/\(place)/000001")
      #expect(try StudyStore(spool).claim { _, id in [.example(id: id)] }.map(\.id) == [number], "\(place)")
      #expect(
        try StudyStore(spool).claim { _, id in [.example(id: id)] }.map(\.id) == [number + 1], "\(place)")
      #expect(try spool.orphans(besides: [number]) == (place == "claimed/c7" ? ["c7"] : []))
    }
  }

  @Test func stopTakesBackItsOwnStartsAndNotThoseThatAProcessDiedOver() throws {
    let folder = ScratchFolder()
    let spool = Spool(path: folder.path + "/spool")
    try spool.prepare()
    let killed = try StudyStore(spool)
    _ = try killed.claim { _, id in (id..<id + 3).map { .example(id: $0, study: "1.2.\($0)") } }
    for id in 1...3 {
      try killed.record(.claimed(missing: []), of: id)
      try killed.record(.started, of: id)
    }
    try killed.record(.publishing(.example()), of: 2)
    let next = try StudyStore(spool)
    try next.record(.started, of: 3)
    next.close()
    #expect(try (1...3).map { try StudyStore(spool).state(of: $0)?.attempts } == [1, 1, 1])
    #expect(try StudyStore(spool).state(of: 3)?.phase == .claimed)
  }
}
