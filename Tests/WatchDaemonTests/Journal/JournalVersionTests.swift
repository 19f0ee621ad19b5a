import Glibc
import Testing

@testable import Platform
@testable import Spool
@testable import Study

/// What becomes of a journal that another version wrote.
@Suite struct JournalVersionTests {
  let folder = ScratchFolder()
  var path: String { folder.path + "/journal" }

  private static let records: [Ledger.Entry] = [
    .claim(.example()), .event(claim: 1, .claimed(missing: [])), .event(claim: 1, .started),
  ]

  @Test func newJournalHasItsHeaderAndARecordBehindIt() throws {
    #expect(try opened() == Ledger())
    let lines = String(decoding: try Files.read(path, .journal), as: UTF8.self).split(separator: "\n")
    #expect(
      lines.map { String($0.dropFirst(9)) } == [
        #"{"format":"hinged.journal","version":3}"#,
        #"{"record":"forgotten","last_claim":0,"files":{},"studies":[]}"#,
      ])
  }

  @Test(arguments: [0, 1, 4, 20]) func journalOfAnUnknownVersionIsRefused(version: Int) throws {
    let header = line(#"{"format":"hinged.journal","version":\#(version),"since":"2031"}"#)
    let problem =
      "names version \(version) of the journal's format, of which hinged \(Software.version) knows 1 to 3"
    try expectRefused(header, line: 1, problem)
    try expectRefused(header + line("{}") + Array("torn".utf8), line: 1, problem)
  }

  @Test func fileOfAnotherFormatIsRefused() throws {
    try expectRefused(
      line(#"{"format":"other","version":2}"#), line: 1,
      "names the format 'other' and not 'hinged.journal'")
  }

  @Test func unknownRecordIsRefusedWhereverItStands() throws {
    for place in 0...Self.records.count {
      let records = Self.records.map { JournalFormat.line(of: $0) }
      let bytes =
        JournalFormat.header + records[..<place].joined() + line(#"{"record":"archived","claim":1}"#)
        + records[place...].joined()
      try expectRefused(bytes, line: place + 2, "has the unknown word 'archived' in 'record'")
    }
  }

  @Test func sentenceNamesJournalLineFindingAndRemedy() throws {
    try AtomicFile.write(line(#"{"format":"hinged.journal","version":4}"#), to: path, .journal)
    let error = #expect(throws: StudyJournal.Failure.self) { try opened() }
    guard case .corrupt(let corruption) = error else { throw try #require(error) }
    #expect(
      "\(corruption)"
        == "line 1 of the journal \(path) names version 4 of the journal's format, of which hinged "
        + "\(Software.version) knows 1 to 3; start the version of hinged that wrote it, or a later one: "
        + "this one changed nothing")
  }

  @Test func journalOfTheVersionBeforeIsReadAndWrittenAnew() throws {
    try AtomicFile.write(Array(Self.demonstration.utf8), to: path, .journal)
    let ledger = try StudyJournal.read(path)
    #expect(
      try Files.read(path, .journal) == Array(Self.demonstration.utf8), "whoever only reads changes nothing")
    let state = try #require(ledger.state(of: 1))
    #expect(state.phase == .settled && state.published?.name == "2.25.5478480293507646929154517070368358337")
    #expect(state.claim.files.map(\.end) == [.used, .used] && ledger.nextClaim == 2)
    #expect(try opened() == ledger)
    let lines = String(decoding: try Files.read(path, .journal), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasSuffix(#"{"format":"hinged.journal","version":3}"#))
    #expect(try Files.examine(path, .journal)?.st_mode == S_IFREG | 0o600)
    #expect(try opened() == ledger, "and it is read as it was written")
  }

  @Test func journalOfVersion2IsReadAndWrittenAnew() throws {
    let bytes =
      line(#"{"format":"hinged.journal","version":2}"#) + Self.records.flatMap { JournalFormat.line(of: $0) }
    try AtomicFile.write(bytes, to: path, .journal)
    #expect(try StudyJournal.read(path).state(of: 1)?.phase == .started)
    #expect(try Files.read(path, .journal) == bytes, "whoever only reads changes nothing")
    #expect(try opened().state(of: 1)?.attempts == 1)
    #expect(try Files.read(path, .journal).starts(with: JournalFormat.header))
  }

  /// What was recorded before the line that tore is what the new journal tells.
  @Test func journalOfTheVersionBeforeMayBeTornAtAnyByteOfItsLastLine() throws {
    let bytes = Array(Self.demonstration.utf8)
    let start = try #require(bytes.dropLast().lastIndex(of: UInt8(ascii: "\n"))) + 1
    for length in start..<bytes.count {
      try AtomicFile.write(Array(bytes[..<length]), to: path, .journal)
      let ledger = try opened()
      #expect(ledger.state(of: 1)?.phase == .concluded)
      #expect(try StudyJournal.read(path) == ledger)
    }
  }

  @Test func unknownRecordOfTheVersionBeforeIsRefusedAtTheEndToo() throws {
    let known = Array(Self.demonstration.utf8)
    let unknown = line(#"{"event":{"_1":{"archived":{}},"claim":1}}"#)
    try expectRefused(known + unknown, line: 7, "has 'archived', which is not known there")
    try expectRefused(unknown, line: 1, "has 'archived', which is not known there")
    try expectRefused(unknown + known, line: 1, "has 'archived', which is not known there")
  }

  /// The states that the folder can be in when the process ends within the upgrade: before the rename a part of the
  /// new journal lies beside the old one under a name of its own, after it the new one stands alone.
  @Test func endAtAnyMomentOfTheUpgradeLeavesAJournalThatTellsTheSame() throws {
    try AtomicFile.write(Array(Self.demonstration.utf8), to: path, .journal)
    let ledger = try opened()
    let upgraded = try Files.read(path, .journal)
    for length in stride(from: 0, through: upgraded.count, by: 7) {
      try AtomicFile.write(Array(Self.demonstration.utf8), to: path, .journal)
      let part = try Descriptor.open(folder.path + "/.journal.1.tmp", O_WRONLY | O_CREAT | O_TRUNC, .journal)
      try part.write(Array(upgraded[..<length]), .journal)
      #expect(try StudyJournal.read(path) == ledger)
      #expect(try opened() == ledger)
      #expect(try Files.read(path, .journal) == upgraded)
    }
  }

  /// `hinged demo` of version 0.2.0 wrote it.
  private static let demonstration = #"""
    2cad8366 {"claim":{"_0":{"claimedAt":1795953955226,"closedAtLimit":false,\#
    "files":[{"decodingBytes":201852160,"index":1,\#
    "sha256":"eb049e9d9337e5ccd2a7345c5f8ca8411b3b0b3aad8787931d2ec71854499ac1",\#
    "sopInstanceUID":"2.25.40810778103724302434710089485780465841","source":"phantom/clip1.dcm",\#
    "stamp":{"modified":1795953952350053742,"size":4142192}},{"decodingBytes":181167616,"index":2,\#
    "sha256":"65b2ea122fbdb78aaec223470dfe42e17b744ed1a1f8cd38946767426fab8b16",\#
    "sopInstanceUID":"2.25.99569708021030783799161236568027278640","source":"phantom/clip2.dcm",\#
    "stamp":{"modified":1795953952996393537,"size":12608884}}],"firstSeenAt":1795953953067,"id":1,\#
    "identity":{"PatientID":"946026a26e828fbf","PatientName.1":"d442ab4df2905732"},"moves":true,\#
    "study":"2.25.5478480293507646929154517070368358337"}}}
    3c117a4b {"event":{"_1":{"claimed":{"missing":[]}},"claim":1}}
    48fd2819 {"event":{"_1":{"started":{}},"claim":1}}
    6e61437c {"event":{"_1":{"publishing":{"_0":{"digest":"165413d1a9c42a5d5ba353d49ffedc6de8798609054dc\#
    00002bab2710901807a","ends":{"1":{"state":"used"},"2":{"state":"used"}},\#
    "revision":{"name":"2.25.5478480293507646929154517070368358337","number":1},"status":"completed"}}},\#
    "claim":1}}
    2b768354 {"event":{"_1":{"concluded":{"_0":{"at":1795953958555,"ends":{"1":{"state":"used"},\#
    "2":{"state":"used"}},"isToBeAnnounced":false,\#
    "published":{"name":"2.25.5478480293507646929154517070368358337","number":1},\#
    "status":"completed"}}},"claim":1}}
    68fcd822 {"event":{"_1":{"settled":{}},"claim":1}}

    """#

  private func opened() throws -> Ledger {
    var ledger = Ledger()
    let journal = try StudyJournal.open(path, into: &ledger)
    _ = journal.lineCount
    return ledger
  }

  private func expectRefused(_ bytes: [UInt8], line: Int, _ problem: String) throws {
    try AtomicFile.write(bytes, to: path, .journal)
    let expected = StudyJournal.Failure.corrupt(
      .init(journal: path, line: line, problem: problem, remedy: .otherVersion))
    #expect(throws: expected) { try StudyJournal.read(path) }
    #expect(throws: expected) { try opened() }
    #expect(try Files.read(path, .journal) == bytes)
  }

  private func line(_ text: String) -> [UInt8] {
    let checksum = String(CRC32C.checksum(Array(text.utf8)), radix: 16)
    return Array((String(repeating: "0", count: 8 - checksum.count) + checksum + " " + text + "\n").utf8)
  }
}
