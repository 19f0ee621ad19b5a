import Foundation

/// What lists and tables tell of a study: as much of `study.json` as they need, without the curves and outlines that
/// make up most of it.
struct StudySummary: Decodable, Sendable, Equatable {
  struct Clip: Decodable, Sendable, Equatable {
    /// Which view it shows, and who says so.
    struct View: Decodable, Sendable, Hashable {
      var code: EchoView
      var source: ClipReport.View.Source
    }

    var status: ClipReport.Status
    var view: View
    var measurements: [Flags]
  }

  /// What calls for a look at a measurement of a clip.
  struct Flags: Decodable, Sendable, Equatable {
    var withheld: ReasonCode?
    var reviewReasons: [String]

    private enum CodingKeys: String, CodingKey {
      case withheld
      case reviewReasons = "review_reasons"
    }
  }

  struct Value: Decodable, Sendable, Equatable {
    var name: String
    var value: Double?
    var viewSource: ClipReport.View.Source?
    var reviewReasons: [String]?

    private enum CodingKeys: String, CodingKey {
      case name, value
      case viewSource = "view_source"
      case reviewReasons = "review_reasons"
    }
  }

  struct Instance: Decodable, Sendable, Equatable {
    var uid: String?

    private enum CodingKeys: String, CodingKey { case uid = "sop_instance_uid" }
  }

  var schema: String
  var study: StudyReport.Study
  var status: StudyReport.Status
  var clips: [Clip]
  var values: [Value]
  var inputs: [Instance]
  var model: StudyReport.Model
  var software: StudyReport.Software
  var configuration: StudyReport.Settings?

  private enum CodingKeys: String, CodingKey {
    case schema, study, status, clips, inputs, model, software, configuration
    case values = "study_measurements"
  }
}

extension StudySummary {
  /// `nil` where the bytes are no `study.json` of this schema.
  init?(json: [UInt8]) {
    let lean = JSONSkimmer.skim(json, without: ["curves", "contours", "beats", "modifiers", "range"])
    guard let summary = try? JSONDecoder().decode(StudySummary.self, from: Data(lean)),
      summary.schema == StudyReport.schemaName
    else { return nil }
    self = summary
  }

  init(_ report: StudyReport) {
    self.init(
      schema: report.schema, study: report.study, status: report.status,
      clips: report.clips.map { clip in
        Clip(
          status: clip.status, view: .init(code: clip.view.code, source: clip.view.source),
          measurements: clip.measurements.map {
            Flags(withheld: $0.withheld, reviewReasons: $0.reviewReasons)
          })
      },
      values: report.studyMeasurements.map {
        Value(
          name: $0.name, value: $0.value, viewSource: $0.viewSource, reviewReasons: $0.reviewReasons)
      },
      inputs: report.inputs.map { Instance(uid: $0.sopInstanceUID) }, model: report.model,
      software: report.software, configuration: report.configuration)
  }
}
