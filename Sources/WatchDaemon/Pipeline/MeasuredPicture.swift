import Hinge

/// What is drawn over a measured frame, kept until the frame is decoded once more for its picture.
struct MeasuredPicture: Sendable {
  var measurement: PhaseMeasurement
  var target: ClipTarget
  var mask: RunLengthMask
  /// In pixel-index coordinates of the stored frame.
  var contactLine: [Point]

  init(_ measurement: PhaseMeasurement, finding: FrameFinding, pair: HingePair, target: ClipTarget) {
    self.measurement = measurement
    self.target = target
    mask = finding.mask
    contactLine = pair.contactLine.map(target.stored)
  }
}
