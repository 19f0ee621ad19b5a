import Platform
import Study

/// `measurements.csv`: a line a study and a column a measure (RFC 4180), for spreadsheets.
package enum MeasurementsTable {
  package static var head: String {
    let names =
      ["study_uid", "revision", "published", "status", "review", "review_reasons", "clips_measured", "clips"]
      + MeasureTable.measures.map { "\($0.name) (\($0.unit))" } + [
        "model", "version", "views", "view_source", "to_do",
      ]
    return names.map(field).joined(separator: ",") + "\r\n"
  }

  package static func line(_ entry: OutboxEntry) -> String {
    let facts = [
      entry.study, "\(entry.revision)", UTCTime(milliseconds: entry.published).iso8601,
      entry.status.rawValue, entry.attention.column, entry.reviewReasons.joined(separator: " "),
      "\(entry.measuredClips)", "\(entry.clips)",
    ]
    let fields =
      facts.map(field) + values(of: entry) + ([entry.model, entry.version] + views(of: entry)).map(field)
    return fields.joined(separator: ",") + "\r\n"
  }

  package static let viewNames = ["views", "view_source", "to_do"]

  /// The views of the measured clips, who says so, and what a person can do.
  package static func views(of entry: OutboxEntry) -> [String] {
    let views = (entry.views ?? []).map(\.text).joined(separator: " + ")
    return [views, entry.viewSource?.rawValue ?? "", entry.remedy ?? ""]
  }

  /// One field a measure; empty where it was withheld.
  package static func values(of entry: OutboxEntry) -> [String] {
    MeasureTable.measures.map { entry.values[$0.name].map(\.description) ?? "" }
  }

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
