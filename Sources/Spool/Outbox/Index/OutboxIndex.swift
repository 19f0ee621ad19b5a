import Foundation
import Glibc
import Platform
import Study

/// The latest result of every study in an outbox: a line each in `index.jsonl` and in a table, in the order in which
/// they came, and a row each for the page.
///
/// A study's first result is put at the end of each; nothing else is read or written for it. Now and then the outbox is
/// gone through as a whole: what is gone from it, or was replaced, leaves the files then. The lines stay on the disk, so
/// that memory grows by a few bytes a study only.
package struct OutboxIndex: Sendable {
  /// How the page is made.
  package struct Form: Sendable, Equatable {
    /// Names and IDs of patients stand on it; `nil` leaves that as it is.
    package var showsIdentity: Bool?
    /// Where studies are to be dropped; `nil` where nothing looks for them.
    package var inbox: String?
    /// By which studies of one patient are known; without one what is known of that stays as it is.
    package var key: PatientKey?

    package init() {}

    package init(_ configuration: Configuration, key: PatientKey? = nil) {
      (showsIdentity, inbox, self.key) = (configuration.showsIdentity, configuration.inbox, key)
    }
  }

  private let form: Form
  private var showsIdentity = false
  /// Of the key that names of patients are made by; empty without one.
  private var fingerprint = ""
  /// Up to so many studies the outbox is gone through with every result.
  private let smallOutbox: Int
  /// Results that have no line yet are read so many at a time, since all of a large outbox would not fit into memory.
  private let block: Int
  /// Folders whose record cannot be read; they are not tried again.
  private var unreadable: Set<String> = []
  /// Of all studies, as of the last update.
  package private(set) var views = ViewTally()
  package private(set) var readings = ReadingSums()
  private var known: Known?
  private var drawers: PatientDrawers?
  /// As the last update left it: whoever else wrote it wrote drawers too.
  private var list: IndexData.List?

  static let linesName = "index.jsonl"
  static let pageName = "index.html"
  static let tableName = "measurements.csv"
  package static let names = [linesName, pageName, tableName, IndexData.folderName]

  package init(_ form: Form = .init(), smallOutbox: Int = 500, block: Int = 1000) {
    (self.form, self.smallOutbox, self.block) = (form, smallOutbox, block)
  }

  /// Brings the index up to date. An outbox that is not there has none.
  /// - Parameter published: Folders that were published since, one of which may stand where a result was that the index
  ///   knows and that was taken away.
  package mutating func update(_ outbox: String, _ mode: OutboxMode = .standard, published: Set<String> = [])
    throws
  {
    unreadable.subtract(published)
    if !published.isEmpty, try add(published, to: outbox, mode) { return }
    let start = ContinuousClock.now
    known = nil
    try goThrough(outbox, mode, published: published)
    known?.cost = start.duration(to: .now)
  }

  /// What rows and table are made by: those of another form are made anew.
  private var formName: String {
    var hash = SHA256()
    hash.update(Array(MeasurementsTable.head.utf8))
    return "2-\(hash.finish().prefix(4).map { String($0) }.joined())" + (showsIdentity ? Self.identity : "")
      + (fingerprint.isEmpty ? "" : Self.key + fingerprint)
  }

  private static let identity = "-identity"
  private static let key = "-key:"

  /// What rows were made by stays as it is where this index is told nothing else.
  private mutating func takeForm(of outbox: String) throws {
    let list = try IndexData.list(outbox)
    if list != self.list { drawers = nil }
    let standing = list?.form ?? ""
    showsIdentity = form.showsIdentity ?? standing.contains(Self.identity)
    fingerprint =
      form.key?.fingerprint
      ?? standing.range(of: Self.key).map { String(standing[$0.upperBound...]) } ?? ""
  }

  /// Whether a row can stay where the result that it tells of is the latest.
  private func isWhole(_ row: IndexRow) -> Bool { form.key == nil || row.patient != nil }

  // MARK: One more result

  /// What the last update left, so that the next one need not look at it again.
  private struct Known: Sendable {
    /// Hashes of the studies that have a line.
    var studies: Set<Int>
    var data: IndexData
    /// Lines tell of results that were replaced since.
    var isBehind = false
    var wentThrough = ContinuousClock.now
    /// Of going through the outbox.
    var cost = Duration.zero

    /// Some results may have gone meanwhile; what was replaced is told sooner, but takes a hundredth of the time at most.
    var isOld: Bool {
      let age = wentThrough.duration(to: .now)
      return age > .seconds(3600) || isBehind && age > cost * 100
    }
  }

  /// - Returns: Whether that was possible without going through the outbox.
  private mutating func add(_ folders: Set<String>, to outbox: String, _ mode: OutboxMode) throws -> Bool {
    guard var now = known, var drawers, now.studies.count >= smallOutbox, !now.isOld,
      try Files.exists(outbox + "/" + Self.pageName, .outbox)
    else { return false }
    let lines = IndexLines(outbox)
    guard try lines.sizes() == [now.data.list.linesBytes, now.data.list.tableBytes] else { return false }
    let revisions = folders.compactMap { name in
      PublishedRevision.parse(name).map { PublishedRevision(study: $0.study, number: $0.number) }
    }
    var first: [OutboxEntry] = []
    // Whatever fails from here on, the next update goes through all of it.
    (known, self.drawers) = (nil, nil)
    for entry in read(revisions, in: outbox) {
      let row = row(of: entry, in: outbox)
      try now.data.add(row, in: outbox, mode)
      try drawers.add(row, in: outbox, mode)
      if now.studies.insert(entry.study.hashValue).inserted {
        first.append(entry)
        views.add(entry)
      } else {
        now.isBehind = true
      }
    }
    try lines.append(first)
    let sizes = try lines.sizes()
    try now.data.write(in: outbox, mode, linesBytes: sizes[0], tableBytes: sizes[1])
    (known, self.drawers, list) = (now, drawers, now.data.list)
    return true
  }

  // MARK: All of it

  private mutating func goThrough(_ outbox: String, _ mode: OutboxMode, published: Set<String>) throws {
    guard try Files.exists(outbox, .outbox) else { return }
    let latest = PublishedRevision.latest(of: try Files.names(in: outbox, .outbox))
    try takeForm(of: outbox)
    let data = try IndexData(outbox, form: formName)
    let lines = IndexLines(outbox)
    let standing = try standing(in: lines, latest.filter { !published.contains($0.value.name) })
    let areWhole = try data.map { try lines.sizes() == [$0.list.linesBytes, $0.list.tableBytes] } ?? false
    (views, readings) = (standing.views, standing.readings)
    var mustRewrite = standing.hasOthers || !areWhole
    let unknown = latest.values.filter { !standing.folders.contains($0.name.hashValue) }
    var fresh = inOrder(unknown, in: outbox)[...]
    repeat {
      let entries = read(fresh.prefix(block), in: outbox)
      fresh = fresh.dropFirst(block)
      if mustRewrite {
        try lines.rewrite(with: entries, mode) {
          $0.withheld != nil && latest[$0.study]?.name == $0.folder && !published.contains($0.folder)
        }
        mustRewrite = false
      } else {
        try lines.append(entries)
      }
      for entry in entries {
        views.add(entry)
        readings.add(entry)
      }
    } while !fresh.isEmpty
    try writeRows(over: data, of: latest, published: published, in: outbox, mode)
    try writePage(to: outbox, mode)
  }

  /// What the lines tell.
  private struct Standing {
    /// Hashes of the folders whose line tells of a study's latest result.
    var folders: Set<Int> = []
    /// There are lines that do not.
    var hasOthers = false
    var views = ViewTally()
    var readings = ReadingSums()
  }

  private func standing(in lines: IndexLines, _ latest: [String: PublishedRevision]) throws -> Standing {
    var standing = Standing()
    standing.hasOthers = try lines.goThrough { entry, _ in
      // A line of an earlier version lacks what was withheld: it is made anew.
      let isCurrent =
        entry.withheld != nil && latest[entry.study]?.name == entry.folder
        && standing.folders.insert(entry.folder.hashValue).inserted
      if isCurrent {
        standing.views.add(entry)
        standing.readings.add(entry)
      }
      return isCurrent
    }
    return standing
  }

  /// Rows for the results that have none. Where some tell of results that are not the latest, all files are written anew
  /// from those that do.
  private mutating func writeRows(
    over standing: IndexData?, of latest: [String: PublishedRevision], published: Set<String>,
    in outbox: String,
    _ mode: OutboxMode
  ) throws {
    // Hashes of folders, with the place of the newest row of each.
    var places: [Int: Int] = [:]
    // Patients of the results that were replaced, by the hash of their study.
    var patients: [Int: String] = [:]
    var (place, areCurrent) = (0, true)
    try standing?.forEachRow(in: outbox) { row in
      let isCurrent =
        latest[row.study]?.name == row.folder && !published.contains(row.folder) && isWhole(row)
      let isAgain = isCurrent && places.updateValue(place, forKey: row.folder.hashValue) != nil
      if !isCurrent || isAgain { areCurrent = false }
      if !isCurrent { patients[row.study.hashValue] = row.patient }
      place += 1
    }
    var data: IndexData
    if let standing, areCurrent {
      data = standing
    } else {
      data = IndexData(form: formName, after: try IndexData.list(outbox)?.build ?? 0)
      place = 0
      try standing?.forEachRow(in: outbox) { row in
        if places[row.folder.hashValue] == place { try data.add(row, in: outbox, mode) }
        place += 1
      }
    }
    var studies: Set<Int> = []
    let lines = IndexLines(outbox)
    _ = try lines.goThrough { entry, _ in
      studies.insert(entry.study.hashValue)
      if places[entry.folder.hashValue] == nil {
        let row = row(of: entry, in: outbox, patient: patients[entry.study.hashValue])
        try data.add(row, in: outbox, mode)
      }
      return true
    }
    let sizes = try lines.sizes()
    if data.list != standing?.list || data.list.linesBytes != sizes[0] || data.list.tableBytes != sizes[1] {
      try data.write(in: outbox, mode, linesBytes: sizes[0], tableBytes: sizes[1])
    }
    try data.removeOthers(in: outbox)
    try bringDrawersUpToDate(with: data, in: outbox, mode)
    (known, list) = (Known(studies: studies, data: data), data.list)
  }

  private mutating func bringDrawersUpToDate(
    with data: IndexData, in outbox: String, _ mode: OutboxMode
  ) throws {
    var drawers = try self.drawers ?? PatientDrawers(outbox)
    self.drawers = nil
    try drawers.bringUpToDate(with: data, in: outbox, mode)
    self.drawers = drawers
  }

  private func writePage(to outbox: String, _ mode: OutboxMode) throws {
    let (path, page) = (outbox + "/" + Self.pageName, Array(OutboxPage.render(inbox: form.inbox).utf8))
    if try Files.exists(path, .outbox), try Files.read(path, .outbox) == page { return }
    try AtomicFile.write(page, to: path, mode: mode.files, .outbox)
  }

  // MARK: One result

  /// - Parameter patient: What its study's result before was said to be of. Whoever knows no key goes by that.
  private func row(of entry: OutboxEntry, in outbox: String, patient: String? = nil) -> IndexRow {
    let folder = outbox + "/" + entry.folder
    var facts = StudyFacts(folder: folder, withIdentity: showsIdentity, key: form.key)
    facts.patientName = facts.patientName ?? patient
    return IndexRow(entry, facts)
  }

  /// As they were published.
  private func inOrder(_ revisions: [PublishedRevision], in outbox: String) -> [PublishedRevision] {
    let timed = revisions.map { revision in
      let record = try? Files.examine(outbox + "/" + revision.name + "/study.json", .outbox)
      return (milliseconds: (record?.modifiedNanoseconds ?? 0) / 1_000_000, revision: revision)
    }
    return timed.sorted { ($0.milliseconds, $0.revision.name) < ($1.milliseconds, $1.revision.name) }
      .map(\.revision)
  }

  /// In the order in which they were published.
  private mutating func read(_ revisions: some Sequence<PublishedRevision>, in outbox: String)
    -> [OutboxEntry]
  {
    var entries: [OutboxEntry] = []
    for revision in revisions where !unreadable.contains(revision.name) {
      if let entry = Self.entry(of: revision, in: outbox) {
        entries.append(entry)
      } else {
        unreadable.insert(revision.name)
      }
    }
    return entries.sorted { ($0.published, $0.study) < ($1.published, $1.study) }
  }

  private static func entry(of revision: PublishedRevision, in outbox: String) -> OutboxEntry? {
    let path = outbox + "/" + revision.name + "/study.json"
    guard let status = try? Files.examine(path, .outbox), let bytes = try? Files.read(path, .outbox),
      var report = try? StudyJSON.decodeHeadlines(bytes)
    else { return nil }
    // How far points were moved is none of the headlines.
    if report.corrections != nil, let whole = try? StudyJSON.decode(Data(bytes)) { report = whole }
    return OutboxEntry(
      report, folder: revision.name, published: status.modifiedNanoseconds / 1_000_000)
  }
}
