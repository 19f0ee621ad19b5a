import Foundation

/// The latest result of every study in an outbox, kept up to date without reading again what is known.
struct OutboxIndex: Sendable {
  private(set) var entries: [String: OutboxEntry] = [:]
  /// Folders whose record cannot be read; they are not tried again.
  private var unreadable: Set<String> = []

  static let linesName = "index.jsonl"
  static let pageName = "index.html"
  static let tableName = "measurements.csv"
  static let names = [linesName, pageName, tableName]

  init() {}

  /// What an earlier process wrote; a line that it did not finish is left out.
  init(outbox: String) {
    guard let bytes = try? Files.read(outbox + "/" + Self.linesName, .outbox) else { return }
    let decoder = JSONDecoder()
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let entry = try? decoder.decode(OutboxEntry.self, from: Data(line)) else { continue }
      entries[entry.study] = entry
    }
  }

  var sorted: [OutboxEntry] { entries.values.sorted(by: OutboxEntry.comesBefore) }

  /// Goes by the names in the outbox: reads the records that are new, forgets the studies that are gone.
  mutating func refresh(_ outbox: String) throws(FileError) {
    let latest = Self.latest(of: try Files.names(in: outbox, .outbox))
    entries = entries.filter { latest[$0.key]?.name == $0.value.folder }
    for (study, revision) in latest where entries[study] == nil && !unreadable.contains(revision.name) {
      if let entry = Self.entry(of: revision, in: outbox) {
        entries[study] = entry
      } else {
        unreadable.insert(revision.name)
      }
    }
  }

  /// Writes the three files, each by a temporary name and one rename. An outbox without results gets none.
  func write(to outbox: String, _ mode: OutboxMode = .standard) throws(FileError) {
    if entries.isEmpty, !Files.exists(outbox + "/" + Self.linesName) { return }
    let sorted = sorted
    let lines = sorted.compactMap { try? $0.json.compact() }.map { $0 + "\n" }.joined()
    let files = [
      (Self.linesName, lines), (Self.tableName, MeasurementsTable.text(sorted)),
      (Self.pageName, OutboxPage.render(sorted)),
    ]
    for (name, text) in files {
      try AtomicFile.write(Array(text.utf8), to: outbox + "/" + name, mode: mode.files, .outbox)
    }
  }

  /// The last revision of each study among the names of folders; everything else in the outbox is no result.
  static func latest(of names: [String]) -> [String: PublishedRevision] {
    var latest: [String: PublishedRevision] = [:]
    for name in names {
      guard let (study, number) = parse(name), number > latest[study]?.number ?? 0 else { continue }
      latest[study] = PublishedRevision(study: study, number: number)
    }
    return latest
  }

  private static func parse(_ name: String) -> (study: String, number: Int)? {
    if DICOMUID.isValid(name) { return (name, 1) }
    guard let mark = name.range(of: ".r", options: .backwards),
      let number = Int(name[mark.upperBound...]), number > 1
    else { return nil }
    let study = String(name[..<mark.lowerBound])
    guard DICOMUID.isValid(study), PublishedRevision.name(study: study, number: number) == name else {
      return nil
    }
    return (study, number)
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
