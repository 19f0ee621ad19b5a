import Platform
import Study

/// `measurements.csv`: a line a study and a column a measure (RFC 4180), for spreadsheets.
package enum MeasurementsTable {
  private static let columns: [TableColumn<OutboxEntry>] =
    [
      .init("study_uid") { $0.study }, .init("revision") { "\($0.revision)" },
      .init("published") { UTCTime(milliseconds: $0.published).iso8601 },
      .init("status") { $0.status.rawValue }, .init("review") { $0.attention.column },
    ] + findings + [.init("model") { $0.model }, .init("version") { $0.version }] + views + readings

  /// What was found, one column a measure; empty where it was withheld, which the column `withheld` explains.
  package static let findings: [TableColumn<OutboxEntry>] =
    [
      .init("review_reasons") { $0.reviewReasons.joined(separator: " ") },
      .init("clips_measured") { "\($0.measuredClips)" }, .init("clips") { "\($0.clips)" },
    ]
    + MeasureTable.measures.map { measure in
      .init("\(measure.name) (\(measure.unit))", isNumber: true) { entry in
        entry.values[measure.name].map(\.description) ?? ""
      }
    }

  /// The views of the measured clips, who says so, what a person can do, and why numbers are missing.
  package static let views: [TableColumn<OutboxEntry>] = [
    .init("views") { ($0.views ?? []).map(\.text).joined(separator: " + ") },
    .init("view_source") { $0.viewSource?.rawValue ?? "" }, .init("to_do") { $0.remedy ?? "" },
    .init("withheld") { $0.withheldText },
  ]

  /// What readers did with the study's clips; empty where nobody spoke of it.
  package static let readings: [TableColumn<OutboxEntry>] =
    [
      number("clips_accepted") { $0.accepted }, number("clips_corrected") { $0.corrected },
      number("clips_rejected") { $0.rejected }, number("points_moved") { $0.pointsMoved },
      .init("mean_point_distance (mm)", isNumber: true) { entry in
        let moved = (entry.readings ?? []).filter { $0.pointsMoved > 0 }
        let points = moved.map(\.pointsMoved).reduce(0, +)
        return points == 0 ? "" : Decimal.text(moved.map(\.distance).reduce(0, +) / Double(points), 2)
      },
      .init("read_by_view") { ($0.readings ?? []).map(\.text).joined(separator: "; ") },
    ]

  private static func number(
    _ name: String, _ value: @escaping @Sendable (ViewReading) -> Int
  ) -> TableColumn<OutboxEntry> {
    .init(name, isNumber: true) { entry in
      entry.readings.map { "\($0.map(value).reduce(0, +))" } ?? ""
    }
  }

  package static var head: String { TableColumn.head(columns) + "\r\n" }

  package static func line(_ entry: OutboxEntry) -> String {
    columns.map { $0.field(entry) }.joined(separator: ",") + "\r\n"
  }
}

/// A column of a table of studies: its name, and what stands in it.
package struct TableColumn<Row>: Sendable {
  package var name: String
  /// Numbers stand as they are; a minus makes no formula of them.
  package var isNumber: Bool
  package var text: @Sendable (Row) -> String

  package init(_ name: String, isNumber: Bool = false, _ text: @escaping @Sendable (Row) -> String) {
    (self.name, self.isNumber, self.text) = (name, isNumber, text)
  }

  package func field(_ row: Row, onOneLine: Bool = false) -> String {
    let text = text(row)
    if isNumber { return text }
    return CSV.field(onOneLine ? String(text.map { $0.isNewline ? " " : $0 }) : text)
  }

  package static func head(_ columns: [Self]) -> String {
    columns.map { CSV.field($0.name) }.joined(separator: ",")
  }
}

package enum CSV {
  /// A text as a field. A spreadsheet takes a text that begins with one of `=+-@` for a formula, and some do so
  /// after a tab or a line end: an apostrophe before it makes it a text.
  package static func field(_ text: String) -> String {
    let isFormula = text.unicodeScalars.first.map { "=+-@\t\r\n|%".unicodeScalars.contains($0) } ?? false
    let safe = isFormula ? "'" + text : text
    let needsQuotes = safe.unicodeScalars.contains { "\",;\r\n\t'".unicodeScalars.contains($0) }
    return needsQuotes ? "\"" + safe.replacing("\"", with: "\"\"") + "\"" : safe
  }
}

extension Attention {
  /// As the column `review` has it.
  package var column: String {
    switch self {
    case .none: "no"
    case .confirm: "confirm"
    case .review: "yes"
    }
  }
}
