import Foundation

/// `evaluation.html`: an evaluation for a person, in one file.
enum EvaluationPage {
  static func render(_ evaluation: Evaluation) -> String {
    let views = Set(evaluation.cases.map(\.entry.view)).count
    // Of one view, the view's figures are those of all.
    let groups = evaluation.summary.groups.filter { views > 1 || $0.phase != nil || $0.view == nil }
    let sections = [
      section("Pictures", counts(groups)),
      section("Agreement of the structures: median (15 to 85 percentile)", structures(groups)),
      section("Hinge points: prediction minus truth, mm", points(groups)),
      section("Hinge points, both sides together", pooled(groups)),
      section("Annulus diameter, mm", diameters(groups)),
      section("Pictures, largest error first", cases(evaluation.cases)),
    ]
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>Evaluation</title><style>\(style)</style></head><body>
      <h1>Evaluation</h1>
      <p class="notice">Research use only. Not for diagnosis.</p>
      <p>Model \(escaped(evaluation.model.name)), SHA-256 <code>\(escaped(evaluation.model.sha256))</code>,
      licence \(escaped(evaluation.model.licence)).</p>
      \(sections.joined(separator: "\n"))
      </body></html>

      """
  }

  private static let style = """
    body{font:15px/1.5 system-ui,sans-serif;max-width:84rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
    .notice{font-weight:600}table{border-collapse:collapse;margin:.5rem 0 2rem}
    th,td{padding:.2rem .7rem;border-bottom:1px solid #d8dee4;text-align:right;font-variant-numeric:tabular-nums}
    th{background:#f3f5f7}th:first-child,td:first-child{text-align:left}td{white-space:nowrap}section{overflow-x:auto}code{font-size:85%}
    """

  private static func section(_ title: String, _ table: HTMLTable) -> String {
    "<section><h2>\(escaped(title))</h2>\n\(table.html)</section>"
  }

  private static func counts(_ groups: [EvaluationGroup]) -> HTMLTable {
    HTMLTable(
      ["", "pictures", "measured", "withheld", "indeterminate", "to review", "without truth points"],
      groups.map {
        [
          $0.name, "\($0.cases)", "\($0.measured)", "\($0.withheld)", "\($0.indeterminate)", "\($0.review)",
          "\($0.withoutTruth)",
        ]
      })
  }

  private static func structures(_ groups: [EvaluationGroup]) -> HTMLTable {
    HTMLTable(
      ["", "structure", "Dice, mean", "Dice", "mean absolute distance, mm", "Hausdorff distance, mm"],
      groups.flatMap { group in
        [("LV", group.ventricle), ("myocardium", group.myocardium), ("LA", group.atrium)].map {
          [
            group.name, $0.0, number($0.1.meanDice, 3), range($0.1.dice, 3),
            range($0.1.meanAbsoluteDistance, 2), range($0.1.hausdorff, 2),
          ]
        }
      })
  }

  private static func points(_ groups: [EvaluationGroup]) -> HTMLTable {
    let rows = groups.flatMap { group in
      [("left", group.left), ("right", group.right)].flatMap { side, figures in
        [("x", figures?.x), ("y", figures?.y)].map { axis, figures in
          [
            group.name, side, axis, range(figures?.error, 2), number(figures?.medianAbsolute, 2),
            range(figures?.adjusted, 2), number(figures?.adjustedMedianAbsolute, 2),
            number(figures?.shapiroWilk?.w, 3), probability(figures?.shapiroWilk?.p),
          ]
        }
      }
    }
    return HTMLTable(
      [
        "", "point", "axis", "median (15 to 85)", "median absolute", "without bias (15 to 85)",
        "median absolute without bias", "Shapiro-Wilk W", "p",
      ], rows)
  }

  private static func pooled(_ groups: [EvaluationGroup]) -> HTMLTable {
    let rows = groups.flatMap { group in
      [("as measured", group.points?.raw), ("without bias", group.points?.adjusted)].map { kind, figures in
        [
          group.name, kind, number(figures?.medianAbsoluteX, 2), number(figures?.medianAbsoluteY, 2),
          number(figures?.meanDistance, 2), number(figures?.medianDistance, 2),
          number(figures.map { 100 * $0.withinFive }, 1),
        ]
      }
    }
    return HTMLTable(
      [
        "", "errors", "median |dx|, mm", "median |dy|, mm", "mean distance, mm", "median distance, mm",
        "within 5 mm, %",
      ], rows)
  }

  private static func diameters(_ groups: [EvaluationGroup]) -> HTMLTable {
    HTMLTable(
      [
        "", "median predicted", "median true", "difference, %", "error (15 to 85)", "median absolute error",
        "mean difference", "limits of agreement",
      ],
      groups.map { group in
        let figures = group.diameter
        let limits = figures?.blandAltman.map { "\(number($0.lowerLimit, 2)) to \(number($0.upperLimit, 2))" }
        return [
          group.name, number(figures?.medianPredicted, 1), number(figures?.medianTruth, 1),
          number(figures.map { 100 * $0.relativeDifference }, 1), range(figures?.error, 2),
          number(figures?.medianAbsolute, 2), number(figures?.blandAltman?.meanDifference, 2), limits ?? "",
        ]
      })
  }

  private static func cases(_ cases: [EvaluatedCase]) -> HTMLTable {
    func worst(_ item: EvaluatedCase) -> Double { item.errors?.map(\.distance).max() ?? .infinity }
    let sorted = cases.sorted { (worst($1), $0.entry.name) < (worst($0), $1.entry.name) }
    return HTMLTable(
      ["", "status", "LV Dice", "LA Dice", "left, mm", "right, mm", "diameter, mm", "truth, mm", "notes"],
      sorted.map { item in
        let distances = item.errors?.map { number($0.distance, 1) } ?? ["", ""]
        let notes = [item.reason].compactMap(\.self) + item.reviewReasons.filter { $0 != item.reason }
        return [
          item.entry.name, item.status.rawValue, number(item.agreement.ventricle.dice, 3),
          number(item.agreement.atrium.dice, 3), distances[0], distances[1], number(item.diameter, 1),
          number(item.truthDiameter, 1), notes.joined(separator: ", "),
        ]
      })
  }

  private static func number(_ value: Double?, _ digits: Int) -> String {
    value.map { String(format: "%.\(digits)f", $0) } ?? ""
  }

  private static func probability(_ value: Double?) -> String {
    value.map { $0 < 0.001 ? "< 0.001" : String(format: "%.3f", $0) } ?? ""
  }

  private static func range(_ range: PercentileRange?, _ digits: Int) -> String {
    range.map { "\(number($0.p50, digits)) (\(number($0.p15, digits)) to \(number($0.p85, digits)))" } ?? ""
  }

  static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }
}

/// A table of texts, which are escaped.
struct HTMLTable {
  var head: [String]
  var rows: [[String]]

  init(_ head: [String], _ rows: [[String]]) {
    self.head = head
    self.rows = rows
  }

  var html: String {
    let header = head.map { "<th>\(EvaluationPage.escaped($0))</th>" }.joined()
    let body = rows.map { row in
      "<tr>" + row.map { "<td>\(EvaluationPage.escaped($0))</td>" }.joined() + "</tr>\n"
    }
    return "<table><thead><tr>\(header)</tr></thead><tbody>\n\(body.joined())</tbody></table>\n"
  }
}

extension EvaluationGroup {
  /// `4CH ED`, `4CH`, or `all`.
  fileprivate var name: String {
    let parts = [view?.rawValue, phase?.rawValue].compactMap(\.self)
    return parts.isEmpty ? "all" : parts.joined(separator: " ")
  }
}
