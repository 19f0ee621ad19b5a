import Platform
import Spool
import Study

/// One line a planned study, as CSV (RFC 4180) and as JSON. Nothing in it depends on when or where a study was worked
/// on, so the same inputs, model and settings give the same bytes.
enum BatchTable {
  struct Row: Sendable, Equatable {
    /// Rows are in the order of this.
    var study: String
    var csv: String
    var json: String
  }

  /// What is known of a planned study.
  private struct Facts: Sendable {
    var study: String
    var status: StudyReport.Status
    /// `nil` where nothing was published.
    var entry: OutboxEntry?
    var fault: BatchFault?
    var model: String?
    var configuration: String?
  }

  static func row(_ result: PlannedResult) -> Row {
    let report = result.report
    let entry = OutboxEntry(report, folder: result.revision.name, published: 0)
    return row(
      Facts(
        study: entry.study, status: entry.status, entry: entry, model: report.model.sha256,
        configuration: report.configuration?.sha256))
  }

  /// Of a study of which nothing was published.
  static func row(_ study: String, _ fault: BatchFault) -> Row {
    row(Facts(study: study, status: .failed, fault: fault))
  }

  /// Rows are sorted as lines, so a field has none within.
  private static func row(_ facts: Facts) -> Row {
    let fields = columns.map { $0.field(facts, onOneLine: true) }
    return Row(study: facts.study, csv: fields.joined(separator: ","), json: json(facts).line)
  }

  static let head = TableColumn.head(columns)

  private static let columns: [TableColumn<Facts>] =
    [
      .init("study_uid") { $0.study }, .init("revision") { $0.entry.map { "\($0.revision)" } ?? "" },
      .init("status") { $0.status.rawValue }, .init("reason") { $0.fault?.rawValue ?? "" },
      .init("review") { ($0.entry?.attention ?? .review).column },
    ] + MeasurementsTable.findings.map(ofEntry) + [
      .init("model") { $0.entry?.model ?? "" }, .init("model_sha256") { $0.model ?? "" },
      .init("configuration_sha256") { $0.configuration ?? "" }, .init("version") { $0.entry?.version ?? "" },
    ] + MeasurementsTable.views.map(ofEntry)

  private static func ofEntry(_ column: TableColumn<OutboxEntry>) -> TableColumn<Facts> {
    .init(column.name, isNumber: column.isNumber) { $0.entry.map(column.text) ?? "" }
  }

  private static let keys = [
    "study", "revision", "status", "reason", "review_reasons", "measured_clips", "clips", "values", "model",
    "model_sha256", "configuration_sha256", "version", "views", "view_source",
  ]

  /// The members of the outbox's index, and what else a plan tells.
  private static func json(_ facts: Facts) -> JSONValue {
    var members: [String: JSONValue] = [
      "review_reasons": .array([]), "values": .object([]), "study": .string(facts.study),
      "status": .code(facts.status), "reason": .code(facts.fault), "model_sha256": .optional(facts.model),
      "configuration_sha256": .optional(facts.configuration),
    ]
    if let entry = facts.entry, case .object(let known) = entry.json {
      members.merge(known.map { ($0.key, $0.value) }) { _, known in known }
    }
    return .object(keys.map { ($0, members[$0] ?? .null) })
  }
}

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
