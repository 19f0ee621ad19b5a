import Foundation
import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Reports
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite struct OutboxIndexTests: OutboxSuite {
  /// As a process does that begins; gives the folders that the index then lists.
  private func update(_ outbox: String) throws -> [String] {
    var index = OutboxIndex()
    try index.update(outbox)
    return try listed(outbox)
  }

  private func listed(_ outbox: String) throws -> [String] {
    var folders: [String] = []
    _ = try IndexLines(outbox).goThrough { entry, _ in
      folders.append(entry.folder)
      return true
    }
    return folders
  }

  @Test func listsTheLatestRevisionOfEachStudyInLinesTableAndRows() throws {
    try withTemporaryFolder { outbox in
      try publish(report("1.2.1"), in: outbox)
      try publish(report("1.2.1", revision: 2, value: 12.5), in: outbox)
      try publish(report("1.2.2"), in: outbox)
      #expect(try update(outbox).sorted() == ["1.2.1.r2", "1.2.2"])
      #expect(try text("index.jsonl", in: outbox).split(separator: "\n").count == 2)
      #expect(try text("measurements.csv", in: outbox).contains(",12.5,"))
      let rows = try rows(outbox)
      #expect(rows.map(\.folder).sorted() == ["1.2.1.r2", "1.2.2"])
      #expect(rows.contains { $0.text.contains(",12.5,") })
      #expect(!rows.contains { $0.text.contains("IM_0001") }, "names of files stay in the study")
    }
  }

  @Test func doesNotReadAgainWhatItKnows() throws {
    try withTemporaryFolder { outbox in
      for number in 1...20 { try publish(report("1.2.\(number)"), in: outbox) }
      _ = try update(outbox)
      // Were these read again, they would be missing.
      for number in 1...20 { try Files.remove(outbox + "/1.2.\(number)/study.json", .outbox) }
      try publish(report("1.2.21"), in: outbox)
      #expect(try update(outbox).count == 21)
    }
  }

  @Test func keepsTheOrderInWhichResultsCame() throws {
    try withTemporaryFolder { outbox in
      var index = OutboxIndex()
      for number in [3, 1, 4, 2] {
        try publish(report("1.2.\(number)"), in: outbox)
        try index.update(outbox)
      }
      #expect(try listed(outbox) == ["1.2.3", "1.2.1", "1.2.4", "1.2.2"])
      try publish(report("1.2.1", revision: 2), in: outbox)
      try index.update(outbox)
      #expect(try listed(outbox) == ["1.2.3", "1.2.4", "1.2.2", "1.2.1.r2"])
      #expect(try rows(outbox).map(\.folder) == listed(outbox))
    }
  }

  @Test func aLargeOutboxThatIsReadInBlocksHasTheSameIndex() throws {
    try withTemporaryFolder { outbox in
      for number in 1...7 { try publish(report("1.2.\(number)"), in: outbox) }
      var atOnce = OutboxIndex()
      try atOnce.update(outbox)
      let names = ["index.jsonl", "measurements.csv"]
      let whole = try names.map { try text($0, in: outbox) }
      let rowsOfWhole = try rows(outbox).map(\.text)
      for name in names { try Files.remove(outbox + "/" + name, .outbox) }
      try Files.removeTree(outbox + "/" + IndexData.folderName, .outbox)
      var index = OutboxIndex(block: 3)
      try index.update(outbox)
      #expect(try names.map { try text($0, in: outbox) } == whole)
      #expect(try rows(outbox).map(\.text) == rowsOfWhole)
      #expect(index.views == atOnce.views && index.readings == atOnce.readings)
    }
  }

  @Test func leavesAnIndexAloneThatTellsAll() throws {
    try withTemporaryFolder { outbox in
      try publish(report("1.2.1"), in: outbox)
      _ = try update(outbox)
      let before = try Files.examine(outbox + "/index.jsonl", .outbox)?.st_ino
      _ = try update(outbox)
      #expect(try Files.examine(outbox + "/index.jsonl", .outbox)?.st_ino == before)
      try Files.remove(outbox + "/measurements.csv", .outbox)
      _ = try update(outbox)
      #expect(try text("measurements.csv", in: outbox).contains("1.2.1"))
      #expect(try listed(outbox) == ["1.2.1"])
    }
  }

  @Test func forgetsStudiesThatAreGoneAndPassesByWhatIsNone() throws {
    try withTemporaryFolder { outbox in
      try publish(report("1.2.1"), in: outbox)
      try publish(report("1.2.2"), in: outbox)
      for name in ["notes", "1.2.9", ".staging", "1.2.1.rx", "1.2.1.r02"] {
        try Files.makeFolder(outbox + "/" + name, .outbox)
      }
      #expect(try update(outbox).count == 2)
      try Files.removeTree(outbox + "/1.2.2", .outbox)
      #expect(try update(outbox) == ["1.2.1"])
    }
  }

  /// Whoever takes a result away and has the study done anew gets the same folder with other numbers.
  @Test func tellsOfTheResultThatTookThePlaceOfAnother() throws {
    try withTemporaryFolder { outbox in
      let indexer = OutboxIndexer(outbox: outbox) { error in Issue.record(error) }
      for number in 1...2 { try publish(report("1.2.\(number)"), in: outbox) }
      indexer.update("1.2.1")
      try Files.removeTree(outbox + "/1.2.1", .outbox)
      try publish(report("1.2.1", value: 12.5), in: outbox)
      indexer.update("1.2.1")
      let table = try text("measurements.csv", in: outbox)
      #expect(table.contains(",12.5,") && table.contains(",31.25,"))
      #expect(table.split(separator: "\r\n").count == 3)
      #expect(try rows(outbox).filter { $0.text.contains(",12.5,") }.map(\.folder) == ["1.2.1"])
      #expect(try listed(outbox).sorted() == ["1.2.1", "1.2.2"])
    }
  }

  /// The daemon ends with an update that was asked for and has not begun.
  @Test func finishingMakesTheUpdateThatIsDue() throws {
    try withTemporaryFolder { outbox in
      let indexer = OutboxIndexer(outbox: outbox) { error in Issue.record(error) }
      try publish(report("1.2.1"), in: outbox)
      indexer.update("1.2.1")
      try publish(report("1.2.2"), in: outbox)
      indexer.wake("1.2.2")
      indexer.finish()
      #expect(try listed(outbox).sorted() == ["1.2.1", "1.2.2"])
    }
  }

  /// Each would leave out what the other one publishes meanwhile.
  @Test func waitsForAnotherProcessThatWritesTheIndex() throws {
    try withTemporaryFolder { outbox in
      let indexer = OutboxIndexer(outbox: outbox) { error in Issue.record(error) }
      try Files.makeFolder(outbox + "/.staging", .staging)
      var other: FolderLock? = try FolderLock(folder: outbox + "/.staging")
      try publish(report("1.2.1"), in: outbox)
      indexer.wake("1.2.1")
      // It is at the lock, or comes to it; however long that takes, it writes nothing before the lock is given back.
      usleep(200_000)
      #expect(try !Files.exists(outbox + "/index.jsonl", .outbox))
      try publish(report("1.2.2"), in: outbox)
      withExtendedLifetime(other) {}
      other = nil
      indexer.update()
      #expect(try listed(outbox).sorted() == ["1.2.1", "1.2.2"])
    }
  }

  @Test func survivesADamagedIndex() throws {
    try withTemporaryFolder { outbox in
      try publish(report("1.2.1"), in: outbox)
      try AtomicFile.write(Array("{\"study\": \n\nnonsense".utf8), to: outbox + "/index.jsonl", .outbox)
      #expect(try update(outbox) == ["1.2.1"])
    }
  }

  private func entry(_ clips: [ClipReport], _ uid: String = "1.1") throws -> OutboxEntry {
    var report = report(uid)
    report.clips = clips
    report.studyMeasurements = StudyMeasures.measurements(of: clips)
    return OutboxEntry(try report.recorded(), folder: uid, published: 0)
  }

  private func clip(_ view: EchoView, _ source: ClipReport.View.Source) -> ClipReport {
    var clip = MeasureSamples.clip(view)
    clip.view.source = source
    if source == .picture { clip.doubt([.viewFromPicture]) }
    return clip
  }

  private func column(_ name: String, of entry: OutboxEntry) throws -> String {
    let rows = [MeasurementsTable.head, MeasurementsTable.line(entry)].map {
      $0.dropLast().split(separator: ",", omittingEmptySubsequences: false)
    }
    return String(rows[1][try #require(rows[0].firstIndex { $0.hasPrefix(name) })])
  }

  @Test func tellsWhatOnlyThePictureSaysFromWhatIsToBeReviewed() throws {
    let entries = [
      try entry([clip(.a4c, .picture)], "1.1"), try entry([clip(.a4c, .tag)], "1.2"),
      try entry([clip(.apical, .model)], "1.3"),
    ]
    #expect(entries.map(\.attention) == [.confirm, .none, .none])
    let rows = entries.map { IndexRow($0, StudyFacts()).text }
    #expect(rows[0].contains("\"A4C (picture)\"") && rows[1].contains("\"A4C (tag)\""))
    #expect(rows[2].contains("\"view unknown\"") && rows[2].contains("[34.0,30.0,\"apical\"]"))
    #expect(rows[0].contains("[34.0,30.0,\"A4C\"]"))
  }

  @Test func theTableSaysWhoStatesTheViewAndWhatToDoWhereItIsUnknown() throws {
    let picture = try entry([clip(.a4c, .picture)])
    #expect(try column("views", of: picture) == "A4C (picture)")
    #expect(try column("view_source", of: picture) == "picture")
    #expect(try column("review", of: picture) == "confirm")
    let stated = try entry([clip(.a4c, .rule)])
    #expect(try column("view_source", of: stated) == "rule" && column("to_do", of: stated) == "")
    let unknown = try entry([clip(.apical, .model)])
    #expect(try column("views", of: unknown) == "view unknown" && column("view_source", of: unknown) == "")
    #expect(try column("to_do", of: unknown).contains("a view rule of the configuration"))
    #expect(try column("Mitral annulus diameter apical ED", of: unknown) == "34.0")
    #expect(try column("Mitral annulus diameter A4C ED", of: unknown) == "")
  }

  @Test func countsStudiesByWhoStatesTheView() throws {
    try withTemporaryFolder { outbox in
      var index = OutboxIndex()
      let studies = [
        ("1.1", EchoView.a4c, ClipReport.View.Source.tag), ("1.2", .a4c, .picture), ("1.3", .apical, .model),
      ]
      for (uid, view, source) in studies {
        var report = report(uid)
        report.clips = [clip(view, source)]
        report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
        try publish(report, in: outbox)
      }
      try index.update(outbox)
      #expect(index.views == ViewTally(stated: 1, picture: 1, unknown: 1))
      var restarted = OutboxIndex()
      try restarted.update(outbox)
      #expect(restarted.views == index.views)
    }
  }

  /// A line of version 0.2.0.
  @Test func readsLinesThatSayNothingOfViews() throws {
    let line = """
      {"study":"1.2","revision":1,"folder":"1.2","published":0,"status":"completed","measured_clips":1,"clips":1,\
      "review_reasons":[],"version":"0.2.0","model":"m","values":{"MAPSE mean":12.5}}
      """
    let entry = try OutboxEntry.form.read(Array(line.utf8))
    #expect(entry.views == nil && entry.viewSource == nil && entry.remedy == nil && entry.attention == .none)
    #expect(try column("views", of: entry) == "")
  }

  @Test(arguments: [
    ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("=1+1", "\"'=1+1\""),
    ("+1", "\"'+1\""), ("-1", "\"'-1\""), ("@SUM(A1)", "\"'@SUM(A1)\""), ("\t=1", "\"'\t=1\""),
    ("two\nlines", "\"two\nlines\""), ("", ""),
  ])
  func escapesFields(text: String, field: String) {
    #expect(CSV.field(text) == field)
  }

  @Test func everyNumberOfTheTableIsThatOfTheRecord() throws {
    var report = SampleReport.study
    report.clips = [MeasureSamples.clip(.a4c, uid: "1.1"), MeasureSamples.clip(.a2c, uid: "1.2")]
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    let record = try StudyJSON.decode(StudyJSON.encode(report))
    let entry = OutboxEntry(record, folder: "1.2.3.4", published: 0)
    let text = MeasurementsTable.head + MeasurementsTable.line(entry)
    let lines = text.split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(lines.count == 2 && lines[0].count == lines[1].count)
    for measure in record.studyMeasurements {
      let column = try #require(lines[0].firstIndex(of: "\(measure.name) (\(measure.unit))"))
      #expect(Double(lines[1][column]) == measure.value, "\(measure.name)")
    }
  }

  @Test func theTableSaysWhyANumberIsMissing() throws {
    var report = SampleReport.study
    report.clips = [MeasureSamples.clip(.a4c, uid: "1.1"), MeasureSamples.clip(.a2c, uid: "1.2")]
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    let names = report.studyMeasurements.prefix(2).map(\.name)
    for place in 0..<2 {
      (report.studyMeasurements[place].value, report.studyMeasurements[place].withheld) = (nil, .noContact)
    }
    let missing = report.studyMeasurements.filter { $0.withheld != nil }
    let entry = try OutboxEntry(report.recorded(), folder: "1.2.3.4", published: 0)
    #expect(entry.withheld?.count == missing.count && entry.withheld?[names[0]] == "no-contact")
    let line = MeasurementsTable.line(entry)
    #expect(MeasurementsTable.head.contains(",to_do,withheld,"))
    #expect(line.contains("no-contact: \(names.sorted().joined(separator: " + "))"), "\(line)")
  }

  private static let results = ProcessInfo.processInfo.environment["HINGED_RESULTS"]

  /// Of an outbox that another build wrote: what this one reads of it, it writes byte for byte the same.
  @Test(.enabled(if: results != nil, "HINGED_RESULTS names no outbox"))
  func writesAgainTheBytesOfAnOutbox() throws {
    let outbox = try #require(Self.results)
    var (table, lines, count) = (MeasurementsTable.head, [UInt8](), 0)
    _ = try IndexLines(outbox).goThrough { entry, _ in
      let record = try Files.read(outbox + "/\(entry.folder)/study.json", .outbox)
      let report = try StudyJSON.decode(Data(record))
      #expect(try Array(StudyJSON.encode(report)) == record, "\(entry.folder)")
      let headlines = try StudyJSON.decodeHeadlines(record)
      #expect(OutboxEntry(headlines, folder: entry.folder, published: entry.published) == entry)
      (table, lines, count) = (table + MeasurementsTable.line(entry), lines + entry.line, count + 1)
      return true
    }
    #expect(try count > 0 && lines == Files.read(outbox + "/index.jsonl", .outbox))
    let written = try Files.read(outbox + "/measurements.csv", .outbox)
    // A build with other measures has other columns.
    if written.starts(with: MeasurementsTable.head.utf8) { #expect(Array(table.utf8) == written) }
  }

  @Test func anOutboxThatCannotBeWrittenIsToldOnce() throws {
    let told = Guarded(0)
    let indexer = OutboxIndexer(outbox: "/proc/self/nowhere") { _ in told.withLock { $0 += 1 } }
    try withTemporaryFolder { folder in
      // A file where the outbox should be: listing it fails.
      let file = folder + "/file"
      try AtomicFile.write([], to: file, .outbox)
      let broken = OutboxIndexer(outbox: file) { _ in told.withLock { $0 += 1 } }
      broken.update()
      broken.update()
    }
    indexer.update()
    #expect(told.withLock { $0 } == 1, "an outbox that is not there holds nothing")
  }
}
