import Hinge
import Inference

/// The result of one study, as `study.json` tells it (schema `hinged.study/1`). A pure value: every other output
/// is drawn from it. Frames are 0-based; points are pixel-index coordinates of the stored frame. `StudyJSON` writes
/// and reads it; the coding keys are the names that the schema gives.
package struct StudyReport: Decodable, Sendable, Equatable {
  package static let schemaName = "hinged.study/1"

  package struct Study: Decodable, Sendable, Equatable {
    package var uid: String
    package var revision: Int
    package var supersedes: String?

    package init(uid: String, revision: Int, supersedes: String? = nil) {
      self.uid = uid
      self.revision = revision
      self.supersedes = supersedes
    }
  }

  package enum Status: String, Codable, Sendable { case completed, partial, ineligible, failed }

  package struct Input: Decodable, Sendable, Equatable {
    package enum State: String, Codable, Sendable { case used, excluded, ignored, quarantined, held }
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

    private enum CodingKeys: String, CodingKey {
      case state, reason, sha256
      case sopInstanceUID = "sop_instance_uid"
    }
  }

  /// One of the study's measures (`MeasureTable`).
  package struct Measurement: Decodable, Sendable, Equatable {
    package var name: String
    /// `nil` where it is withheld.
    package var value: Double?
    package var unit: String
    /// Code value, coding scheme designator, code meaning; `nil` where there is no code for it.
    package var code: [String]?
    /// The clips that it comes from.
    package var from: [String]
    package var withheld: ReasonCode?
    /// What makes the code say the whole: site, view, point of the cycle, method.
    package var modifiers: [Measure.Modifier]?
    /// The formula.
    package var method: String?
    package var range: [ReferenceRange]?
    /// One entry a beat of the clip; `nil` where the beat gave none.
    package var beats: [Double?]?
    /// Other clips of the same view, best first.
    package var others: [String]?
    /// By what each clip of `from` was chosen among those of its view; `nil` for one that had no rival.
    package var chosenBy: [ClipCriterion?]?
    /// Those of `others` that contradict the chosen one.
    package var contradictedBy: [String]?
    /// Who says which view the clips show, the least certain of them; `nil` where the number depends on no view, and in
    /// results of versions that did not say.
    package var viewSource: ClipReport.View.Source?
    /// Of the hinge points that it rests on, that both lie within 5 mm of the truth.
    package var confidence: Double?
    package var reviewReasons: [String]?

    private enum CodingKeys: String, CodingKey {
      case name, value, unit, code, from, withheld, modifiers, method, range, beats, others, confidence
      case reviewReasons = "review_reasons"
      case chosenBy = "chosen_by"
      case contradictedBy = "contradicted_by"
      case viewSource = "view_source"
    }
  }

  package struct Model: Codable, Sendable, Equatable {
    package var name: String
    package var sha256: String
    package var licence: String
    /// What the network ran in; `nil` in results of versions that did not say.
    package var precision: Precision?

    package init(name: String, sha256: String, licence: String, precision: Precision? = nil) {
      self.name = name
      self.sha256 = sha256
      self.licence = licence
      self.precision = precision
    }
  }

  package struct Software: Decodable, Sendable, Equatable {
    package var name: String
    package var version: String

    package init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }

  /// What the person who runs the program decided, as far as results depend on it.
  package struct Settings: Decodable, Sendable, Equatable {
    package var sha256: String

    package init(sha256: String) {
      self.sha256 = sha256
    }
  }

  package struct Timings: Decodable, Sendable, Equatable {
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
  }

  package var schema = Self.schemaName
  package var study: Study
  package var status: Status
  package var clips: [ClipReport]
  package var studyMeasurements: [Measurement]
  package var inputs: [Input]
  package var model: Model
  package var software: Software
  package var configuration: Settings?
  package var timings: Timings

  package init(
    study: Study, status: Status, clips: [ClipReport], studyMeasurements: [Measurement], inputs: [Input],
    model: Model, software: Software, configuration: Settings? = nil, timings: Timings
  ) {
    self.study = study
    self.status = status
    self.clips = clips
    self.studyMeasurements = studyMeasurements
    self.inputs = inputs
    self.model = model
    self.software = software
    self.configuration = configuration
    self.timings = timings
  }

  private enum CodingKeys: String, CodingKey {
    case schema, study, status, clips, inputs, model, software, configuration
    case studyMeasurements = "study_measurements"
    case timings = "timings_ms"
  }
}

