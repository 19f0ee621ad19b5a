import Hinge

/// The tables of an evaluation's page that go beyond the method's paper.
struct MeasureTables {
  private let evaluation: Evaluation

  init(_ evaluation: Evaluation) { self.evaluation = evaluation }

  func besidePeople() -> HTMLTable {
    let groups = evaluation.summary.groups.filter { $0.phase != nil && !$0.offCentre }
    let people = HumanFigures.ventricle.map {
      [
        "a cardiologist, \($0.phase.rawValue)", number($0.dice, 3), number($0.meanAbsoluteDistance, 1),
        number($0.hausdorff, 1),
      ]
    }
    let here = groups.map {
      [
        $0.name, number($0.ventricle.meanDice, 3), number($0.ventricle.meanOfMeanAbsoluteDistance, 2),
        number($0.ventricle.meanHausdorff, 2),
      ]
    }
    return HTMLTable(["", "Dice", "mean absolute distance, mm", "Hausdorff distance, mm"], people + here)
  }

  func everyPicture() -> HTMLTable {
    HTMLTable(
      [
        "", "pictures", "without points", "mean distance, mm", "left, mm", "right, mm", "within 2 mm, %",
        "within 3 mm, %", "within 5 mm, %", "worst 5 %: LV Dice", "mean absolute distance, mm",
        "Hausdorff, mm",
        "worse point, mm",
      ],
      evaluation.summary.groups.filter { !$0.offCentre }.map { group in
        let all = group.everyPicture
        let worst = group.worst
        return [
          group.name, all.map { "\($0.pictures)" } ?? "", all.map { "\($0.missing)" } ?? "",
          number(all?.meanDistance, 2), number(all?.leftMeanDistance, 2), number(all?.rightMeanDistance, 2),
          number(all.map { 100 * $0.withinTwo }, 1), number(all.map { 100 * $0.withinThree }, 1),
          number(all.map { 100 * $0.withinFive }, 1), number(worst?.ventricleDice, 3),
          number(worst?.meanAbsoluteDistance, 2), number(worst?.hausdorff, 1),
          number(worst?.pointDistance, 1),
        ]
      })
  }

  func measures() -> HTMLTable {
    HTMLTable(
      ["", "view", "patients", "missing", "mean absolute error", "bias", "limits of agreement", "r"],
      evaluation.summary.measures.map {
        [
          Self.names[$0.measure] ?? $0.measure, $0.view, "\($0.count)", "\($0.missing)",
          number($0.meanAbsoluteError, 2), number($0.blandAltman.meanDifference, 2),
          "\(number($0.blandAltman.lowerLimit, 1)) to \(number($0.blandAltman.upperLimit, 1))",
          number($0.correlation, 3),
        ]
      })
  }

  private static let names = [
    "ef_percent": "ejection fraction, %", "edv_ml": "end-diastolic volume, mL",
    "esv_ml": "end-systolic volume, mL", "mean_displacement_mm": "displacement, mean of both points, mm",
    "left_displacement_mm": "displacement, left point, mm",
    "right_displacement_mm": "displacement, right point, mm",
  ]
}
