import Hinge
import Study

/// The errors of an evaluation before and after each subgroup's median was subtracted, which the method's paper calls
/// calibration. Only measured pictures count, as there.
struct SubgroupErrors {
  struct Row {
    var item: EvaluatedCase
    /// Left first.
    var raw: [EvaluatedCase.SidedError]
    var adjusted: [EvaluatedCase.SidedError]
  }

  /// Of one view and phase.
  struct Subgroup {
    var view: CAMUSDataset.View
    var phase: CyclePhase
    var rows: [Row]

    var name: String { "\(view.rawValue) \(phase.rawValue)" }
  }

  let subgroups: [Subgroup]

  init(_ cases: [EvaluatedCase]) {
    let bias = BiasMedians(cases)
    subgroups = Set(cases.map(\.entry.view)).sorted().flatMap { view in
      CyclePhase.allCases.map { phase in
        let rows = cases.compactMap { item -> Row? in
          guard item.entry.view == view, item.entry.phase == phase, item.status == .measured,
            let errors = item.errors
          else { return nil }
          return Row(item: item, raw: errors, adjusted: errors.map { bias.adjusted($0, of: item) })
        }
        return Subgroup(view: view, phase: phase, rows: rows)
      }
    }.filter { !$0.rows.isEmpty }
  }
}

extension SubgroupErrors.Row {
  /// Found less true diameter in millimetres; with the adjusted errors, of the points less their subgroup's bias.
  func diameterError(_ errors: [EvaluatedCase.SidedError]) -> Double? {
    guard let truth = item.truth, truth.count == 2, errors.count == 2 else { return nil }
    let x = (truth[1].x - truth[0].x) * item.spacing.x
    let y = (truth[1].y - truth[0].y) * item.spacing.y
    let foundX = x + errors[1].x - errors[0].x
    let foundY = y + errors[1].y - errors[0].y
    return (foundX * foundX + foundY * foundY).squareRoot() - (x * x + y * y).squareRoot()
  }
}
