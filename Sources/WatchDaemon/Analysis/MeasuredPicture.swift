import Hinge

/// What is drawn over a measured frame, kept until the clip's pictures are made.
struct MeasuredPicture: Sendable {
  var measurement: PhaseMeasurement
  var target: ClipTarget
  /// In pixel-index coordinates of the stored frame.
  var contactLine: [Point]

  init(_ measurement: PhaseMeasurement, pair: HingePair, target: ClipTarget) {
    self.measurement = measurement
    self.target = target
    contactLine = pair.contactLine.map(target.stored)
  }
}
