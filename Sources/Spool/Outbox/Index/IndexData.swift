import Foundation
import Glibc
import Platform
import Study

/// What the outbox's page reads: files of rows, and a list of them. A page that was opened from a disk may load
/// scripts and nothing else, so they are scripts that hand over one text each.
///
/// A row that is new is put at the end of the last file, which is written anew and holds little. The newest row of a
/// study counts. The list is written last, by one rename each, so that whoever reads finds one state or the next.
struct IndexData: Sendable {
  /// The list as it stands in the file.
  struct List: Codable, Equatable, Sendable {
    /// Names of files begin with it; those of another build may go.
    var build = 1
    /// What the rows are made by.
    var form: String
    /// Rows and bytes of each file.
    var lines: [Int] = []
    var bytes: [Int] = []
    /// Bytes of `index.jsonl` and `measurements.csv` that the rows were written with.
    var linesBytes = 0
    var tableBytes = 0
  }

  private(set) var list: List
  /// The rows of the last file.
  private var last: [String]

  static let folderName = "index-data"
  private static let listName = "list.js"
  private static let (listStart, listEnd) = ("hinged.list(", ")\n")
  /// Of the last file, so that one more row costs little.
  static let mostBytes = 1 << 16

  /// Without rows.
  /// - Parameter build: of what stood there before.
  init(form: String, after build: Int = 0) {
    list = List(build: build + 1, form: form)
    last = []
  }

  /// What stands in an outbox; `nil` where it is not whole or was made by another form.
  init?(_ outbox: String, form: String) throws(FileError) {
    guard let list = try Self.list(outbox), list.form == form, list.lines.count == list.bytes.count else {
      return nil
    }
    (self.list, last) = (list, [])
    for index in list.bytes.indices {
      guard let status = try Files.examine(path(index, in: outbox), .outbox),
        Int(status.st_size) == list.bytes[index]
      else { return nil }
    }
    if let index = list.lines.indices.last {
      last = try rows(of: index, in: outbox).map(\.text)
      guard last.count == list.lines[index] else { return nil }
    }
  }

  /// The list in an outbox, whatever it was made by.
  static func list(_ outbox: String) throws(FileError) -> List? {
    let path = outbox + "/" + folderName + "/" + listName
    guard try Files.exists(path, .outbox) else { return nil }
    let text = String(decoding: try Files.read(path, .outbox), as: UTF8.self)
    guard text.hasPrefix(listStart), text.hasSuffix(listEnd) else { return nil }
    let json = text.dropFirst(listStart.count).dropLast(listEnd.count)
    return try? JSONDecoder().decode(List.self, from: Data(json.utf8))
  }

  private func path(_ index: Int, in outbox: String) -> String {
    outbox + "/" + Self.folderName + "/\(list.build)-\(index + 1).js"
  }

  /// Gives all rows in their order, one file's at a time.
  func forEachRow(in outbox: String, _ body: (IndexRow) throws -> Void) throws {
    for index in list.lines.indices { for row in try rows(of: index, in: outbox) { try body(row) } }
  }

  private func rows(of index: Int, in outbox: String) throws(FileError) -> [IndexRow] {
    let text = String(decoding: try Files.read(path(index, in: outbox), .outbox), as: UTF8.self)
    return ScriptLines.lines(in: text).compactMap { IndexRow(text: String($0)) }
  }

  /// Puts a row at the end. It stands in the outbox when `write` returns.
  mutating func add(_ row: IndexRow, in outbox: String, _ mode: OutboxMode) throws(FileError) {
    let size = ScriptLines.size(of: row.text)
    if list.lines.isEmpty || (list.bytes.last ?? 0) + size > Self.mostBytes {
      // It is not written again, and nobody looks whether its rows are whole.
      try writeLast(in: outbox, mode, durable: true)
      last = []
      list.lines.append(0)
      list.bytes.append(script(of: [], list.lines.count - 1).utf8.count)
    }
    last.append(row.text)
    list.lines[list.lines.count - 1] += 1
    list.bytes[list.bytes.count - 1] += size
  }

  /// Writes the last file, and the list that tells of it.
  mutating func write(
    in outbox: String, _ mode: OutboxMode, linesBytes: Int, tableBytes: Int
  ) throws(FileError) {
    (list.linesBytes, list.tableBytes) = (linesBytes, tableBytes)
    try writeLast(in: outbox, mode)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let json = try? encoder.encode(list) else { preconditionFailure("the list of rows is plain JSON") }
    let text = Self.listStart + String(decoding: json, as: UTF8.self) + Self.listEnd
    try AtomicFile.write(
      Array(text.utf8), to: outbox + "/" + Self.folderName + "/" + Self.listName, mode: mode.files,
      durable: false,
      .outbox)
  }

  private mutating func writeLast(
    in outbox: String, _ mode: OutboxMode, durable: Bool = false
  ) throws(FileError) {
    try Self.makeFolder(in: outbox, mode)
    guard let index = list.lines.indices.last else { return }
    let bytes = Array(script(of: last, index).utf8)
    list.bytes[index] = bytes.count
    try AtomicFile.write(bytes, to: path(index, in: outbox), mode: mode.files, durable: durable, .outbox)
  }

  private func script(of rows: [String], _ index: Int) -> String {
    ScriptLines.script("hinged.file(\(index + 1), ", rows)
  }

  private static func makeFolder(in outbox: String, _ mode: OutboxMode) throws(FileError) {
    let folder = outbox + "/" + folderName
    if try Files.exists(folder, .outbox) { return }
    try Files.makeFolder(folder, mode: mode.folders, .outbox)
    try mode.apply(to: folder)
  }

  /// Removes what other builds and processes that were killed have left.
  func removeOthers(in outbox: String) throws(FileError) {
    let own = Set(list.lines.indices.map { Files.lastComponent(of: path($0, in: outbox)) } + [Self.listName])
    let folder = outbox + "/" + Self.folderName
    let others = try Files.names(in: folder, .outbox).filter {
      !own.contains($0) && !PatientDrawers.isName($0)
    }
    if others.isEmpty { return }
    try DurableNames.change { names throws(FileError) in
      for name in others { try names.remove(folder + "/" + name, .outbox) }
    }
  }
}
