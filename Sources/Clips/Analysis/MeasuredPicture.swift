import Hinge
import Study

/// What is drawn over a measured frame, kept until the clip's pictures are made.
package struct MeasuredPicture: Sendable {
  package var measurement: PhaseMeasurement
  package var target: ClipTarget
  /// In pixel-index coordinates of the stored frame.
  package var contactLine: [Point]

  package init(_ measurement: PhaseMeasurement, pair: HingePair, target: ClipTarget) {
    self.measurement = measurement
    self.target = target
    contactLine = pair.contactLine.map(target.stored)
  }
}
