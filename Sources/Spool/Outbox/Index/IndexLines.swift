import Foundation
import Glibc
import Platform
import Study

/// `index.jsonl` and `measurements.csv` of an outbox: a line a study in both, in one order.
struct IndexLines {
  private let lines: String
  private let table: String

  init(_ outbox: String) {
    (lines, table) = (outbox + "/" + OutboxIndex.linesName, outbox + "/" + OutboxIndex.tableName)
  }

  /// Bytes of both; -1 for one that is not there.
  func sizes() throws(FileError) -> [Int] {
    var sizes: [Int] = []
    for path in [lines, table] {
      sizes.append(try Files.examine(path, .outbox).map { Int($0.st_size) } ?? -1)
    }
    return sizes
  }

  /// Gives the entries in their order.
  /// - Parameter body: Says whether the entry may stay.
  /// - Returns: Whether there are lines that may not, or that are none.
  func goThrough(_ body: (OutboxEntry, _ line: [UInt8]) throws -> Bool) throws -> Bool {
    guard try Files.exists(lines, .outbox) else { return false }
    let reader = try LineReader(lines, .outbox)
    var hasOthers = false
    while let line = try reader.next() {
      guard line.isWhole, let entry = try? OutboxEntry.form.read(line.bytes) else {
        hasOthers = true
        continue
      }
      if try !body(entry, line.bytes) { hasOthers = true }
    }
    return hasOthers
  }

  /// Puts studies that have no line yet at the end of both, on the disk: the list of rows tells how long both are, and by
  /// that alone a line that a loss of power spoilt is known.
  func append(_ entries: [OutboxEntry]) throws(FileError) {
    guard !entries.isEmpty else { return }
    try append(entries.flatMap { Array($0.line) }, to: lines)
    try append(entries.flatMap { Array(MeasurementsTable.line($0).utf8) }, to: table)
  }

  private func append(_ bytes: [UInt8], to path: String) throws(FileError) {
    let file = try Descriptor.open(path, O_WRONLY | O_APPEND | O_NOFOLLOW, .outbox)
    try file.write(bytes, .outbox)
    try file.syncWherePossible(.outbox)
  }

  /// Writes both anew, each by a temporary name and one rename: the lines that may stay, and further entries.
  func rewrite(with fresh: [OutboxEntry], _ mode: OutboxMode, keeping stays: (OutboxEntry) -> Bool) throws {
    var seen = Set(fresh.map(\.study.hashValue))
    try AtomicFile.stream(to: lines, mode: mode.files, .outbox) { output in
      var pending = Pending()
      _ = try goThrough { entry, line in
        guard stays(entry), seen.insert(entry.study.hashValue).inserted else { return false }
        try pending.add(line + [UInt8(ascii: "\n")], to: output)
        return true
      }
      for entry in fresh { try pending.add(Array(entry.line), to: output) }
      try pending.flush(to: output)
    }
    try AtomicFile.stream(to: table, mode: mode.files, .outbox) { output in
      var pending = Pending()
      try pending.add(Array(MeasurementsTable.head.utf8), to: output)
      _ = try goThrough { entry, _ in
        try pending.add(Array(MeasurementsTable.line(entry).utf8), to: output)
        return true
      }
      try pending.flush(to: output)
    }
  }

  /// Bytes that are written some at a time.
  private struct Pending {
    private var bytes: [UInt8] = []

    mutating func add(_ more: [UInt8], to output: borrowing Descriptor) throws(FileError) {
      bytes += more
      if bytes.count > 1 << 16 { try flush(to: output) }
    }

    mutating func flush(to output: borrowing Descriptor) throws(FileError) {
      try output.write(bytes, .outbox)
      bytes.removeAll(keepingCapacity: true)
    }
  }
}
