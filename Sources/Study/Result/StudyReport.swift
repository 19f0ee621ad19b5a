import Inference
import Platform

/// The result of one study, as `study.json` tells it (schema `hinged.study/1`). A pure value: every other output is
/// drawn from it. Frames are 0-based; points are pixel-index coordinates of the stored frame.
///
/// What is written, read and published as the schema all comes of the forms: a field is a property and its line in
/// the form, which says what it means.
package struct StudyReport: Recorded, Equatable {
  package static let schemaName = "hinged.study/1"

  package enum Status: String, Codable, Sendable, CaseIterable { case completed, partial, ineligible, failed }

  package var schema: String
  package var study: Study
  package var status: Status
  package var clips: [ClipReport]
  package var studyMeasurements: [Measurement]
  package var inputs: [Input]
  package var model: Model
  package var software: Software
  package var configuration: Settings?
  package var timings: Timings
  /// What readers said of it, the oldest first; `nil` where nobody did.
  package var corrections: [AppliedCorrection]?

  package init(
    schema: String = Self.schemaName, study: Study, status: Status, clips: [ClipReport],
    studyMeasurements: [Measurement], inputs: [Input], model: Model, software: Software,
    configuration: Settings? = nil, timings: Timings, corrections: [AppliedCorrection]? = nil
  ) {
    self.schema = schema
    self.study = study
    self.status = status
    self.clips = clips
    self.studyMeasurements = studyMeasurements
    self.inputs = inputs
    self.model = model
    self.software = software
    self.configuration = configuration
    self.timings = timings
    self.corrections = corrections
  }

  package static let form = RecordForm<Self>(Self.init) {
    Field("schema", \.schema, .constant(schemaName))
    Field("study", \.study, .record)
    Field("status", \.status, .word(isClosed: true))
    Field("clips", \.clips, .list(.record))
    Field("study_measurements", \.studyMeasurements, .list(.record))
    Field("inputs", \.inputs, .list(.record), "Every file of the study.")
    Field("model", \.model, .record, "What measures clips of every view that has no model of its own.")
    Field("software", \.software, .record)
    Field("configuration", \.configuration, .record, presence: .added)
    Field("timings_ms", \.timings, .record)
    Field(
      "corrections", \.corrections, .list(.record), "What readers said of the result, the oldest first.",
      presence: .whereKnown)
  }
}

extension StudyReport {
  package struct Study: Recorded, Equatable {
    package var uid: String
    package var revision: Int
    package var supersedes: String?
    /// Square metres; `nil` where the files do not state height and weight.
    package var bodySurfaceArea: Double?

    package init(uid: String, revision: Int, supersedes: String? = nil, bodySurfaceArea: Double? = nil) {
      self.uid = uid
      self.revision = revision
      self.supersedes = supersedes
      self.bodySurfaceArea = bodySurfaceArea
    }

    package static let form = RecordForm<Self>(Self.init) {
      Field("uid", \.uid, .uid)
      Field("revision", \.revision, .integer(min: 1))
      Field("supersedes", \.supersedes, .text, "The outbox folder that this revision replaces.")
      Field(
        "body_surface_area_m2", \.bodySurfaceArea, .number(4, "m2", min: 0),
        "Of the patient, by the height and weight that the files state (Du Bois).", presence: .added)
    }
  }

  package struct Input: Recorded, Equatable {
    package enum State: String, Codable, Sendable, CaseIterable {
      case used, excluded, ignored, quarantined, held
    }
    package var sopInstanceUID: String?
    package var sha256: String
    package var state: State
    package var reason: ReasonCode?

    package init(sopInstanceUID: String? = nil, sha256: String, state: State, reason: ReasonCode? = nil) {
      self.sopInstanceUID = sopInstanceUID
      self.sha256 = sha256
      self.state = state
      self.reason = reason
    }

    package static let form = RecordForm<Self>(Self.init, "input") {
      Field("sop_instance_uid", \.sopInstanceUID, .uid)
      Field("sha256", \.sha256, .sha256)
      Field("state", \.state, .word)
      Field("reason", \.reason, .reason)
    }
  }

  package struct Model: Recorded, Codable, Equatable {
    package var name: String
    package var sha256: String
    package var licence: String
    package var precision: Precision?

    package init(name: String, sha256: String, licence: String, precision: Precision? = nil) {
      self.name = name
      self.sha256 = sha256
      self.licence = licence
      self.precision = precision
    }

    package static let form = RecordForm<Self>(Self.init, "model") {
      Field("name", \.name, .text)
      Field("sha256", \.sha256, .sha256)
      Field("licence", \.licence, .text)
      Field("precision", \.precision, .word, "What the network ran in.", presence: .added)
    }
  }

  package struct Software: Recorded, Equatable {
    package var name: String
    package var version: String

    package init(name: String, version: String) {
      self.name = name
      self.version = version
    }

    package static let form = RecordForm<Self>(Self.init) {
      Field("name", \.name, .text)
      Field("version", \.version, .text)
    }
  }

  package struct Settings: Recorded, Equatable {
    package var sha256: String

    package init(sha256: String) {
      self.sha256 = sha256
    }

    package static let form = RecordForm<Self>(
      Self.init, doc: "What the person who runs the program decided, as far as results depend on it."
    ) {
      Field("sha256", \.sha256, .sha256)
    }
  }

  package struct Timings: Recorded, Equatable {
    package var decode: Double
    package var inference: Double
    package var publish: Double
    package var total: Double

    package init(decode: Double, inference: Double, publish: Double, total: Double) {
      self.decode = decode
      self.inference = inference
      self.publish = publish
      self.total = total
    }

    package static let form = RecordForm<Self>(Self.init) {
      Field("decode", \.decode, .number(1, "ms", min: 0))
      Field("inference", \.inference, .number(1, "ms", min: 0))
      Field("publish", \.publish, .number(1, "ms", min: 0))
      Field("total", \.total, .number(1, "ms", min: 0))
    }
  }

  /// The models that looked at clips, each once; the study's own where none says so.
  package func models(of clips: [ClipReport]) -> [Model] {
    let named = clips.map { $0.model ?? model }
    let distinct = named.enumerated().filter { named.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    return distinct.isEmpty ? [model] : distinct
  }
}
