import Clips
import Hinge
import Inference

/// How far a model in fewer bits departs from itself in 32 over the pictures of a data set.
package struct PrecisionComparison {
  private var dices: [Double] = []
  private var shifts: [Double] = []
  private var statusChanges = 0
  private var pictures = 0

  package init() {}

  /// - Parameters:
  ///   - whole: the picture as the model segments it in 32 bits.
  ///   - reduced: the same in fewer.
  package mutating func add(whole: (LabelMask, EvaluatedCase), reduced: (LabelMask, EvaluatedCase)) {
    pictures += 1
    for label in [ChamberLabel.leftVentricle, .myocardium, .leftAtrium] {
      dices.append(StructureAgreement(label, prediction: reduced.0, truth: whole.0).dice)
    }
    guard let before = whole.1.points, let after = reduced.1.points else {
      if (whole.1.points == nil) != (reduced.1.points == nil) { statusChanges += 1 }
      return
    }
    let spacing = whole.1.spacing
    for (a, b) in zip(before, after) {
      let (x, y) = ((b.x - a.x) * spacing.x, (b.y - a.y) * spacing.y)
      shifts.append((x * x + y * y).squareRoot())
    }
  }

  package func figures(of precision: Precision) -> PrecisionCard.Figures {
    let dice = Percentiles.mean(dices) ?? 0
    let shift = Percentiles.median(shifts)
    let holds =
      dice >= PrecisionCard.leastDice && shift ?? .infinity < PrecisionCard.largestShift(precision)
      && Double(statusChanges) <= PrecisionCard.largestStatusShare * Double(pictures)
    return PrecisionCard.Figures(
      pictures: pictures, dice: dice, medianHingeShift: shift, statusChanges: statusChanges, admitted: holds)
  }
}
