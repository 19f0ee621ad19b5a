import Foundation
import Hinge

/// The tables of an evaluation's page.
struct EvaluationTables {
  private let evaluation: Evaluation
  private let groups: [EvaluationGroup]

  init(_ evaluation: Evaluation) {
    self.evaluation = evaluation
    let views = Set(evaluation.cases.map(\.entry.view)).count
    // Of one view, the view's figures are those of all.
    groups = evaluation.summary.groups.filter {
      views > 1 || $0.phase != nil || $0.view == nil || $0.offCentre
    }
  }

  /// What the method's paper reports, with the same figures of this evaluation.
  func besidePaper() -> HTMLTable {
    func group(_ view: CAMUSDataset.View?, _ phase: CyclePhase?) -> EvaluationGroup? {
      evaluation.summary.groups.first { $0.view == view && $0.phase == phase && !$0.offCentre }
    }
    func dice(_ phase: CyclePhase) -> String {
      let all = evaluation.cases.filter { $0.entry.phase == phase }.map(\.agreement.ventricle.dice)
      return number(Percentiles.mean(all), 3)
    }
    let pooled = evaluation.summary.groups.last
    func diameter(_ view: CAMUSDataset.View, _ phase: CyclePhase) -> String {
      group(view, phase)?.diameter.map { "\(number($0.medianPredicted, 1)) / \(number($0.medianTruth, 1))" }
        ?? ""
    }
    return HTMLTable(
      ["", "paper", "here"],
      [
        ["Dice LV, ED", "0.931", dice(.endDiastole)], ["Dice LV, ES", "0.915", dice(.endSystole)],
        ["median |dx| without bias, mm", "1.35", number(pooled?.points?.adjusted.medianAbsoluteX, 2)],
        ["median |dx| as measured, mm", "", number(pooled?.points?.raw.medianAbsoluteX, 2)],
        ["median |dy| without bias, mm", "0.75", number(pooled?.points?.adjusted.medianAbsoluteY, 2)],
        ["median |dy| as measured, mm", "", number(pooled?.points?.raw.medianAbsoluteY, 2)],
        ["median diameter A4C ED, found / true, mm", "27.9 / 28.8", diameter(.fourChamber, .endDiastole)],
        ["median diameter A4C ES, found / true, mm", "24.4 / 28.3", diameter(.fourChamber, .endSystole)],
        ["median diameter A2C ED, found / true, mm", "31.3 / 31.7", diameter(.twoChamber, .endDiastole)],
        ["median diameter A2C ES, found / true, mm", "26.3 / 26.1", diameter(.twoChamber, .endSystole)],
      ])
  }

  func uncertainty() -> HTMLTable {
    HTMLTable(
      [
        "", "pictures", "x errors in the 70 % range, %", "y errors, %", "both, %", "mean confidence",
        "both points within 5 mm", "Brier score", "ROC area of the confidence", "of the review flag",
      ],
      groups.compactMap { group in
        group.uncertainty.map {
          [
            group.name, "\($0.count)", number(100 * $0.coverageX, 1), number(100 * $0.coverageY, 1),
            number(100 * $0.coverage, 1), number($0.meanConfidence, 3), number($0.bothWithinFive, 3),
            number($0.brier, 3), number($0.confidenceROC, 2), number($0.reviewROC, 2),
          ]
        }
      })
  }

  func counts() -> HTMLTable {
    HTMLTable(
      ["", "pictures", "measured", "withheld", "indeterminate", "to review", "without truth points"],
      groups.map {
        [
          $0.name, "\($0.cases)", "\($0.measured)", "\($0.withheld)", "\($0.indeterminate)", "\($0.review)",
          "\($0.withoutTruth)",
        ]
      })
  }

  func structures() -> HTMLTable {
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

  func points() -> HTMLTable {
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

  func pooled() -> HTMLTable {
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

  func diameters() -> HTMLTable {
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

  func cases() -> HTMLTable {
    let sorted = evaluation.cases.sorted {
      ($1.worstDistance, $0.entry.name) < ($0.worstDistance, $1.entry.name)
    }
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

  private func number(_ value: Double?, _ digits: Int) -> String {
    value.map { String(format: "%.\(digits)f", $0) } ?? ""
  }

  private func probability(_ value: Double?) -> String {
    value.map { $0 < 0.001 ? "< 0.001" : String(format: "%.3f", $0) } ?? ""
  }

  private func range(_ range: PercentileRange?, _ digits: Int) -> String {
    range.map { "\(number($0.p50, digits)) (\(number($0.p15, digits)) to \(number($0.p85, digits)))" } ?? ""
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

  var html: HTML {
    let header: [HTML] = head.map { "<th>\($0)</th>" }
    let body: [HTML] = rows.map { row in
      let cells: [HTML] = row.map { "<td>\($0)</td>" }
      return "<tr>\(cells)</tr>\n"
    }
    return "<table><thead><tr>\(header)</tr></thead><tbody>\n\(body)</tbody></table>\n"
  }
}

extension EvaluationGroup {
  /// `4CH ED`, `4CH`, `4CH off-centre` or `all`.
  fileprivate var name: String {
    let parts = [view?.rawValue, phase?.rawValue].compactMap(\.self)
    let name = parts.isEmpty ? "all" : parts.joined(separator: " ")
    return offCentre ? "\(name) off-centre" : name
  }
}
