import Hinge
import Study

/// How far one cardiologist agrees with himself on CAMUS's left ventricles, both views together: S. Leclerc et al., IEEE
/// TMI 38(9), 2019, doi 10.1109/TMI.2019.2900516, the table of observer variability (intra-observer, means).
struct HumanFigures: Codable, Sendable, Equatable {
  var phase: CyclePhase
  var dice: Double
  /// Millimetres.
  var meanAbsoluteDistance: Double
  var hausdorff: Double

  static let ventricle = [
    HumanFigures(phase: .endDiastole, dice: 0.945, meanAbsoluteDistance: 1.4, hausdorff: 4.6),
    HumanFigures(phase: .endSystole, dice: 0.930, meanAbsoluteDistance: 1.3, hausdorff: 4.5),
  ]
  /// Pearson's correlation of his two biplane ejection fractions, from the same work.
  static let ejectionFractionCorrelation = 0.896

  enum CodingKeys: String, CodingKey {
    case phase, dice
    case meanAbsoluteDistance = "mad_mm"
    case hausdorff = "hausdorff_mm"
  }
}
