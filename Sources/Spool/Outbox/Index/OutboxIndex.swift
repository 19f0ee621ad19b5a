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

    package init() {}

    package init(_ configuration: Configuration) {
      (showsIdentity, inbox) = (configuration.showsIdentity, configuration.inbox)
    }
  }

  private let form: Form
  private var showsIdentity = false
  /// Up to so many studies the outbox is gone through with every result.
  private let smallOutbox: Int
  /// Folders whose record cannot be read; they are not tried again.
  private var unreadable: Set<String> = []
  /// Of all studies, as of the last update.
  package private(set) var views = ViewTally()
  package private(set) var readings = ReadingSums()
  private var known: Known?

  static let linesName = "index.jsonl"
  static let pageName = "index.html"
  static let tableName = "measurements.csv"
  package static let names = [linesName, pageName, tableName, IndexData.folderName]

  package init(_ form: Form = .init(), smallOutbox: Int = 500) {
    (self.form, self.smallOutbox) = (form, smallOutbox)
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
    return "1-\(hash.finish().prefix(4).map { String($0) }.joined())" + (showsIdentity ? Self.identity : "")
  }

  private static let identity = "-identity"

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
    guard var now = known, now.studies.count >= smallOutbox, !now.isOld,
      try Files.exists(outbox + "/" + Self.pageName, .outbox)
    else { return false }
    let lines = IndexLines(outbox)
    guard try lines.sizes() == [now.data.list.linesBytes, now.data.list.tableBytes] else { return false }
    let revisions = folders.compactMap { name in
      PublishedRevision.parse(name).map { PublishedRevision(study: $0.study, number: $0.number) }
    }
    var first: [OutboxEntry] = []
    // Whatever fails from here on, the next update goes through all of it.
    known = nil
    for entry in read(revisions, in: outbox) {
      try now.data.add(row(of: entry, in: outbox), in: outbox, mode)
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
    known = now
    return true
  }

  // MARK: All of it

  private mutating func goThrough(_ outbox: String, _ mode: OutboxMode, published: Set<String>) throws {
    guard try Files.exists(outbox, .outbox) else { return }
    let latest = PublishedRevision.latest(of: try Files.names(in: outbox, .outbox))
    showsIdentity = try form.showsIdentity ?? (IndexData.list(outbox)?.form.hasSuffix(Self.identity) ?? false)
    let data = try IndexData(outbox, form: formName)
    let lines = IndexLines(outbox)
    let standing = try standing(in: lines, latest.filter { !published.contains($0.value.name) })
    let fresh = read(latest.values.filter { !standing.folders.contains($0.name.hashValue) }, in: outbox)
    let areWhole = try data.map { try lines.sizes() == [$0.list.linesBytes, $0.list.tableBytes] } ?? false
    if standing.hasOthers || !areWhole {
      try lines.rewrite(with: fresh, mode) {
        $0.withheld != nil && latest[$0.study]?.name == $0.folder && !published.contains($0.folder)
      }
    } else {
      try lines.append(fresh)
    }
    (views, readings) = (standing.views, standing.readings)
    for entry in fresh {
      views.add(entry)
      readings.add(entry)
    }
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
    var (place, areCurrent) = (0, true)
    try standing?.forEachRow(in: outbox) { row in
      let isCurrent = latest[row.study]?.name == row.folder && !published.contains(row.folder)
      let isAgain = isCurrent && places.updateValue(place, forKey: row.folder.hashValue) != nil
      if !isCurrent || isAgain { areCurrent = false }
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
      if places[entry.folder.hashValue] == nil { try data.add(row(of: entry, in: outbox), in: outbox, mode) }
      return true
    }
    let sizes = try lines.sizes()
    if data.list != standing?.list || data.list.linesBytes != sizes[0] || data.list.tableBytes != sizes[1] {
      try data.write(in: outbox, mode, linesBytes: sizes[0], tableBytes: sizes[1])
    }
    try data.removeOthers(in: outbox)
    known = Known(studies: studies, data: data)
  }

  private func writePage(to outbox: String, _ mode: OutboxMode) throws {
    let (path, page) = (outbox + "/" + Self.pageName, Array(OutboxPage.render(inbox: form.inbox).utf8))
    if try Files.exists(path, .outbox), try Files.read(path, .outbox) == page { return }
    try AtomicFile.write(page, to: path, mode: mode.files, .outbox)
  }

  // MARK: One result

  private func row(of entry: OutboxEntry, in outbox: String) -> IndexRow {
    IndexRow(entry, StudyFacts(folder: outbox + "/" + entry.folder, withIdentity: showsIdentity))
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
