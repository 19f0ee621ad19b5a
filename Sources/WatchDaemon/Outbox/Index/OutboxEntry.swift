/// What the outbox's index tells of one study: its latest result, in one line of `index.jsonl`. UIDs and numbers only:
/// no names of files and nothing of the patient.
struct OutboxEntry: Decodable, Sendable, Equatable {
  var study: String
  var revision: Int
  /// The folder in the outbox.
  var folder: String
  /// When `study.json` was written, milliseconds since 1970.
  var published: Int64
  var status: StudyReport.Status
  /// Clips with a measurement, of all clips.
  var measuredClips: Int
  var clips: Int
  /// Why a person should look at it, in codes; empty where nothing calls for it.
  var reviewReasons: [String]
  var version: String
  var model: String
  /// Values of the measures that were not withheld, as `study.json` has them.
  var values: [String: Double]

  private enum CodingKeys: String, CodingKey {
    case study, revision, folder, published, status, clips, version, model, values
    case measuredClips = "measured_clips"
    case reviewReasons = "review_reasons"
  }

  init(_ report: StudySummary, folder: String, published: Int64) {
    study = report.study.uid
    revision = report.study.revision
    self.folder = folder
    self.published = published
    status = report.status
    measuredClips = report.clips.count { $0.status == .measured }
    clips = report.clips.count
    let measurements = report.clips.flatMap(\.measurements)
    let flags =
      measurements.flatMap(\.reviewReasons) + report.values.flatMap { $0.reviewReasons ?? [] }
    let withheld = measurements.compactMap { $0.withheld?.rawValue }
    reviewReasons = Set(flags + withheld).sorted()
    version = report.software.version
    model = report.model.name
    let known = report.values.compactMap { measure in measure.value.map { (measure.name, $0) } }
    values = Dictionary(known, uniquingKeysWith: { first, _ in first })
  }

  init(_ report: StudyReport, folder: String, published: Int64) {
    self.init(StudySummary(report), folder: folder, published: published)
  }

  /// Whether a person should look at it before others.
  var isFlagged: Bool { !reviewReasons.isEmpty || status == .failed || status == .partial }

  /// Its line of `index.jsonl`.
  var line: String.UTF8View { (json.line + "\n").utf8 }

  private var json: JSONValue {
    .object([
      ("study", .string(study)), ("revision", .integer(revision)), ("folder", .string(folder)),
      ("published", .integer(Int(published))), ("status", .code(status)),
      ("measured_clips", .integer(measuredClips)), ("clips", .integer(clips)),
      ("review_reasons", .array(reviewReasons.map { .string($0) })), ("version", .string(version)),
      ("model", .string(model)),
      ("values", valuesJSON),
    ])
  }

  var valuesJSON: JSONValue { .object(values.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) }) }

  /// What calls for a look first, then the latest first.
  static func comesBefore(_ a: OutboxEntry, _ b: OutboxEntry) -> Bool {
    if a.isFlagged != b.isFlagged { return a.isFlagged }
    return (b.published, a.study) < (a.published, b.study)
  }
}
