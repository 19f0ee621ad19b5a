import Foundation
import Hinge
import Reports
import Study

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

  /// What the method's paper reports, of both views together, with the same figures of this evaluation by view.
  func besidePaper() -> HTMLTable {
    let views = Set(evaluation.cases.map(\.entry.view)).sorted()
    let columns: [CAMUSDataset.View?] = views.count > 1 ? [nil] + views : [nil]
    func row(_ name: String, _ paper: String, _ value: (CAMUSDataset.View?) -> String) -> [String] {
      [name, paper] + columns.map(value)
    }
    func dice(_ structure: KeyPath<EvaluatedCase.Agreement, StructureAgreement?>, _ phase: CyclePhase)
      -> (CAMUSDataset.View?) -> String
    {
      { view in
        let of = evaluation.cases.filter { $0.entry.phase == phase && (view == nil || $0.entry.view == view) }
        return number(Percentiles.mean(of.compactMap { $0.agreement[keyPath: structure]?.dice }), 3)
      }
    }
    func points(_ value: KeyPath<PooledFigures, Double>) -> (CAMUSDataset.View?) -> String {
      { number(group($0, nil)?.points?[keyPath: value], 2) }
    }
    return HTMLTable(
      ["", "paper", "here"] + (views.count > 1 ? views.map(\.rawValue) : []),
      [
        row("Dice LV, ED", "0.931", dice(\.ventricle, .endDiastole)),
        row("Dice LV, ES", "0.915", dice(\.ventricle, .endSystole)),
        row("Dice LA, ED", "", dice(\.atrium, .endDiastole)),
        row("Dice LA, ES", "", dice(\.atrium, .endSystole)),
        row("median |dx| without bias, mm", "1.35", points(\.adjusted.medianAbsoluteX)),
        row("median |dx| as measured, mm", "", points(\.raw.medianAbsoluteX)),
        row("median |dy| without bias, mm", "0.75", points(\.adjusted.medianAbsoluteY)),
        row("median |dy| as measured, mm", "", points(\.raw.medianAbsoluteY)),
      ]
        + paperDiameters.map { view, phase, paper in
          row("median diameter \(view.code.rawValue) \(phase.rawValue), found / true, mm", paper) { column in
            guard column == nil || column == view, let figures = group(view, phase)?.diameter else {
              return ""
            }
            return "\(number(figures.medianPredicted, 1)) / \(number(figures.medianTruth, 1))"
          }
        })
  }

  private let paperDiameters: [(CAMUSDataset.View, CyclePhase, String)] = [
    (.fourChamber, .endDiastole, "27.9 / 28.8"), (.fourChamber, .endSystole, "24.4 / 28.3"),
    (.twoChamber, .endDiastole, "31.3 / 31.7"), (.twoChamber, .endSystole, "26.3 / 26.1"),
  ]

  private func group(_ view: CAMUSDataset.View?, _ phase: CyclePhase?) -> EvaluationGroup? {
    evaluation.summary.groups.first { $0.view == view && $0.phase == phase && !$0.offCentre }
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
          number(figures.map { 100 * $0.withinTwo }, 1), number(figures.map { 100 * $0.withinThree }, 1),
          number(figures.map { 100 * $0.withinFive }, 1),
        ]
      }
    }
    return HTMLTable(
      [
        "", "errors", "median |dx|, mm", "median |dy|, mm", "mean distance, mm", "median distance, mm",
        "within 2 mm, %", "within 3 mm, %", "within 5 mm, %",
      ], rows)
  }

  func diameters() -> HTMLTable {
    HTMLTable(
      [
        "", "median predicted", "median true", "difference, %", "error (15 to 85)", "median absolute error",
        "mean difference", "limits of agreement", "paired mean (95 %)", "paired median (95 %)",
      ],
      groups.map { group in
        let figures = group.diameter
        let limits = figures?.blandAltman.map { "\(number($0.lowerLimit, 2)) to \(number($0.upperLimit, 2))" }
        return [
          group.name, number(figures?.medianPredicted, 1), number(figures?.medianTruth, 1),
          number(figures.map { 100 * $0.relativeDifference }, 1), range(figures?.error, 2),
          number(figures?.medianAbsolute, 2), number(figures?.blandAltman?.meanDifference, 2), limits ?? "",
          interval(figures?.pairedBias?.mean, figures?.pairedBias?.meanInterval),
          interval(figures?.pairedBias?.median, figures?.pairedBias?.medianInterval),
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
          item.entry.name, item.status.rawValue, number(item.agreement.ventricle?.dice, 3),
          number(item.agreement.atrium?.dice, 3), distances[0], distances[1], number(item.diameter, 1),
          number(item.truthDiameter, 1), notes.joined(separator: ", "),
        ]
      })
  }

  private func interval(_ value: Double?, _ range: [Double]?) -> String {
    guard let range, range.count == 2 else { return number(value, 2) }
    return "\(number(value, 2)) (\(number(range[0], 2)) to \(number(range[1], 2)))"
  }

  private func probability(_ value: Double?) -> String {
    value.map { $0 < 0.001 ? "< 0.001" : String(format: "%.3f", $0) } ?? ""
  }

  private func range(_ range: PercentileRange?, _ digits: Int) -> String {
    range.map { "\(number($0.p50, digits)) (\(number($0.p15, digits)) to \(number($0.p85, digits)))" } ?? ""
  }
}

/// With so many decimals; empty where there is none.
package func number(_ value: Double?, _ digits: Int) -> String {
  value.map { String(format: "%.\(digits)f", $0) } ?? ""
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
  var name: String {
    let parts = [view?.rawValue, phase?.rawValue].compactMap(\.self)
    let name = parts.isEmpty ? "all" : parts.joined(separator: " ")
    return offCentre ? "\(name) off-centre" : name
  }
}
