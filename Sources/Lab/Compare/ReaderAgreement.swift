import Hinge
import Platform
import Study

/// How far readers and program agree in the results of an outbox: what readers accepted, corrected and rejected, how far
/// they moved points, and what became of the diameter.
package struct ReaderAgreement: Sendable, Equatable {
  /// Of the clips of one view.
  package struct Tally: Sendable, Equatable {
    package var accepted = 0
    package var corrected = 0
    package var rejected = 0
    /// Millimetres from the program's point to the reader's, of points that a reader set in the program's frame.
    package var distances: [Double] = []
    /// Frames that a reader set or accepted, and how many of them have both of the program's points within 5 mm.
    package var frames = 0
    package var framesWithin5Millimetres = 0
    /// The program's diameter minus the reader's, in millimetres.
    package var differences: [Double] = []

    package var read: Int { accepted + corrected + rejected }
    package var meanDistance: Double? { Percentiles.mean(distances) }
  }

  /// By the view that the program's number was of, `all` last.
  package private(set) var views: [(name: String, tally: Tally)] = []
  private var byView: [String: Tally] = [:]
  private var all = Tally()

  package static func == (a: Self, b: Self) -> Bool { a.byView == b.byView && a.all == b.all }

  /// - Parameter reports: The latest result of each study.
  package init(_ reports: some Sequence<StudyReport>) {
    for report in reports {
      for clip in report.clips where clip.reader != nil {
        let view = (clip.view.machine?.code ?? clip.view.code).rawValue
        byView[view, default: Tally()].add(clip)
        all.add(clip)
      }
    }
    views = byView.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + [("all", all)]
  }
}

extension ReaderAgreement.Tally {
  fileprivate mutating func add(_ clip: ClipReport) {
    let isCorrected = clip.view.machine != nil || clip.measurements.contains { $0.source == .reader }
    if clip.reader?.verdict == .rejected {
      rejected += 1
      return
    }
    if isCorrected { corrected += 1 } else if clip.reader?.verdict == .accepted { accepted += 1 }
    guard let spacing = clip.spacing.map({ PixelSpacing(x: $0.x, y: $0.y) }) else { return }
    for measurement in clip.measurements {
      if measurement.source == .reader {
        compare(measurement, spacing)
      } else if clip.reader?.verdict == .accepted {
        frames += 1
        framesWithin5Millimetres += 1
      }
    }
  }

  private mutating func compare(_ measurement: PhaseMeasurement, _ spacing: PixelSpacing) {
    guard let machine = measurement.machine, machine.frame == measurement.frame,
      machine.hingePoints.count == 2, measurement.hingePoints.count == 2
    else { return }
    let moved = zip(machine.hingePoints, measurement.hingePoints).map { found, read in
      spacing.distance(Point(x: found.x, y: found.y), Point(x: read.x, y: read.y))
    }
    for (distance, read) in zip(moved, measurement.hingePoints) where read.source == .reader {
      distances.append(distance)
    }
    frames += 1
    if moved.allSatisfy({ $0 <= 5 }) { framesWithin5Millimetres += 1 }
    if let found = machine.annulusDiameterMillimetres, let read = measurement.annulusDiameterMillimetres {
      differences.append(found - read)
    }
  }
}

extension ReaderAgreement {
  /// - Parameter more: Members that follow.
  package func json(_ more: JSONValue.Members? = nil) -> JSONValue {
    .object(
      [
        ("schema", .string("hinged.agreement/1")),
        (
          "views",
          .array(
            views.map { name, tally in
              let limits = BlandAltman(differences: tally.differences)
              return .object([
                ("view", .string(name)), ("accepted", .integer(tally.accepted)),
                ("corrected", .integer(tally.corrected)), ("rejected", .integer(tally.rejected)),
                ("points_moved", .integer(tally.distances.count)),
                ("mean_distance_mm", .rounded(tally.meanDistance, 2)), ("frames", .integer(tally.frames)),
                ("share_within_5_mm", .rounded(tally.share, 3)),
                ("diameter_bias_mm", .rounded(limits?.meanDifference, 2)),
                ("diameter_lower_limit_mm", .rounded(limits?.lowerLimit, 2)),
                ("diameter_upper_limit_mm", .rounded(limits?.upperLimit, 2)),
              ])
            })
        ),
      ] + (more ?? []))
  }

  /// A table for a terminal: a line a view.
  package var text: String {
    let head = [
      "view", "accepted", "corrected", "rejected", "moved mm", "within 5 mm", "bias mm", "limits mm",
    ]
    let rows = views.map { name, tally -> [String] in
      let limits = BlandAltman(differences: tally.differences)
      return [
        name, "\(tally.accepted)", "\(tally.corrected)", "\(tally.rejected)",
        tally.meanDistance.map { Decimal.text($0, 2) } ?? "-",
        tally.share.map { Decimal.text(100 * $0, 0) + " %" } ?? "-",
        limits.map { Decimal.text($0.meanDifference, 2) } ?? "-",
        limits.map { Decimal.text($0.lowerLimit, 2) + " to " + Decimal.text($0.upperLimit, 2) } ?? "-",
      ]
    }
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    return ([head] + rows).map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        .trimmingBlanks()
    }
    .joined(separator: "\n")
  }
}

extension ReaderAgreement.Tally {
  package var share: Double? { frames > 0 ? Double(framesWithin5Millimetres) / Double(frames) : nil }
}
