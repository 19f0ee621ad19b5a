import Platform
import Study

/// What the outbox's index tells of one study: its latest result, in one line of `index.jsonl`. UIDs and numbers only:
/// no names of files and nothing of the patient.
package struct OutboxEntry: Recorded, Equatable {
  package var study: String
  package var revision: Int
  package var folder: String
  package var published: Int64
  package var status: StudyReport.Status
  package var measuredClips: Int
  package var clips: Int
  package var reviewReasons: [String]
  package var version: String
  package var model: String
  package var views: [View]?
  package var viewSource: ClipReport.View.Source?
  package var values: [String: Double]
  package var withheld: [String: String]?
  /// `nil` where no reader spoke of it.
  package var readings: [ViewReading]?

  package static let form = RecordForm<Self>(
    Self.init(
      study:revision:folder:published:status:measuredClips:clips:reviewReasons:version:model:views:viewSource:
      values:withheld:readings:)
  ) {
    Field("study", \.study, .uid)
    Field("revision", \.revision, .integer(min: 1))
    Field("folder", \.folder, .text, "In the outbox.")
    Field("published", \.published, .integer("ms"), "When study.json was written, since 1970.")
    Field("status", \.status, .word)
    Field("measured_clips", \.measuredClips, .integer(), "Clips with a measurement.")
    Field("clips", \.clips, .integer())
    Field("review_reasons", \.reviewReasons, .list(.text), "Why a person should look at it.")
    Field("version", \.version, .text)
    Field("model", \.model, .text)
    Field("views", \.views, .list(.record), "Of the measured clips, each once.", presence: .added)
    Field(
      "view_source", \.viewSource, .word,
      "Who says which view the values are of, the least certain of them; null where none depends on it.",
      presence: .added)
    Field(
      "values", \.values, .map(.number(nil)), "Of the measures that were not withheld, as in study.json.")
    Field(
      "withheld", \.withheld, .map(.text), "Reason of each measure that was withheld.", presence: .added)
    Field(
      "readings", \.readings, .list(.record), "What readers did with its clips, by view.",
      presence: .whereKnown)
  }

  /// Which view a clip shows, and who says so.
  package struct View: Recorded, Hashable {
    package var code: EchoView
    package var source: ClipReport.View.Source

    package static let form = RecordForm<Self>(Self.init) {
      Field("code", \.code, .word)
      Field("source", \.source, .word)
    }
  }
}

extension OutboxEntry {
  /// - Parameter report: At least its headlines, with the numbers of the record; where readers spoke of it, all of it.
  package init(_ report: StudyReport, folder: String, published: Int64) {
    let measured = report.clips.filter { $0.status == .measured }
    let views = Set(measured.map { View(code: $0.view.code, source: $0.view.source) })
    let measures = report.studyMeasurements
    let known = measures.compactMap { measure in measure.value.map { (measure.name, $0) } }
    let unknown = measures.compactMap { measure in measure.withheld.map { (measure.name, $0.rawValue) } }
    let phases = report.clips.flatMap(\.measurements)
    let flags = phases.flatMap(\.reviewReasons) + measures.flatMap { $0.reviewReasons ?? [] }
    let withheld = phases.compactMap { $0.withheld?.rawValue }
    self.init(
      study: report.study.uid, revision: report.study.revision, folder: folder, published: published,
      status: report.status, measuredClips: measured.count, clips: report.clips.count,
      reviewReasons: Set(flags + withheld).sorted(), version: report.software.version,
      model: report.model.name, views: views.sorted { $0.text < $1.text },
      viewSource: .leastCertain(measures.filter { $0.value != nil }.compactMap(\.viewSource)),
      values: Dictionary(known, uniquingKeysWith: { first, _ in first }),
      withheld: Dictionary(unknown, uniquingKeysWith: { first, _ in first }),
      readings: ViewReading.all(in: report.clips))
  }

  /// Whether a person should look at it before others.
  package var attention: Attention {
    status == .failed || status == .partial ? .review : Attention(reviewReasons)
  }

  /// A measured clip is apical, and nobody says which view it shows.
  var hasUnknownView: Bool { views?.contains(where: \.isUnknown) ?? false }

  /// Nobody but the picture says what a measured clip shows.
  var hasViewFromPicture: Bool { views?.contains { $0.source == .picture } ?? false }

  /// `no-contact: MAPSE lateral + MAPSE mean; no-body-size: LV volume index biplane ED`.
  var withheldText: String {
    let reasons = Dictionary(grouping: withheld ?? [:], by: \.value).mapValues { $0.map(\.key).sorted() }
    return reasons.sorted { $0.key < $1.key }.map { "\($0): \($1.joined(separator: " + "))" }.joined(
      separator: "; ")
  }

  /// What a person can do for it, in a sentence; `nil` where there is nothing.
  package var remedy: String? {
    if hasUnknownView { return ViewAdvice.unknown }
    return hasViewFromPicture ? ViewAdvice.fromPicture : nil
  }

  /// Its line of `index.jsonl`.
  package var line: String.UTF8View { (json.line + "\n").utf8 }
}

extension OutboxEntry.View {
  /// An apical view, and nobody says which.
  var isUnknown: Bool { code == .apical && source == .model }

  /// `A4C (tag)`, `view unknown`.
  package var text: String { isUnknown ? "view unknown" : "\(code.rawValue) (\(source.rawValue))" }
}
