import Hinge
import Study

/// A frame whose hinge points a reader set or accepted: a picture of a data set with a known truth.
package struct ReadFrame: Sendable, Equatable {
  package var view: CAMUSDataset.View
  package var phase: CyclePhase
  /// 0-based.
  package var frame: Int
  /// Pixels of the stored frame.
  package var columns: Int
  package var rows: Int
  /// Millimetres a pixel of the stored frame.
  package var spacing: PixelSpacing
  /// Pixel-index coordinates of the stored frame.
  package var left: Point
  package var right: Point
  /// The program's outlines of the chambers in this frame; `nil` where none are kept.
  package var contours: PhaseMeasurement.Contours?
}

extension ReadFrame {
  /// The frames of a clip that are truth by a reader's word: those whose points the reader set, and where the clip was
  /// accepted, all that stand. A clip that was rejected, or of a view that data sets have no name for, gives none.
  package static func all(of clip: ClipReport) -> [ReadFrame] {
    guard let reader = clip.reader, reader.verdict != .rejected,
      let view = CAMUSDataset.View.allCases.first(where: { $0.code == clip.view.code }),
      let spacing = clip.spacing
    else { return [] }
    return clip.measurements.compactMap { measurement in
      let isRead =
        measurement.source == .reader || (reader.verdict == .accepted && measurement.withheld == nil)
      let points = measurement.hingePoints
      guard isRead, let left = points.first(where: { $0.side == .left }),
        let right = points.first(where: { $0.side == .right })
      else { return nil }
      return ReadFrame(
        view: view, phase: measurement.phase, frame: measurement.frame, columns: clip.columns,
        rows: clip.rows,
        spacing: PixelSpacing(x: spacing.x, y: spacing.y), left: Point(x: left.x, y: left.y),
        right: Point(x: right.x, y: right.y), contours: measurement.contours)
    }
  }
}
