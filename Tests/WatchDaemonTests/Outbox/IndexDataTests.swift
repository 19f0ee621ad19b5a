import Foundation
import TestSupport
import Testing

@testable import Platform
@testable import Spool
@testable import Study

/// What the outbox's page reads, and what one result more costs.
@Suite struct IndexDataTests: OutboxSuite {
  private func row(_ number: Int) -> IndexRow? {
    IndexRow(
      text: "[\"1.2.840.113619.\(number)\",1,\(1_700_000_000_000 + number),0,2,3,0,[],\"A4C (tag)\",0]")
  }

  @Test func isThereBeforeTheFirstStudyAndNamesTheInbox() throws {
    try withTemporaryFolder { outbox in
      var configuration = Configuration(inbox: "/in <box>", outbox: outbox, spool: "/spool")
      configuration.showsIdentity = true
      var index = OutboxIndex(.init(configuration))
      try index.update(outbox)
      #expect(
        try text("index.html", in: outbox).contains("No study yet. The inbox is /in \\u003cbox\\u003e."))
      #expect(try rows(outbox).isEmpty && text("index.jsonl", in: outbox).isEmpty)
      #expect(try text("measurements.csv", in: outbox) == MeasurementsTable.head)
    }
  }

  @Test func oneMoreStudyIsPutAtTheEndAndNothingElseIsRead() throws {
    try withTemporaryFolder { outbox in
      var index = OutboxIndex(smallOutbox: 0)
      for number in 1...3 { try publish(report("1.2.\(number)"), in: outbox) }
      try index.update(outbox)
      let lines = try #require(try Files.examine(outbox + "/index.jsonl", .outbox))
      // What was gone through would drop a study that is gone.
      try Files.removeTree(outbox + "/1.2.1", .outbox)
      try index.update(outbox, published: [publish(report("1.2.4", value: 12.5), in: outbox)])
      let after = try #require(try Files.examine(outbox + "/index.jsonl", .outbox))
      #expect(after.st_ino == lines.st_ino && after.st_size > lines.st_size)
      #expect(try rows(outbox).map(\.folder) == ["1.2.1", "1.2.2", "1.2.3", "1.2.4"])
      #expect(try text("measurements.csv", in: outbox).split(separator: "\r\n").count == 5)
      #expect(index.views == ViewTally(unknown: 4))
      var restarted = OutboxIndex(smallOutbox: 0)
      try restarted.update(outbox)
      #expect(try rows(outbox).map(\.folder) == ["1.2.2", "1.2.3", "1.2.4"])
      #expect(try text("index.jsonl", in: outbox).split(separator: "\n").count == 3)
    }
  }

  /// Until the outbox is gone through, the page shows the newer row of a study, and the lines the older one.
  @Test func aRevisionIsOnThePageAtOnceAndInTheLinesLater() throws {
    try withTemporaryFolder { outbox in
      var index = OutboxIndex(smallOutbox: 0)
      for number in 1...2 { try publish(report("1.2.\(number)"), in: outbox) }
      try index.update(outbox)
      try index.update(outbox, published: [publish(report("1.2.1", revision: 2), in: outbox)])
      #expect(try rows(outbox).map(\.folder) == ["1.2.1", "1.2.2", "1.2.1.r2"])
      #expect(try !text("index.jsonl", in: outbox).contains("1.2.1.r2"))
      var restarted = OutboxIndex(smallOutbox: 0)
      try restarted.update(outbox)
      #expect(try rows(outbox).map(\.folder) == ["1.2.2", "1.2.1.r2"])
      #expect(try text("index.jsonl", in: outbox).split(separator: "\n").count == 2)
      #expect(try text("index.jsonl", in: outbox).contains("1.2.1.r2"))
    }
  }

  @Test func goesThroughTheOutboxWhereAnotherProcessWroteToo() throws {
    try withTemporaryFolder { outbox in
      var (index, other) = (OutboxIndex(smallOutbox: 0), OutboxIndex(smallOutbox: 0))
      try publish(report("1.2.1"), in: outbox)
      try index.update(outbox)
      try publish(report("1.2.2"), in: outbox)
      try other.update(outbox)
      try index.update(outbox, published: [publish(report("1.2.3"), in: outbox)])
      #expect(try rows(outbox).map(\.folder) == ["1.2.1", "1.2.2", "1.2.3"])
      #expect(try text("index.jsonl", in: outbox).split(separator: "\n").count == 3)
    }
  }

  /// What a process that was killed, or a loss of power, may leave.
  @Test(
    arguments: [
      "index.jsonl", "measurements.csv", "index-data/list.js", "index-data/1-1.js", "index.html",
    ], [0, 5, -7])
  func mendsAFileThatIsCut(_ name: String, _ cut: Int) throws {
    try withTemporaryFolder { outbox in
      for number in 1...4 { try publish(report("1.2.\(number)"), in: outbox) }
      var index = OutboxIndex()
      try index.update(outbox)
      let whole = try text("measurements.csv", in: outbox)
      let bytes = try Files.read(outbox + "/" + name, .outbox)
      let kept = cut < 0 ? bytes.dropLast(-cut) : bytes.prefix(cut)
      try AtomicFile.write(Array(kept), to: outbox + "/" + name, .outbox)
      var restarted = OutboxIndex()
      try restarted.update(outbox)
      #expect(try rows(outbox).map(\.folder).sorted() == ["1.2.1", "1.2.2", "1.2.3", "1.2.4"])
      #expect(try text("index.jsonl", in: outbox).split(separator: "\n").count == 4)
      #expect(try text("measurements.csv", in: outbox).count == whole.count)
      #expect(try text("index.html", in: outbox).hasSuffix("</html>\n"))
      let files = try Files.names(in: outbox + "/index-data", .outbox)
      let list = try #require(try IndexData.list(outbox))
      #expect(files.filter { !PatientDrawers.isName($0) } == ["\(list.build)-1.js", "list.js"])
    }
  }

  @Test func thePatientIsOnThePageOnlyWhereTheConfigurationSaysSo() throws {
    try withTemporaryFolder { outbox in
      try publish(
        report("1.2.1"), in: outbox,
        saying: [
          (DICOMStart.studyDate, "DA", "20260131"), (DICOMStart.studyDescription, "LO", "Echo"),
          (DICOMStart.patientName, "PN", "Doe^Jane^^=X"), (DICOMStart.patientID, "LO", "4711"),
        ])
      func updated(_ showsIdentity: Bool?) throws -> String {
        var form = OutboxIndex.Form()
        form.showsIdentity = showsIdentity
        var index = OutboxIndex(form)
        try index.update(outbox)
        return try #require(try rows(outbox).first).text
      }
      let made = ",\"0.1.0, unet\",null]"
      #expect(try updated(nil).hasSuffix(",\"2026-01-31\",\"Echo\",0,null" + made))
      #expect(try updated(true).hasSuffix(",\"2026-01-31\",\"Echo\",0,[\"Doe, Jane\",\"4711\"]" + made))
      #expect(
        try updated(nil).hasSuffix("[\"Doe, Jane\",\"4711\"]" + made),
        "whoever is not told leaves it as it is")
      #expect(try updated(false).hasSuffix(",null" + made))
      for name in ["index.html", "index.jsonl", "measurements.csv"] {
        #expect(try !text(name, in: outbox).contains("Doe"))
      }
    }
  }

  /// The last file and the list are all that is written beside a line each in two files. The list grows by 10 bytes for
  /// 300 studies.
  @Test func ofManyStudiesOneMoreWritesLessThanNinetyKilobytes() throws {
    try withTemporaryFolder { outbox in
      var data = IndexData(form: "x")
      for number in 1...20_000 {
        try data.add(try #require(row(number)), in: outbox, .standard)
      }
      try data.write(in: outbox, .standard, linesBytes: 0, tableBytes: 0)
      var again = try #require(try IndexData(outbox, form: "x"))
      #expect(again.list == data.list && again.list.lines.reduce(0, +) == 20_000)
      let before = try times(outbox)
      try again.add(try #require(row(20_001)), in: outbox, .standard)
      try again.write(in: outbox, .standard, linesBytes: 0, tableBytes: 0)
      let written = try times(outbox).filter { before[$0.key] != $0.value }.keys
      let bytes = try written.reduce(0) { sum, name in
        sum + (try Files.examine(outbox + "/index-data/" + name, .outbox).map { Int($0.st_size) } ?? 0)
      }
      #expect(written.count == 2 && bytes < 90_000, "\(written): \(bytes)")
    }
  }

  /// The file of each name: a file that was written anew is another one.
  private func times(_ outbox: String) throws -> [String: ino_t] {
    let folder = outbox + "/index-data"
    return try Files.names(in: folder, .outbox).reduce(into: [:]) { files, name in
      files[name] = try Files.examine(folder + "/" + name, .outbox)?.st_ino
    }
  }

  @Test(arguments: [
    "", "[]", "[\"1.2\"", "[\"1.2\",0]", "[\"../x\",1]", "[\"1.2\",1", "{\"1.2\",1]", "[\"1.2\",x]",
  ])
  func takesNoOtherLineForARow(text: String) { #expect(IndexRow(text: text) == nil) }
}

/// The start of a DICOM file that the program itself wrote.
@Suite struct DICOMStartTests {
  private static let file: [UInt8] = {
    var dicom = DICOMBytes(.explicitLittle)
    dicom.set(.init(DICOMStart.studyDate, "DA", "20260131"))
    dicom.set(.init(0x0008_0005, "CS", "ISO_IR 192"))
    dicom.set(.init(DICOMStart.studyDescription, "LO", "Écho \u{202E}x"))
    dicom.set(.init(0x0008_1111, "UN", String(repeating: "x", count: 70_000)))
    dicom.set(.init(DICOMStart.patientName, "PN", "Doe^Jane"))
    return dicom.file
  }()

  @Test func givesTheTextsThatItNeeds() {
    var short = DICOMBytes(.explicitLittle)
    short.set(.init(DICOMStart.studyDate, "DA", "20260131"))
    short.set(.init(0x0008_1111, "UN", "some bytes"))
    short.set(.init(DICOMStart.patientName, "PN", "Doe^Jane"))
    short.set(.init(0x0018_1000, "LO", "later"))
    #expect(
      DICOMStart.texts(in: short.file) == [
        DICOMStart.studyDate: "20260131", DICOMStart.patientName: "Doe^Jane",
      ])
  }

  @Test func giveWhatStandsBeforeAFault() {
    let texts = DICOMStart.texts(in: Array(Self.file.prefix(1 << 15)))
    #expect(texts[DICOMStart.studyDate] == "20260131" && texts[DICOMStart.patientName] == nil)
    for count in 0..<400 {
      let cut = DICOMStart.texts(in: Array(Self.file.prefix(count)))
      #expect(cut.allSatisfy { texts[$0.key] == $0.value })
    }
  }

  @Test func whatTurnsWritingIsNotShown() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(Self.file, to: folder + "/report.dcm", .outbox)
      let facts = StudyFacts(folder: folder, withIdentity: true)
      #expect(
        facts.description == "Écho \u{FFFD}x" && facts.day == "2026-01-31" && facts.patient == ["", ""])
    }
  }
}
