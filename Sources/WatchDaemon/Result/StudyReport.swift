import Hinge
import Inference

/// The result of one study, as `study.json` tells it (schema `hinged.study/1`). A pure value: every other output
/// is drawn from it. Frames are 0-based; points are pixel-index coordinates of the stored frame. `StudyJSON` writes
/// and reads it; the coding keys are the names that the schema gives.
struct StudyReport: Decodable, Sendable, Equatable {
  static let schemaName = "hinged.study/1"

  struct Study: Decodable, Sendable, Equatable {
    var uid: String
    var revision: Int
    var supersedes: String?
  }

  enum Status: String, Codable, Sendable { case completed, partial, ineligible, failed }

  struct Input: Decodable, Sendable, Equatable {
    enum State: String, Codable, Sendable { case used, excluded, ignored, quarantined, held }
    var sopInstanceUID: String?
    var sha256: String
    var state: State
    var reason: ReasonCode?

    private enum CodingKeys: String, CodingKey {
      case state, reason, sha256
      case sopInstanceUID = "sop_instance_uid"
    }
  }

  /// One of the study's measures (`MeasureTable`).
  struct Measurement: Decodable, Sendable, Equatable {
    var name: String
    /// `nil` where it is withheld.
    var value: Double?
    var unit: String
    /// Code value, coding scheme designator, code meaning; `nil` where there is no code for it.
    var code: [String]?
    /// The clips that it comes from.
    var from: [String]
    var withheld: ReasonCode?
    /// What makes the code say the whole: site, view, point of the cycle, method.
    var modifiers: [Measure.Modifier]?
    /// The formula.
    var method: String?
    var range: [ReferenceRange]?
    /// One entry a beat of the clip; `nil` where the beat gave none.
    var beats: [Double?]?
    /// Other clips of the same view, best first.
    var others: [String]?
    /// By what each clip of `from` was chosen among those of its view; `nil` for one that had no rival.
    var chosenBy: [ClipCriterion?]?
    /// Those of `others` that contradict the chosen one.
    var contradictedBy: [String]?
    /// Who says which view the clips show, the least certain of them; `nil` where the number depends on no view, and in
    /// results of versions that did not say.
    var viewSource: ClipReport.View.Source?
    /// Of the hinge points that it rests on, that both lie within 5 mm of the truth.
    var confidence: Double?
    var reviewReasons: [String]?

    private enum CodingKeys: String, CodingKey {
      case name, value, unit, code, from, withheld, modifiers, method, range, beats, others, confidence
      case reviewReasons = "review_reasons"
      case chosenBy = "chosen_by"
      case contradictedBy = "contradicted_by"
      case viewSource = "view_source"
    }
  }

  struct Model: Codable, Sendable, Equatable {
    var name: String
    var sha256: String
    var licence: String
    /// What the network ran in; `nil` in results of versions that did not say.
    var precision: Precision?
  }

  struct Software: Decodable, Sendable, Equatable {
    var name: String
    var version: String
  }

  /// What the person who runs the program decided, as far as results depend on it.
  struct Settings: Decodable, Sendable, Equatable {
    var sha256: String
  }

  struct Timings: Decodable, Sendable, Equatable {
    var decode: Double
    var inference: Double
    var publish: Double
    var total: Double
  }

  var schema = Self.schemaName
  var study: Study
  var status: Status
  var clips: [ClipReport]
  var studyMeasurements: [Measurement]
  var inputs: [Input]
  var model: Model
  var software: Software
  var configuration: Settings?
  var timings: Timings

  private enum CodingKeys: String, CodingKey {
    case schema, study, status, clips, inputs, model, software, configuration
    case studyMeasurements = "study_measurements"
    case timings = "timings_ms"
  }
}

extension StudyReport {
  /// The models that looked at clips, each once; the study's own where none says so.
  func models(of clips: [ClipReport]) -> [Model] {
    let named = clips.map { $0.model ?? model }
    let distinct = named.enumerated().filter { named.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    return distinct.isEmpty ? [model] : distinct
  }
}

/// The result of one clip.
struct ClipReport: Decodable, Sendable, Equatable {
  enum Status: String, Codable, Sendable { case measured, indeterminate, excluded, ignored, failed }

  struct View: Decodable, Sendable, Equatable {
    /// Who says so. `model`: the picture shows an apical view, and nobody says which.
    enum Source: String, Codable, Sendable { case `operator`, rule, reader, tag, picture, model, none }
    var code: EchoView
    var source: Source
    /// That the clip shows it; `nil` where it is not the picture that says so.
    var probability: Double?
    /// What the picture says, by view; `nil` where it was not asked, and in results of versions that did not ask.
    var candidates: [String: Double]?
    /// Left and right of the display are exchanged.
    var mirrored: Bool
  }

