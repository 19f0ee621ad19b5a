import Hinge

/// The result of one study, as `study.json` tells it (schema `hinged.study/1`). A pure value: every other output
/// is drawn from it. Frames are 0-based; points are pixel-index coordinates of the stored frame.
struct StudyReport: Codable, Sendable, Equatable {
  static let schemaName = "hinged.study/1"

  struct Study: Codable, Sendable, Equatable {
    var uid: String
    var revision: Int
    var supersedes: String?
  }

  enum Status: String, Codable, Sendable { case completed, partial, ineligible, failed }

  struct Input: Codable, Sendable, Equatable {
    enum State: String, Codable, Sendable { case used, excluded, ignored, quarantined, held }
    var sopInstanceUID: String?
    var sha256: String
    var state: State
    var reason: ReasonCode?
  }

  struct Measurement: Codable, Sendable, Equatable {
    var name: String
    var value: Double
    var unit: String
    var code: [String]
    var from: [String]
    var withheld: ReasonCode?
  }

  struct Model: Codable, Sendable, Equatable {
    var name: String
    var sha256: String
    var licence: String
  }

  struct Software: Codable, Sendable, Equatable {
    var name: String
    var version: String
  }

  struct Timings: Codable, Sendable, Equatable {
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
  var timings: Timings
}

/// The result of one clip.
struct ClipReport: Codable, Sendable, Equatable {
  enum Status: String, Codable, Sendable { case measured, indeterminate, excluded, ignored, failed }

  struct View: Codable, Sendable, Equatable {
    enum Code: String, Codable, Sendable {
      case a4c = "A4C"
      case a2c = "A2C"
      case apical, other, unknown
    }
    enum Source: String, Codable, Sendable { case `operator`, rule, tag, model, none }
    var code: Code
    var source: Source
    var mirrored: Bool
  }

  struct Spacing: Codable, Sendable, Equatable {
    enum Source: String, Codable, Sendable {
      case region
      case pixelSpacing = "pixel-spacing"
    }
    var x: Double
    var y: Double
    var source: Source
  }

  struct Beat: Codable, Sendable, Equatable {
    enum Source: String, Codable, Sendable {
      case rWave = "r-wave"
      case areaCurve = "area-curve"
      case image
    }
    var edFrame: Int
    var esFrame: Int
    var source: Source
    var reference: Bool
  }

  /// One entry a frame that was segmented; `nil` where the frame gave no value. Lengths are all equal.
  struct Curves: Codable, Sendable, Equatable {
    var frames: [Int]
    var lvAreaSquareMillimetres: [Double?]?
    var lvAreaSquarePixels: [Double?]
    var annulusDiameterMillimetres: [Double?]?
    var left: [Point?]
    var right: [Point?]
  }

  var sopInstanceUID: String
  var file: String?
  var status: Status
  var reason: ReasonCode?
  var detail: String?
  var view: View
  var rows: Int
  var columns: Int
  var frames: Int
  var frameTimeMilliseconds: Double?
  var spacing: Spacing?
  var spacingReason: ReasonCode?
  var beats: [Beat]
  var measurements: [PhaseMeasurement]
  var curves: Curves?
}

enum CyclePhase: String, Codable, Sendable, CaseIterable {
  case endDiastole = "ED"
  case endSystole = "ES"
}

/// The hinge points and the annulus diameter of one frame.
struct PhaseMeasurement: Codable, Sendable, Equatable {
  struct HingePoint: Codable, Sendable, Equatable {
    enum Label: String, Codable, Sendable { case aMVL, pMVL }
    enum Side: String, Codable, Sendable { case left, right }
    enum Site: String, Codable, Sendable { case septal, lateral, inferior, anterior }
    /// The 15 and 85 percentile of the expected error, prediction minus truth.
    struct ErrorRange: Codable, Sendable, Equatable {
      var x: [Double]
      var y: [Double]
    }
    var label: Label?
    var side: Side
    var site: Site?
    var x: Double
    var y: Double
    var errorMillimetres: ErrorRange?
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
}
