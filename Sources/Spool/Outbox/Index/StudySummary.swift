import Foundation
import Platform
import Study

/// What lists and tables tell of a study: as much of `study.json` as they need, without the curves and outlines that
/// make up most of it.
package struct StudySummary: Decodable, Sendable, Equatable {
  package struct Clip: Decodable, Sendable, Equatable {
    /// Which view it shows, and who says so.
    package struct View: Decodable, Sendable, Hashable {
      package var code: EchoView
      package var source: ClipReport.View.Source

      package init(code: EchoView, source: ClipReport.View.Source) {
        self.code = code
        self.source = source
      }
    }

    package var status: ClipReport.Status
    package var view: View
    package var measurements: [Flags]
  }

  /// What calls for a look at a measurement of a clip.
  package struct Flags: Decodable, Sendable, Equatable {
    package var withheld: ReasonCode?
    package var reviewReasons: [String]

    private enum CodingKeys: String, CodingKey {
      case withheld
      case reviewReasons = "review_reasons"
    }
  }

  package struct Value: Decodable, Sendable, Equatable {
    package var name: String
    package var value: Double?
    package var viewSource: ClipReport.View.Source?
    package var reviewReasons: [String]?

    private enum CodingKeys: String, CodingKey {
      case name, value
      case viewSource = "view_source"
      case reviewReasons = "review_reasons"
    }
  }

  package struct Instance: Decodable, Sendable, Equatable {
    package var uid: String?

    private enum CodingKeys: String, CodingKey { case uid = "sop_instance_uid" }
  }

  package var schema: String
  package var study: StudyReport.Study
  package var status: StudyReport.Status
  package var clips: [Clip]
  package var values: [Value]
  package var inputs: [Instance]
  package var model: StudyReport.Model
  package var software: StudyReport.Software
  package var configuration: StudyReport.Settings?

  package init(
    schema: String, study: StudyReport.Study, status: StudyReport.Status, clips: [Clip], values: [Value],
    inputs: [Instance], model: StudyReport.Model, software: StudyReport.Software,
    configuration: StudyReport.Settings? = nil
  ) {
    self.schema = schema
    self.study = study
    self.status = status
    self.clips = clips
    self.values = values
    self.inputs = inputs
    self.model = model
    self.software = software
    self.configuration = configuration
  }

  private enum CodingKeys: String, CodingKey {
    case schema, study, status, clips, inputs, model, software, configuration
    case values = "study_measurements"
  }
}

extension StudySummary {
  /// `nil` where the bytes are no `study.json` of this schema.
  package init?(json: [UInt8]) {
    let lean = JSONSkimmer.skim(json, without: ["curves", "contours", "beats", "modifiers", "range"])
    guard let summary = try? JSONDecoder().decode(StudySummary.self, from: Data(lean)),
      summary.schema == StudyReport.schemaName
    else { return nil }
    self = summary
  }

  package init(_ report: StudyReport) {
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
