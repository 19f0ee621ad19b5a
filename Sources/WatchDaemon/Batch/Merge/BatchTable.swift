import Platform
import Spool
import Study

/// One line a planned study, as CSV (RFC 4180) and as JSON. Nothing in it depends on when or where a study was worked
/// on, so the same inputs, model and settings give the same bytes.
enum BatchTable {
  static let head: String = {
    let facts = [
      "study_uid", "revision", "status", "reason", "review", "review_reasons", "clips_measured", "clips",
    ]
    let measures = MeasureTable.measures.map { "\($0.name) (\($0.unit))" }
    return
      (facts + measures + ["model", "model_sha256", "configuration_sha256", "version"]
      + MeasurementsTable.viewNames)
      .map(MeasurementsTable.field).joined(separator: ",")
  }()

  struct Row: Sendable, Equatable {
    /// Rows are in the order of this.
    var study: String
    var csv: String
    var json: String
  }

  static func row(_ result: PlannedResult) -> Row {
    let summary = result.summary
    let entry = OutboxEntry(summary, folder: result.revision.name, published: 0)
    let configuration = summary.configuration?.sha256
    let facts = [
      entry.study, "\(entry.revision)", entry.status.rawValue, "", entry.attention.column,
      entry.reviewReasons.joined(separator: " "), "\(entry.measuredClips)", "\(entry.clips)",
    ]
    let ends =
      [entry.model, summary.model.sha256, configuration ?? "", entry.version]
      + MeasurementsTable.views(of: entry)
    let json: JSONValue = .object([
      ("study", .string(entry.study)), ("revision", .integer(entry.revision)),
      ("status", .code(entry.status)),
      ("reason", .null), ("review_reasons", .array(entry.reviewReasons.map { .string($0) })),
      ("measured_clips", .integer(entry.measuredClips)), ("clips", .integer(entry.clips)),
      ("values", entry.valuesJSON), ("model", .string(entry.model)),
      ("model_sha256", .string(summary.model.sha256)),
      ("configuration_sha256", .optional(configuration)), ("version", .string(entry.version)),
      ("views", entry.viewsJSON), ("view_source", .code(entry.viewSource)),
    ])
    return Row(
      study: entry.study,
      csv: (facts.map(field) + MeasurementsTable.values(of: entry) + ends.map(field)).joined(separator: ","),
      json: json.line)
  }

  /// Of a study of which nothing was published.
  static func row(_ study: String, _ fault: BatchFault) -> Row {
    let facts = [study, "", StudyReport.Status.failed.rawValue, fault.rawValue, "yes", "", "", ""]
    let empty = [String](
      repeating: "", count: MeasureTable.measures.count + 4 + MeasurementsTable.viewNames.count)
    let json: JSONValue = .object([
      ("study", .string(study)), ("revision", .null), ("status", .code(StudyReport.Status.failed)),
      ("reason", .code(fault)), ("review_reasons", .array([])), ("measured_clips", .null), ("clips", .null),
      ("values", .object([])), ("model", .null), ("model_sha256", .null), ("configuration_sha256", .null),
      ("version", .null), ("views", .null), ("view_source", .null),
    ])
    return Row(study: study, csv: (facts + empty).map(field).joined(separator: ","), json: json.line)
  }

  /// Rows are sorted as lines, so a text has none within.
  private static func field(_ text: String) -> String {
    MeasurementsTable.field(String(text.map { $0.isNewline ? " " : $0 }))
  }
}
