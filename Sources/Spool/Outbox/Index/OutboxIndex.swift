import Foundation
import Platform
import Study

/// The latest result of every study in an outbox: a line each in `index.jsonl`, and from it a table and a page.
///
/// The lines stay on the disk and are gone through one by one when a result is new, so that memory does not grow with
/// the outbox.
package struct OutboxIndex: Sendable {
  /// Folders whose record cannot be read; they are not tried again.
  private var unreadable: Set<String> = []
  /// Of all studies, as of the last update.
  package private(set) var views = ViewTally()

  static let linesName = "index.jsonl"
  static let pageName = "index.html"
  static let tableName = "measurements.csv"
  package static let names = [linesName, pageName, tableName]

  /// Goes by the names in the outbox: reads the records that are new, drops the studies that are gone, and writes the
  /// three files, each by a temporary name and one rename. An outbox without results gets none.
  /// - Parameter anew: Folders that were published since, one of which may stand where a result was that the index
  ///   knows and that was taken away.
  package mutating func update(_ outbox: String, _ mode: OutboxMode = .standard, anew: Set<String> = [])
    throws
  {
    unreadable.subtract(anew)
    let latest = PublishedRevision.latest(of: try Files.names(in: outbox, .outbox))
    let (standing, gone, tally) = try Self.standing(
      in: outbox, latest.filter { !anew.contains($0.value.name) })
    views = tally
    let fresh = read(latest.filter { !standing.contains($0.key) }, in: outbox)
    if fresh.isEmpty, !gone, try Self.areThere(outbox, orEmpty: standing.isEmpty) { return }
    try Self.merge(fresh, with: latest, in: outbox, mode)
    views = try Self.writeTable(outbox, mode)
  }

  /// The studies whose line tells of their latest result, whether there are lines that do not, and what is known of
  /// the views.
  private static func standing(
    in outbox: String, _ latest: [String: PublishedRevision]
  ) throws -> (studies: Set<String>, hasOthers: Bool, views: ViewTally) {
    var (studies, hasOthers, views) = (Set<String>(), false, ViewTally())
    let lines = try OutboxIndexLines(outbox)
    while let (entry, _) = try lines.next() {
      let isCurrent = latest[entry.study]?.name == entry.folder && studies.insert(entry.study).inserted
      hasOthers = hasOthers || !isCurrent
      if isCurrent { views.add(entry) }
    }
    return (studies, hasOthers, views)
  }

  private mutating func read(_ revisions: [String: PublishedRevision], in outbox: String) -> [OutboxEntry] {
    var entries: [OutboxEntry] = []
    for revision in revisions.values where !unreadable.contains(revision.name) {
      if let entry = Self.entry(of: revision, in: outbox) {
        entries.append(entry)
      } else {
        unreadable.insert(revision.name)
      }
    }
    return entries.sorted(by: OutboxEntry.comesBefore)
  }

  private static func areThere(_ outbox: String, orEmpty isEmpty: Bool) throws -> Bool {
    if isEmpty { return try !Files.exists(outbox + "/" + linesName, .outbox) }
    return try names.allSatisfy { try Files.exists(outbox + "/" + $0, .outbox) }
  }

  /// Both are in order, and so is what comes of them.
  private static func merge(
    _ fresh: [OutboxEntry], with latest: [String: PublishedRevision], in outbox: String, _ mode: OutboxMode
  ) throws {
    var (rest, seen) = (fresh[...], Set(fresh.map(\.study)))
    let lines = try OutboxIndexLines(outbox)
    try AtomicFile.stream(to: outbox + "/" + linesName, mode: mode.files, .outbox) { output in
      var pending: [UInt8] = []
      while let (entry, line) = try lines.next() {
        guard latest[entry.study]?.name == entry.folder, seen.insert(entry.study).inserted else { continue }
        while let next = rest.first, OutboxEntry.comesBefore(next, entry) {
          pending += rest.removeFirst().line
        }
        pending += line
        pending.append(UInt8(ascii: "\n"))
        if pending.count > pieceBytes { try flush(&pending, to: output) }
      }
      for entry in rest { pending += entry.line }
      try flush(&pending, to: output)
    }
  }

  private static func writeTable(_ outbox: String, _ mode: OutboxMode) throws -> ViewTally {
    var (shown, count, views) = ([OutboxEntry](), 0, ViewTally())
    let lines = try OutboxIndexLines(outbox)
    try AtomicFile.stream(to: outbox + "/" + tableName, mode: mode.files, .outbox) { output in
      var pending = Array(MeasurementsTable.head.utf8)
      while let (entry, _) = try lines.next() {
        if count < OutboxPage.mostStudies { shown.append(entry) }
        count += 1
        views.add(entry)
        pending += MeasurementsTable.line(entry).utf8
        if pending.count > pieceBytes { try flush(&pending, to: output) }
      }
      try flush(&pending, to: output)
    }
    let page = OutboxPage.render(shown, of: count)
    try AtomicFile.write(Array(page.utf8), to: outbox + "/" + pageName, mode: mode.files, .outbox)
    return views
  }

  private static let pieceBytes = 1 << 16

  private static func flush(_ bytes: inout [UInt8], to output: borrowing Descriptor) throws(FileError) {
    try output.write(bytes, .outbox)
    bytes.removeAll(keepingCapacity: true)
  }

  private static func entry(of revision: PublishedRevision, in outbox: String) -> OutboxEntry? {
    let path = outbox + "/" + revision.name + "/study.json"
    guard let status = try? Files.examine(path, .outbox), let bytes = try? Files.read(path, .outbox),
      let summary = StudySummary(json: bytes)
    else { return nil }
    return OutboxEntry(
      summary, folder: revision.name, published: status.modifiedNanoseconds / 1_000_000)
  }
}

/// The entries of an outbox's index, in its order. A line that was not finished is left out.
final class OutboxIndexLines {
  private let lines: LineReader?
  private let decoder = JSONDecoder()

  init(_ outbox: String) throws(FileError) {
    let path = outbox + "/" + OutboxIndex.linesName
    lines = try Files.exists(path, .outbox) ? LineReader(path, .outbox) : nil
  }

  /// The entry and its line without the line feed; `nil` at the end.
  func next() throws(FileError) -> (OutboxEntry, [UInt8])? {
    while let line = try lines?.next() {
      guard line.isWhole, let entry = try? decoder.decode(OutboxEntry.self, from: Data(line.bytes)) else {
        continue
      }
      return (entry, line.bytes)
    }
    return nil
  }
}
