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

  /// A crash can stop a write at any byte: what was whole before it counts, and the next record follows on it.
  @Test func tornAtAnyByteGivesAllWholeEntriesBeforeIt() throws {
    let lines = entries.map { StudyJournal.line(of: $0) }
    let bytes = lines.flatMap { $0 }
    var whole = 0
    var starts = lines.reduce(into: [0]) { $0.append($0.last! + $1.count) }
    starts.removeFirst()
    for length in 0...bytes.count {
      if let next = starts.first, length >= next {
        starts.removeFirst()
        whole += 1
      }
      let replay = try StudyJournal.replay(Array(bytes[..<length]))
      #expect(replay.lines == whole)
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
    #expect(throws: StudyJournal.Corruption(line: 1, problem: "does not match its checksum")) {
      try StudyJournal.replay(bytes)
    }
  }

  @Test func entryThatContradictsIsTold() throws {
    let bytes = [entries[0], entries[2], entries[1]].flatMap { StudyJournal.line(of: $0) }
    let error = #expect(throws: StudyJournal.Corruption.self) { try StudyJournal.replay(bytes) }
    #expect(error?.line == 2)
  }

  @Test func compactedJournalTellsTheSameInFewerLines() throws {
    var ledger = Ledger()
    var journal = try StudyJournal.open(path, into: &ledger)
    for entry in entries {
      try journal.append([entry])
      try ledger.apply(entry)
    }
    try journal.compact(to: ledger)
    #expect(journal.lineCount == 3)
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

  @Test func checksumIsTheOneOfTheStandard() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
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