extension StudyReport {
  /// The models that looked at clips, each once; the study's own where none says so.
  package func models(of clips: [ClipReport]) -> [Model] {
    let named = clips.map { $0.model ?? model }
    let distinct = named.enumerated().filter { named.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    return distinct.isEmpty ? [model] : distinct
  }
}

/// The result of one clip.
package struct ClipReport: Decodable, Sendable, Equatable {
  package enum Status: String, Codable, Sendable { case measured, indeterminate, excluded, ignored, failed }

  package struct View: Decodable, Sendable, Equatable {
    /// Who says so. `model`: the picture shows an apical view, and nobody says which.
    package enum Source: String, Codable, Sendable {
      case `operator`, rule, reader, tag, picture, model, none
    }
    package var code: EchoView
    package var source: Source
    /// That the clip shows it; `nil` where it is not the picture that says so.
    package var probability: Double?
    /// What the picture says, by view; `nil` where it was not asked, and in results of versions that did not ask.
    package var candidates: [String: Double]?
    /// Left and right of the display are exchanged.
    package var mirrored: Bool

    package init(
      code: EchoView, source: Source, probability: Double? = nil, candidates: [String: Double]? = nil,
      mirrored: Bool
    ) {
      self.code = code
      self.source = source
      self.probability = probability
      self.candidates = candidates
      self.mirrored = mirrored
    }
  }

  package struct Spacing: Decodable, Sendable, Equatable {
    package enum Source: String, Codable, Sendable {
      case region
      case pixelSpacing = "pixel-spacing"
    }
    package var x: Double
    package var y: Double
    package var source: Source

    package init(x: Double, y: Double, source: Source) {
      self.x = x
      self.y = y
      self.source = source
    }

    private enum CodingKeys: String, CodingKey {
      case source
      case x = "x_mm"
      case y = "y_mm"
    }
  }

  package struct Beat: Decodable, Sendable, Equatable {
    package enum Source: String, Codable, Sendable {
      case rWave = "r-wave"
      case areaCurve = "area-curve"
      case image
    }
    package var edFrame: Int
    package var esFrame: Int
    package var source: Source
    package var reference: Bool
    /// The end diastole that follows; `nil` where the loop ends before it.
    package var nextEDFrame: Int?
    /// From one end diastole to the next; `nil` without the next one or without frame times.
    package var cycleMilliseconds: Double?
    /// `nil` without calibration.
    package var geometry: BeatGeometry?

    package init(
      edFrame: Int, esFrame: Int, source: Source, reference: Bool, nextEDFrame: Int? = nil,
      cycleMilliseconds: Double? = nil, geometry: BeatGeometry? = nil
    ) {
      self.edFrame = edFrame
      self.esFrame = esFrame
      self.source = source
      self.reference = reference
      self.nextEDFrame = nextEDFrame
      self.cycleMilliseconds = cycleMilliseconds
      self.geometry = geometry
    }

    private enum CodingKeys: String, CodingKey {
      case source, reference, geometry
      case edFrame = "ed_frame"
      case esFrame = "es_frame"
      case nextEDFrame = "next_ed_frame"
      case cycleMilliseconds = "cycle_ms"
    }
  }

  /// One entry a frame that was segmented; `nil` where the frame gave no value. Lengths are all equal.
  package struct Curves: Decodable, Sendable, Equatable {
    package var frames: [Int]
    package var lvAreaSquareMillimetres: [Double?]?
    package var lvAreaSquarePixels: [Double?]
    package var annulusDiameterMillimetres: [Double?]?
    package var left: [Point?]
    package var right: [Point?]
    /// Towards the apex since the beat's end diastole.
    package var leftExcursionMillimetres: [Double?]?
    package var rightExcursionMillimetres: [Double?]?

    package init(
      frames: [Int], lvAreaSquareMillimetres: [Double?]? = nil, lvAreaSquarePixels: [Double?],
      annulusDiameterMillimetres: [Double?]? = nil, left: [Point?], right: [Point?],
      leftExcursionMillimetres: [Double?]? = nil, rightExcursionMillimetres: [Double?]? = nil
    ) {
      self.frames = frames
      self.lvAreaSquareMillimetres = lvAreaSquareMillimetres
      self.lvAreaSquarePixels = lvAreaSquarePixels
      self.annulusDiameterMillimetres = annulusDiameterMillimetres
      self.left = left
      self.right = right
      self.leftExcursionMillimetres = leftExcursionMillimetres
      self.rightExcursionMillimetres = rightExcursionMillimetres
    }
  }

  package var sopInstanceUID: String
  package var sopClassUID: String?
  package var seriesInstanceUID: String?
  package var file: String?
  package var status: Status
  package var reason: ReasonCode?
  package var detail: String?
  package var view: View
  /// What looked at the clip; `nil` where none did, and in results of versions that did not say.
  package var model: StudyReport.Model?
  package var rows: Int
  package var columns: Int
  package var frames: Int
  package var frameTimeMilliseconds: Double?
  /// `nil` where no attribute states a possible time, and in results of versions that did not say.
  package var frameTimeSource: FrameTimeSource?
  package var spacing: Spacing?
  package var spacingReason: ReasonCode?
  package var beats: [Beat]
  package var measurements: [PhaseMeasurement]
  package var curves: Curves?
  /// `PixelDigest`; `nil` where not every frame was decoded.
  package var pixels: String?

  package init(
    sopInstanceUID: String, sopClassUID: String? = nil, seriesInstanceUID: String? = nil, file: String? = nil,
    status: Status, reason: ReasonCode? = nil, detail: String? = nil, view: View,
    model: StudyReport.Model? = nil, rows: Int, columns: Int, frames: Int,
    frameTimeMilliseconds: Double? = nil, frameTimeSource: FrameTimeSource? = nil, spacing: Spacing? = nil,
    spacingReason: ReasonCode? = nil, beats: [Beat], measurements: [PhaseMeasurement], curves: Curves? = nil,
    pixels: String? = nil
  ) {
    self.sopInstanceUID = sopInstanceUID
    self.sopClassUID = sopClassUID
    self.seriesInstanceUID = seriesInstanceUID
    self.file = file
    self.status = status
    self.reason = reason
    self.detail = detail
    self.view = view
    self.model = model
    self.rows = rows
    self.columns = columns
    self.frames = frames
    self.frameTimeMilliseconds = frameTimeMilliseconds
    self.frameTimeSource = frameTimeSource
    self.spacing = spacing
    self.spacingReason = spacingReason
    self.beats = beats
    self.measurements = measurements
    self.curves = curves
    self.pixels = pixels
  }

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

package enum CyclePhase: String, Codable, Sendable, CaseIterable {
  case endDiastole = "ED"
  case endSystole = "ES"
}

/// The hinge points and the annulus diameter of one frame.
package struct PhaseMeasurement: Decodable, Sendable, Equatable {
  package struct HingePoint: Decodable, Sendable, Equatable {
    package enum Label: String, Codable, Sendable { case aMVL, pMVL }
    package enum Side: String, Codable, Sendable { case left, right }
    package enum Site: String, Codable, Sendable { case septal, lateral, inferior, anterior }
    /// The 15 and 85 percentile of the expected error, prediction minus truth.
    package struct ErrorRange: Decodable, Sendable, Equatable {
      package var x: [Double]
      package var y: [Double]

      package init(x: [Double], y: [Double]) {
        self.x = x
        self.y = y
      }
    }
    package var label: Label?
    package var side: Side
    package var site: Site?
    package var x: Double
    package var y: Double
    package var errorMillimetres: ErrorRange?

    package init(
      label: Label? = nil, side: Side, site: Site? = nil, x: Double, y: Double,
      errorMillimetres: ErrorRange? = nil
    ) {
      self.label = label
      self.side = side
      self.site = site
      self.x = x
      self.y = y
      self.errorMillimetres = errorMillimetres
    }

    private enum CodingKeys: String, CodingKey {
      case label, side, site, x, y
      case errorMillimetres = "error_mm"
    }
  }

  /// The borders of the chambers as closed polylines, the last point joined to the first; empty where a chamber
  /// was not found.
  package struct Contours: Decodable, Sendable, Equatable {
    package var ventricle: [Point]
    package var atrium: [Point]

    package init(ventricle: [Point], atrium: [Point]) {
      self.ventricle = ventricle
      self.atrium = atrium
    }
  }

  package var phase: CyclePhase
  package var frame: Int
  package var hingePoints: [HingePoint]
  package var annulusDiameterMillimetres: Double?
  package var annulusDiameterPixels: Double?
  package var confidence: Double?
  package var withheld: ReasonCode?
  package var review: Bool
  package var reviewReasons: [String]
  /// `nil` in results of versions that had none.
  package var contours: Contours?

  package init(
    phase: CyclePhase, frame: Int, hingePoints: [HingePoint], annulusDiameterMillimetres: Double? = nil,
    annulusDiameterPixels: Double? = nil, confidence: Double? = nil, withheld: ReasonCode? = nil,
    review: Bool, reviewReasons: [String], contours: Contours? = nil
  ) {
    self.phase = phase
    self.frame = frame
    self.hingePoints = hingePoints
    self.annulusDiameterMillimetres = annulusDiameterMillimetres
    self.annulusDiameterPixels = annulusDiameterPixels
    self.confidence = confidence
    self.withheld = withheld
    self.review = review
    self.reviewReasons = reviewReasons
    self.contours = contours
  }

  private enum CodingKeys: String, CodingKey {
    case phase, frame, confidence, withheld, review, contours
    case hingePoints = "hinge_points"
    case annulusDiameterMillimetres = "annulus_diameter_mm"
    case annulusDiameterPixels = "annulus_diameter_px"
    case reviewReasons = "review_reasons"
  }
}
