import Hinge
import Study

/// The figures of an evaluation: of each view and phase, of each view, and of all pictures.
package struct EvaluationSummary: Codable, Sendable, Equatable {
  var groups: [EvaluationGroup]
  /// Volumes, ejection fraction and the way of the annulus, over the patients.
  package var measures: [MeasureAgreement]
  /// What people reach on the same data set.
  var human = HumanFigures.ventricle

  package init(_ cases: [EvaluatedCase], _ patients: [PatientMeasures]? = nil) {
    measures = MeasureAgreement.all(patients ?? PatientMeasures.of(cases))
    let views = Set(cases.map(\.entry.view)).sorted()
    let subgroups = views.flatMap { view in CyclePhase.allCases.map { (view, $0) } }
    let bias = BiasMedians(cases)
    var groups = subgroups.map { view, phase in
      EvaluationGroup(
        view: view, phase: phase, cases.filter { $0.entry.view == view && $0.entry.phase == phase }, bias)
    }
    groups += views.map { view in
      EvaluationGroup(view: view, phase: nil, cases.filter { $0.entry.view == view }, bias)
    }
    groups += views.compactMap { view in
      let cut = cases.filter { $0.entry.view == view && $0.cutsAtrium }
      return cut.isEmpty ? nil : EvaluationGroup(view: view, phase: nil, cut, bias, offCentre: true)
    }
    groups.append(EvaluationGroup(view: nil, phase: nil, cases, bias))
    self.groups = groups.filter { $0.cases > 0 }
  }
}

/// The median error of each view, phase, side and axis: a model's bias, which the seed paper subtracts.
struct BiasMedians: Sendable, Equatable {
  struct Key: Hashable {
    var view: CAMUSDataset.View
    var phase: CyclePhase
    var side: EvaluatedCase.Side
  }

  private var medians: [Key: (x: Double, y: Double)] = [:]

  init(_ cases: [EvaluatedCase]) {
    var errors: [Key: [EvaluatedCase.SidedError]] = [:]
    for item in cases where item.status == .measured {
      for error in item.errors ?? [] {
        let key = Key(view: item.entry.view, phase: item.entry.phase, side: error.side)
        errors[key, default: []].append(error)
      }
    }
    medians = errors.mapValues {
      (Percentiles.median($0.map(\.x)) ?? 0, Percentiles.median($0.map(\.y)) ?? 0)
    }
  }

  /// The error without its subgroup's bias.
  func adjusted(_ error: EvaluatedCase.SidedError, of item: EvaluatedCase) -> EvaluatedCase.SidedError {
    let bias = medians[Key(view: item.entry.view, phase: item.entry.phase, side: error.side)] ?? (0, 0)
    let x = error.x - bias.x
    let y = error.y - bias.y
    return EvaluatedCase.SidedError(
      side: error.side, x: x, y: y, distance: (x * x + y * y).squareRoot())
  }

  static func == (a: BiasMedians, b: BiasMedians) -> Bool {
    a.medians.mapValues { [$0.x, $0.y] } == b.medians.mapValues { [$0.x, $0.y] }
  }
}

/// The figures of the pictures of one view and phase, or of several.
struct EvaluationGroup: Codable, Sendable, Equatable {
  var view: CAMUSDataset.View?
  var phase: CyclePhase?
  /// Whether these are the pictures of the view that cut the atrium.
  var offCentre: Bool
  var cases: Int
  var measured: Int
  var withheld: Int
  var indeterminate: Int
  /// Pictures whose truth has no hinge points; they count above and in no error.
  var withoutTruth: Int
  var review: Int
  var ventricle: StructureFigures
  var myocardium: StructureFigures
  var atrium: StructureFigures
  /// Of measured cases.
  var left: PointFigures?
  var right: PointFigures?
  var points: PooledFigures?
  /// Of measured and withheld cases.
  var pointsWithWithheld: PooledFigures?
  /// Of every picture with a truth, a missing point counting as far.
  var everyPicture: EveryPicture?
  var worst: WorstFigures?
  var diameter: DiameterFigures?
  /// What was expected of the errors beside what they are; of measured and withheld cases.
  var uncertainty: UncertaintyFigures?

  init(
    view: CAMUSDataset.View?, phase: CyclePhase?, _ cases: [EvaluatedCase], _ bias: BiasMedians,
    offCentre: Bool = false
  ) {
    let measured = cases.filter { $0.status == .measured }
    self.view = view
    self.phase = phase
    self.offCentre = offCentre
    self.cases = cases.count
    self.measured = measured.count
    withheld = cases.count { $0.status == .withheld }
    indeterminate = cases.count { $0.status == .indeterminate }
    withoutTruth = cases.count { $0.truth == nil }
    review = cases.count { !$0.reviewReasons.isEmpty }
    ventricle = StructureFigures(cases.map(\.agreement.ventricle))
    myocardium = StructureFigures(cases.map(\.agreement.myocardium))
    atrium = StructureFigures(cases.map(\.agreement.atrium))
    left = PointFigures(measured, .left, bias)
    right = PointFigures(measured, .right, bias)
    points = PooledFigures(measured, bias)
    pointsWithWithheld = PooledFigures(cases, bias)
    everyPicture = EveryPicture(cases)
    worst = WorstFigures(cases)
    diameter = DiameterFigures(measured)
    uncertainty = UncertaintyFigures(cases)
  }

  enum CodingKeys: String, CodingKey {
    case view, phase
    case offCentre = "off_centre"
    case cases, measured, withheld, indeterminate
    case withoutTruth = "without_truth"
    case review
    case ventricle = "lv"
    case myocardium
    case atrium = "la"
    case left, right, points
    case pointsWithWithheld = "points_with_withheld"
    case everyPicture = "every_picture"
    case worst = "worst_5_percent"
    case diameter, uncertainty
  }
}

/// The 15, 50 and 85 percentile, by which the seed paper reports errors that are not normal.
struct PercentileRange: Codable, Sendable, Equatable {
  var p15: Double
  var p50: Double
  var p85: Double

  init?(_ sample: [Double]) {
    guard let low = Percentiles.quantile(sample, 0.15), let middle = Percentiles.median(sample),
      let high = Percentiles.quantile(sample, 0.85)
    else { return nil }
    p15 = low
    p50 = middle
    p85 = high
  }
}
