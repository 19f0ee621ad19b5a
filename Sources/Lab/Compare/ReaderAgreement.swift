import Platform
import Study

/// How far readers and program agree in the results of an outbox: what readers accepted, corrected and rejected, how far
/// they moved points, and what became of the diameter.
package struct ReaderAgreement: Sendable, Equatable {
  package typealias Tally = ReadingTally

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
                ("share_within_5_mm", .rounded(tally.shareWithin5Millimetres, 3)),
                ("diameter_bias_mm", .rounded(limits?.meanDifference, 2)),
                ("diameter_lower_limit_mm", .rounded(limits?.lowerLimit, 2)),
                ("diameter_upper_limit_mm", .rounded(limits?.upperLimit, 2)),
              ])
            })
        ),
      ] + (more ?? []))
  }

  /// A table: the head, and a line a view.
  var rows: [[String]] {
    let head = [
      "view", "accepted", "corrected", "rejected", "moved mm", "within 5 mm", "bias mm", "limits mm",
    ]
    let rows = views.map { name, tally -> [String] in
      let limits = BlandAltman(differences: tally.differences)
      return [
        name, "\(tally.accepted)", "\(tally.corrected)", "\(tally.rejected)",
        tally.meanDistance.map { Decimal.text($0, 2) } ?? "-",
        tally.shareWithin5Millimetres.map { Decimal.text(100 * $0, 0) + " %" } ?? "-",
        limits.map { Decimal.text($0.meanDifference, 2) } ?? "-",
        limits.map { Decimal.text($0.lowerLimit, 2) + " to " + Decimal.text($0.upperLimit, 2) } ?? "-",
      ]
    }
    return [head] + rows
  }

  /// The table for a terminal.
  package var text: String {
    let rows = rows
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        .trimmingBlanks()
    }
    .joined(separator: "\n")
  }
}
