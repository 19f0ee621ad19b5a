import Platform
import Study

/// What the outbox's index tells of one study: its latest result, in one line of `index.jsonl`. UIDs and numbers only:
/// no names of files and nothing of the patient.
package struct OutboxEntry: Decodable, Sendable, Equatable {
  package var study: String
  package var revision: Int
  /// The folder in the outbox.
  package var folder: String
  /// When `study.json` was written, milliseconds since 1970.
  package var published: Int64
  package var status: StudyReport.Status
  /// Clips with a measurement, of all clips.
  package var measuredClips: Int
  package var clips: Int
  /// Why a person should look at it, in codes; empty where nothing calls for it.
  package var reviewReasons: [String]
  package var version: String
  package var model: String
  /// Views of the measured clips, each once; `nil` in lines of versions that did not say.
  package var views: [StudySummary.Clip.View]?
  /// Who says which view the values are of, the least certain of them; `nil` where none of them depends on it.
  package var viewSource: ClipReport.View.Source?
  /// Values of the measures that were not withheld, as `study.json` has them.
  package var values: [String: Double]

  private enum CodingKeys: String, CodingKey {
    case study, revision, folder, published, status, clips, version, model, views, values
    case viewSource = "view_source"
    case measuredClips = "measured_clips"
    case reviewReasons = "review_reasons"
  }

  package init(_ report: StudySummary, folder: String, published: Int64) {
    study = report.study.uid
    revision = report.study.revision
    self.folder = folder
    self.published = published
    status = report.status
    let measured = report.clips.filter { $0.status == .measured }
    measuredClips = measured.count
    views = Set(measured.map(\.view)).sorted { $0.text < $1.text }
    viewSource = .leastCertain(report.values.filter { $0.value != nil }.compactMap(\.viewSource))
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

  package init(_ report: StudyReport, folder: String, published: Int64) {
    self.init(StudySummary(report), folder: folder, published: published)
  }

  /// Whether a person should look at it before others.
  package var attention: Attention {
    status == .failed || status == .partial ? .review : Attention(reviewReasons)
  }

  /// A measured clip is apical, and nobody says which view it shows.
  var hasUnknownView: Bool { views?.contains(where: \.isUnknown) ?? false }

  /// Nobody but the picture says what a measured clip shows.
  var hasViewFromPicture: Bool { views?.contains { $0.source == .picture } ?? false }

  /// What a person can do for it, in a sentence; `nil` where there is nothing.
  package var remedy: String? {
    if hasUnknownView { return ViewAdvice.unknown }
    return hasViewFromPicture ? ViewAdvice.fromPicture : nil
  }

  /// Its line of `index.jsonl`.
  package var line: String.UTF8View { (json.line + "\n").utf8 }

  private var json: JSONValue {
    .object([
      ("study", .string(study)), ("revision", .integer(revision)), ("folder", .string(folder)),
      ("published", .integer(Int(published))), ("status", .code(status)),
      ("measured_clips", .integer(measuredClips)), ("clips", .integer(clips)),
      ("review_reasons", .array(reviewReasons.map { .string($0) })), ("version", .string(version)),
      ("model", .string(model)), ("views", viewsJSON),
      ("view_source", .code(viewSource)), ("values", valuesJSON),
    ])
  }

  package var viewsJSON: JSONValue {
    guard let views else { return .null }
    return .array(views.map { .object([("code", .code($0.code)), ("source", .code($0.source))]) })
  }

  package var valuesJSON: JSONValue {
    .object(values.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })
  }
}

extension StudySummary.Clip.View {
  /// An apical view, and nobody says which.
  var isUnknown: Bool { code == .apical && source == .model }

  /// `A4C (tag)`, `view unknown`.
  package var text: String { isUnknown ? "view unknown" : "\(code.rawValue) (\(source.rawValue))" }
}
