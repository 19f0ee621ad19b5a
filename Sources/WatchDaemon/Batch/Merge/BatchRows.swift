import Platform

/// The rows of a table by study, of any number, until they are written in order.
final class BatchRows {
  private let csv: LineSorter
  private let json: LineSorter

  init(in scratch: ScratchSpace) throws(FileError) {
    csv = try LineSorter("csv", in: scratch)
    json = try LineSorter("json", in: scratch)
  }

  func add(_ row: BatchTable.Row) throws(FileError) {
    try csv.add(row.study + "\t" + row.csv)
    try json.add(row.study + "\t" + row.json)
  }

  /// Writes both tables, each by a temporary name and one rename.
  func write(csv csvPath: String, json jsonPath: String) throws {
    try Self.write(csv, head: BatchTable.head, lineEnd: "\r\n", to: csvPath)
    try Self.write(json, head: nil, lineEnd: "\n", to: jsonPath)
  }

  private static func write(_ rows: LineSorter, head: String?, lineEnd: String, to path: String) throws {
    let sorted = try rows.sorted()
    try AtomicFile.stream(to: path, .outbox) { output in
      var pending = Array((head.map { $0 + lineEnd } ?? "").utf8)
      while let line = try sorted.next() {
        let row = line.bytes.drop { $0 != UInt8(ascii: "\t") }.dropFirst()
        pending += row
        pending += lineEnd.utf8
        if pending.count > 1 << 18 {
          try output.write(pending, .outbox)
          pending.removeAll(keepingCapacity: true)
        }
      }
      try output.write(pending, .outbox)
    }
  }
}
