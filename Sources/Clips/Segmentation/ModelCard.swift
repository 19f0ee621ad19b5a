import Foundation
import Hinge
import Study

/// What the sidecar `<model>.json` beside an ONNX file says of it: how its input is made, what its classes are,
/// how well it measured on the pictures that it was chosen on, and what its licence is.
package struct ModelCard: Codable, Sendable, Equatable {
  package struct Input: Codable, Sendable, Equatable {
    package var width: Int
    package var height: Int
    package var channels: Int

    package init(width: Int, height: Int, channels: Int) {
      self.width = width
      self.height = height
      self.channels = channels
    }
  }

  package struct Class: Codable, Sendable, Equatable {
    package var index: Int
    package var label: String

    package init(index: Int, label: String) {
      self.index = index
      self.label = label
    }
  }

  /// The 15 and 85 percentile of the error of one point, prediction minus truth, in millimetres.
  package struct PointErrors: Codable, Sendable, Equatable {
    package var x: [Double]
    package var y: [Double]
  }

  /// The hinge errors found on the validation list, for one view and phase.
  package struct HingeErrors: Codable, Sendable, Equatable {
    package var left: PointErrors
    package var right: PointErrors
    /// The share of pictures with both points within 5 mm of the truth.
    package var bothWithin5Millimetres: Double

    package enum CodingKeys: String, CodingKey {
      case left
      case right
      case bothWithin5Millimetres = "both_within_5_mm"
    }
  }

  package var name: String
  package var version: String
  package var sha256: String
  package var licence: String
  package var input: Input
  package var classes: [Class]
  /// Absent where the network has none.
  package var landmarks: Landmarks?
  /// Mean Dice on the four-chamber pictures of the validation list after so many steps of the training.
  package struct TrainingPoint: Codable, Sendable, Equatable {
    package var step: Int
    package var ventricle: Double
    package var atrium: Double

    package enum CodingKeys: String, CodingKey {
      case step
      case ventricle = "dice_lv"
      case atrium = "dice_la"
    }
  }

  /// Absent where nobody wrote it down.
  package var training: [TrainingPoint]?
  /// By view (`A4C`, `A2C`) and phase (`ED`, `ES`); absent where nobody measured it.
  package var hingeErrors: [String: [String: HingeErrors]]?
  /// Absent where the network does not tell views.
  package var view: ViewHead?

  package init(
    name: String, version: String, sha256: String, licence: String, input: Input, classes: [Class],
    landmarks: Landmarks? = nil, training: [TrainingPoint]? = nil,
    hingeErrors: [String: [String: HingeErrors]]? = nil, view: ViewHead? = nil
  ) {
    self.name = name
    self.version = version
    self.sha256 = sha256
    self.licence = licence
    self.input = input
    self.classes = classes
    self.landmarks = landmarks
    self.training = training
    self.hingeErrors = hingeErrors
    self.view = view
  }

  package enum CodingKeys: String, CodingKey {
    case name
    case version
    case sha256
    case licence
    case input
    case classes
    case landmarks
    case training
    case hingeErrors = "hinge_errors"
    case view
  }

  /// The card's place beside its model.
  package static func path(ofModel path: String) -> String {
    (path as NSString).deletingPathExtension + ".json"
  }

  /// Channels of the network's output: the classes, then the landmarks.
  package var outputs: Int { classes.count + (landmarks == nil ? 0 : 2) }

  /// Whether the landmarks are the two outputs after the classes.
  package var hasLandmarksAfterClasses: Bool {
    landmarks.map { Set([$0.left, $0.right]) == [classes.count, classes.count + 1] } ?? true
  }

  /// How hinge points are taken from this model's outputs in a view.
  package func hingeOptions(view: EchoView) -> HingeOptions {
    var options = HingeOptions()
    // Where the card gives no weight, the landmarks move no point.
    let weights = landmarks?.weight ?? [:]
    options.landmarkWeight =
      weights[view.rawValue] ?? weights[EchoView.apical.rawValue] ?? LandmarkWeight(0)
    let odds = landmarks?.chamberLogOdds ?? [:]
    if let logOdds = odds[view.rawValue] ?? odds[EchoView.apical.rawValue] {
      options.method = .smoothed(sigma: HingeOptions.smoothing, chamberLogOdds: logOdds)
    }
    return options
  }
}

extension ModelCard {
  /// The errors to expect of a pair: what its own landmarks say, else what the card says of its view and phase.
  package func expectedErrors(
    of pair: HingePair, view: EchoView, phase: CyclePhase
  ) -> HingeErrors? {
    guard let expected = pair.expectedErrors else { return hingeErrors(view: view, phase: phase) }
    var errors = HingeErrors(expected)
    if let scale = landmarks?.rangeScale { errors.stretch(by: scale) }
    errors.bothWithin5Millimetres = min(
      errors.bothWithin5Millimetres * (landmarks?.reliability ?? 1), 1)
    return errors
  }

  /// The errors to expect of a view and phase; those of all apical pictures where the view is not established.
  package func hingeErrors(view: EchoView, phase: CyclePhase) -> HingeErrors? {
    (hingeErrors?[view.rawValue] ?? hingeErrors?[EchoView.apical.rawValue])?[phase.rawValue]
  }
}

extension ModelCard.HingeErrors {
  package init(_ expected: ExpectedErrors) {
    left = ModelCard.PointErrors(expected.left)
    right = ModelCard.PointErrors(expected.right)
    bothWithin5Millimetres = expected.bothWithinRadius
  }

  /// Both points' ranges, each axis by its factor.
  mutating func stretch(by scale: ModelCard.RangeScale) {
    left.stretch(by: scale)
    right.stretch(by: scale)
  }
}

extension ModelCard.PointErrors {
  package init(_ range: ExpectedErrors.Range) {
    x = [range.x.lowerBound, range.x.upperBound]
    y = [range.y.lowerBound, range.y.upperBound]
  }

  fileprivate mutating func stretch(by scale: ModelCard.RangeScale) {
    x = x.map { $0 * scale.x }
    y = y.map { $0 * scale.y }
  }
}