  struct Spacing: Decodable, Sendable, Equatable {
    enum Source: String, Codable, Sendable {
      case region
      case pixelSpacing = "pixel-spacing"
    }
    var x: Double
    var y: Double
    var source: Source

    private enum CodingKeys: String, CodingKey {
      case source
      case x = "x_mm"
      case y = "y_mm"
    }
  }

  struct Beat: Decodable, Sendable, Equatable {
    enum Source: String, Codable, Sendable {
      case rWave = "r-wave"
      case areaCurve = "area-curve"
      case image
    }
    var edFrame: Int
    var esFrame: Int
    var source: Source
    var reference: Bool
    /// The end diastole that follows; `nil` where the loop ends before it.
    var nextEDFrame: Int?
    /// From one end diastole to the next; `nil` without the next one or without frame times.
    var cycleMilliseconds: Double?
    /// `nil` without calibration.
    var geometry: BeatGeometry?

    private enum CodingKeys: String, CodingKey {
      case source, reference, geometry
      case edFrame = "ed_frame"
      case esFrame = "es_frame"
      case nextEDFrame = "next_ed_frame"
      case cycleMilliseconds = "cycle_ms"
    }
  }

  /// One entry a frame that was segmented; `nil` where the frame gave no value. Lengths are all equal.
  struct Curves: Decodable, Sendable, Equatable {
    var frames: [Int]
    var lvAreaSquareMillimetres: [Double?]?
    var lvAreaSquarePixels: [Double?]
    var annulusDiameterMillimetres: [Double?]?
    var left: [Point?]
    var right: [Point?]
    /// Towards the apex since the beat's end diastole.
    var leftExcursionMillimetres: [Double?]?
    var rightExcursionMillimetres: [Double?]?
  }

  var sopInstanceUID: String
  var sopClassUID: String?
  var seriesInstanceUID: String?
  var file: String?
  var status: Status
  var reason: ReasonCode?
  var detail: String?
  var view: View
  /// What looked at the clip; `nil` where none did, and in results of versions that did not say.
  var model: StudyReport.Model?
  var rows: Int
  var columns: Int
  var frames: Int
  var frameTimeMilliseconds: Double?
  /// `nil` where no attribute states a possible time, and in results of versions that did not say.
  var frameTimeSource: FrameTimeSource?
  var spacing: Spacing?
  var spacingReason: ReasonCode?
  var beats: [Beat]
  var measurements: [PhaseMeasurement]
  var curves: Curves?
  /// `PixelDigest`; `nil` where not every frame was decoded.
  var pixels: String?

  private enum CodingKeys: String, CodingKey {
    case file, status, reason, detail, view, model, rows, columns, frames, spacing, beats, measurements
    case curves
    case pixels = "pixel_digest"
    case sopInstanceUID = "sop_instance_uid"
    case sopClassUID = "sop_class_uid"
    case seriesInstanceUID = "series_instance_uid"
    case frameTimeMilliseconds = "frame_time_ms"
    case frameTimeSource = "frame_time_source"
    case spacingReason = "spacing_reason"
  }
}

enum CyclePhase: String, Codable, Sendable, CaseIterable {
  case endDiastole = "ED"
  case endSystole = "ES"
}

/// The hinge points and the annulus diameter of one frame.
struct PhaseMeasurement: Decodable, Sendable, Equatable {
  struct HingePoint: Decodable, Sendable, Equatable {
    enum Label: String, Codable, Sendable { case aMVL, pMVL }
    enum Side: String, Codable, Sendable { case left, right }
    enum Site: String, Codable, Sendable { case septal, lateral, inferior, anterior }
    /// The 15 and 85 percentile of the expected error, prediction minus truth.
    struct ErrorRange: Decodable, Sendable, Equatable {
      var x: [Double]
      var y: [Double]
    }
    var label: Label?
    var side: Side
    var site: Site?
    var x: Double
    var y: Double
    var errorMillimetres: ErrorRange?

    private enum CodingKeys: String, CodingKey {
      case label, side, site, x, y
      case errorMillimetres = "error_mm"
    }
  }

  /// The borders of the chambers as closed polylines, the last point joined to the first; empty where a chamber
  /// was not found.
  struct Contours: Decodable, Sendable, Equatable {
    var ventricle: [Point]
    var atrium: [Point]
  }

  var phase: CyclePhase
  var frame: Int
  var hingePoints: [HingePoint]
  var annulusDiameterMillimetres: Double?
  var annulusDiameterPixels: Double?
  var confidence: Double?
  var withheld: ReasonCode?
  var review: Bool
  var reviewReasons: [String]
  /// `nil` in results of versions that had none.
  var contours: Contours?

  private enum CodingKeys: String, CodingKey {
    case phase, frame, confidence, withheld, review, contours
    case hingePoints = "hinge_points"
    case annulusDiameterMillimetres = "annulus_diameter_mm"
    case annulusDiameterPixels = "annulus_diameter_px"
    case reviewReasons = "review_reasons"
  }
}
