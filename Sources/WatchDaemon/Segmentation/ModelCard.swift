import Foundation

/// What the sidecar `<model>.json` beside an ONNX file says of it: how its input is made, what its classes are,
/// how well it measured on the pictures that it was chosen on, and under what licence it stands.
struct ModelCard: Codable, Sendable, Equatable {
  struct Input: Codable, Sendable, Equatable {
    var width: Int
    var height: Int
    var channels: Int
  }

  struct Class: Codable, Sendable, Equatable {
    var index: Int
    var label: String
  }

  /// The 15 and 85 percentile of the error of one point, prediction minus truth, in millimetres.
  struct PointErrors: Codable, Sendable, Equatable {
    var x: [Double]
    var y: [Double]
  }

  /// The hinge errors found on the validation list, for one view and phase.
  struct HingeErrors: Codable, Sendable, Equatable {
    var left: PointErrors
    var right: PointErrors
    /// The share of pictures with both points within 5 mm of the truth.
    var bothWithin5Millimetres: Double

    enum CodingKeys: String, CodingKey {
      case left
      case right
      case bothWithin5Millimetres = "both_within_5_mm"
    }
  }

  var name: String
  var version: String
  var sha256: String
  var licence: String
  var input: Input
  var classes: [Class]
  /// By view (`A4C`, `A2C`) and phase (`ED`, `ES`); absent where nobody measured it.
  var hingeErrors: [String: [String: HingeErrors]]?

  enum CodingKeys: String, CodingKey {
    case name
    case version
    case sha256
    case licence
    case input
    case classes
    case hingeErrors = "hinge_errors"
  }
}

extension ModelCard {
  /// The errors to expect of a view and phase; those of all apical pictures where the view is not established.
  func hingeErrors(view: ClipReport.View.Code, phase: CyclePhase) -> HingeErrors? {
    (hingeErrors?[view.rawValue] ?? hingeErrors?[ClipReport.View.Code.apical.rawValue])?[phase.rawValue]
  }
}
