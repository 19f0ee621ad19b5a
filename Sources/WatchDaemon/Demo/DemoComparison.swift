import Foundation
import Hinge
import Lab
import Study

/// Measured hinge points beside the true ones.
struct DemoComparison {
  /// What `hinged demo` promises of every point.
  static let toleranceMillimetres = 5.0

  struct Row: Equatable {
    var clip: Int
    var phase: CyclePhase
    /// 0-based.
    var frame: Int
    /// The true frames of this phase, one a beat.
    var trueFrames: [Int]
    var side: PhaseMeasurement.HingePoint.Side
    var truth: Point
    var measured: Point
    var errorMillimetres: Double
    var trueDiameter: Double
    var measuredDiameter: Double?
  }

  private(set) var rows: [Row] = []
  /// What is missing: a sentence each.
  private(set) var gaps: [String] = []

  init(_ report: StudyReport, _ clips: [DemoClip]) {
    for (number, clip) in clips.enumerated() {
      guard let result = report.clips.first(where: { $0.sopInstanceUID == clip.file.sopInstanceUID }) else {
        gaps.append("clip \(number + 1): not in the report")
        continue
      }
      compare(result, clip, number: number + 1)
    }
  }

  /// Every point of every clip was measured, at both phases, within the tolerance.
  var isGood: Bool {
    gaps.isEmpty && !rows.isEmpty && rows.allSatisfy { $0.errorMillimetres <= Self.toleranceMillimetres }
  }

  private mutating func compare(_ result: ClipReport, _ clip: DemoClip, number: Int) {
    if result.status != .measured {
      let reason = result.reason.map { " (\($0.rawValue))" } ?? ""
      gaps.append("clip \(number): \(result.status.rawValue)\(reason)")
    }
    for phase in CyclePhase.allCases {
      let measurements = result.measurements.filter { $0.phase == phase && $0.withheld == nil }
      if measurements.isEmpty { gaps.append("clip \(number): nothing measured at \(phase.rawValue)") }
      for measurement in measurements { compare(measurement, clip, number: number) }
    }
  }

  private mutating func compare(_ measurement: PhaseMeasurement, _ clip: DemoClip, number: Int) {
    guard (0..<clip.cine.frames).contains(measurement.frame) else {
      gaps.append("clip \(number): frame \(measurement.frame) does not exist")
      return
    }
    let truth = clip.cine.hingePoints(measurement.frame)
    let beats = clip.cine.beats
    let trueFrames = measurement.phase == .endDiastole ? beats.map(\.endDiastole) : beats.map(\.endSystole)
    for (side, point) in [(PhaseMeasurement.HingePoint.Side.left, truth.left), (.right, truth.right)] {
      guard let found = measurement.hingePoints.first(where: { $0.side == side }) else {
        gaps.append("clip \(number): no \(side.rawValue) point at \(measurement.phase.rawValue)")
        continue
      }
      let measured = Point(x: found.x, y: found.y)
      rows.append(
        Row(
          clip: number, phase: measurement.phase, frame: measurement.frame, trueFrames: trueFrames,
          side: side,
          truth: point, measured: measured,
          errorMillimetres: clip.cine.spacing.distance(point, measured),
          trueDiameter: clip.cine.annulusDiameter(measurement.frame),
          measuredDiameter: measurement.annulusDiameterMillimetres))
    }
  }
}

extension DemoComparison {
  /// A table for a terminal, a line a point, and what is missing.
  var table: String {
    let head = [
      "clip", "phase", "frame", "true frame", "point", "truth x, y", "measured x, y", "error", "diameter",
    ]
    let body = rows.map { row in
      [
        String(row.clip), row.phase.rawValue, String(row.frame),
        row.trueFrames.map(String.init).joined(separator: "/"), row.side.rawValue, text(row.truth),
        text(row.measured), text(row.errorMillimetres) + " mm", diameters(row),
      ]
    }
    let widths = head.indices.map { column in ([head] + body).map { $0[column].count }.max() ?? 0 }
    let lines = ([head] + body).map { cells in
      zip(cells, widths)
        .map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
    }
    return (lines + gaps.map { "missing: " + $0 }).joined(separator: "\n")
  }

  private func text(_ point: Point) -> String { "\(text(point.x)), \(text(point.y))" }

  private func text(_ value: Double) -> String { String(format: "%.1f", value) }

  private func diameters(_ row: Row) -> String {
    guard let measured = row.measuredDiameter else {
      return "not measured, true \(text(row.trueDiameter)) mm"
    }
    return "\(text(measured)) mm, true \(text(row.trueDiameter)) mm"
  }
}
