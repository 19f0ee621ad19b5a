import Hinge
import Study

/// Agreement of one structure over a group.
struct StructureFigures: Codable, Sendable, Equatable {
  var meanDice: Double?
  var dice: PercentileRange?
  var meanAbsoluteDistance: PercentileRange?
  var hausdorff: PercentileRange?
  var meanOfMeanAbsoluteDistance: Double?
  var meanHausdorff: Double?

  /// - Parameter all: `nil` for pictures whose truth does not tell the structure.
  init(_ all: [StructureAgreement?]) {
    let agreements = all.compactMap(\.self)
    meanDice = Percentiles.mean(agreements.map(\.dice))
    dice = PercentileRange(agreements.map(\.dice))
    meanAbsoluteDistance = PercentileRange(agreements.compactMap(\.meanAbsoluteDistance))
    hausdorff = PercentileRange(agreements.compactMap(\.hausdorff))
    meanOfMeanAbsoluteDistance = Percentiles.mean(agreements.compactMap(\.meanAbsoluteDistance))
    meanHausdorff = Percentiles.mean(agreements.compactMap(\.hausdorff))
  }

  enum CodingKeys: String, CodingKey {
    case meanDice = "mean_dice"
    case dice
    case meanAbsoluteDistance = "mad_mm"
    case hausdorff = "hausdorff_mm"
    case meanOfMeanAbsoluteDistance = "mean_mad_mm"
    case meanHausdorff = "mean_hausdorff_mm"
  }
}

/// Errors of one coordinate in millimetres, prediction minus truth.
struct AxisFigures: Codable, Sendable, Equatable {
  /// The median error.
  var bias: Double
  var error: PercentileRange
  /// After each subgroup's median was subtracted.
  var adjusted: PercentileRange
  var medianAbsolute: Double
  var adjustedMedianAbsolute: Double
  var shapiroWilk: ShapiroWilk?

  init?(_ errors: [Double], adjusted: [Double]) {
    guard let error = PercentileRange(errors), let range = PercentileRange(adjusted),
      let absolute = Percentiles.median(errors.map(abs)),
      let adjustedAbsolute = Percentiles.median(adjusted.map(abs))
    else { return nil }
    bias = error.p50
    self.error = error
    self.adjusted = range
    medianAbsolute = absolute
    adjustedMedianAbsolute = adjustedAbsolute
    shapiroWilk = ShapiroWilk(errors)
  }

  enum CodingKeys: String, CodingKey {
    case bias = "bias_mm"
    case error = "error_mm"
    case adjusted = "adjusted_error_mm"
    case medianAbsolute = "median_absolute_mm"
    case adjustedMedianAbsolute = "adjusted_median_absolute_mm"
    case shapiroWilk = "shapiro_wilk"
  }
}

/// Errors of the point of one side.
struct PointFigures: Codable, Sendable, Equatable {
  var count: Int
  var x: AxisFigures
  var y: AxisFigures
  var distance: PercentileRange
  var meanDistance: Double

  init?(_ cases: [EvaluatedCase], _ side: EvaluatedCase.Side, _ bias: BiasMedians) {
    let pairs = cases.flatMap { item in
      (item.errors ?? []).filter { $0.side == side }.map { ($0, bias.adjusted($0, of: item)) }
    }
    guard let x = AxisFigures(pairs.map(\.0.x), adjusted: pairs.map(\.1.x)),
      let y = AxisFigures(pairs.map(\.0.y), adjusted: pairs.map(\.1.y)),
      let distance = PercentileRange(pairs.map(\.0.distance)),
      let mean = Percentiles.mean(pairs.map(\.0.distance))
    else { return nil }
    count = pairs.count
    self.x = x
    self.y = y
    self.distance = distance
    meanDistance = mean
  }

  enum CodingKeys: String, CodingKey {
    case count, x, y
    case distance = "distance_mm"
    case meanDistance = "mean_distance_mm"
  }
}

/// Errors of the points of both sides together, in millimetres.
struct PooledFigures: Codable, Sendable, Equatable {
  struct Figures: Codable, Sendable, Equatable {
    var medianAbsoluteX: Double
    var medianAbsoluteY: Double
    var meanDistance: Double
    var medianDistance: Double
    /// The shares of points within 2, 3 and 5 mm of the truth.
    var withinTwo: Double
    var withinThree: Double
    var withinFive: Double

    init?(_ errors: [EvaluatedCase.SidedError]) {
      let distances = errors.map(\.distance)
      guard let x = Percentiles.median(errors.map { abs($0.x) }),
        let y = Percentiles.median(errors.map { abs($0.y) }), let mean = Percentiles.mean(distances),
        let median = Percentiles.median(distances)
      else { return nil }
      medianAbsoluteX = x
      medianAbsoluteY = y
      meanDistance = mean
      medianDistance = median
      func share(within reach: Double) -> Double {
        Double(distances.count { $0 <= reach }) / Double(distances.count)
      }
      withinTwo = share(within: 2)
      withinThree = share(within: 3)
      withinFive = share(within: 5)
    }

    enum CodingKeys: String, CodingKey {
      case medianAbsoluteX = "median_absolute_x_mm"
      case medianAbsoluteY = "median_absolute_y_mm"
      case meanDistance = "mean_distance_mm"
      case medianDistance = "median_distance_mm"
      case withinTwo = "within_2_mm"
      case withinThree = "within_3_mm"
      case withinFive = "within_5_mm"
    }
  }

  var count: Int
  var raw: Figures
  /// After each subgroup's median error was subtracted.
  var adjusted: Figures

  init?(_ cases: [EvaluatedCase], _ bias: BiasMedians) {
    let errors = cases.flatMap { $0.errors ?? [] }
    let without = cases.flatMap { item in (item.errors ?? []).map { bias.adjusted($0, of: item) } }
    guard let raw = Figures(errors), let adjusted = Figures(without) else { return nil }
    count = errors.count
    self.raw = raw
    self.adjusted = adjusted
  }
}

/// Annulus diameters in millimetres.
struct DiameterFigures: Codable, Sendable, Equatable {
  var count: Int
  var medianPredicted: Double
  var medianTruth: Double
  /// Median predicted over median true diameter, minus 1: a ratio of medians, which the method's paper gives.
  var relativeDifference: Double
  var pairedBias: PairedBias?
  var error: PercentileRange
  var medianAbsolute: Double
  var blandAltman: BlandAltman?
  var shapiroWilk: ShapiroWilk?

  init?(_ cases: [EvaluatedCase]) {
    let paired = cases.compactMap { item in
      item.diameter.flatMap { diameter in item.truthDiameter.map { (item.entry.patient, diameter, $0) } }
    }
    let pairs = paired.map { ($0.1, $0.2) }
    let differences = pairs.map { $0.0 - $0.1 }
    guard let predicted = Percentiles.median(pairs.map(\.0)),
      let truth = Percentiles.median(pairs.map(\.1)), let error = PercentileRange(differences),
      let absolute = Percentiles.median(differences.map(abs))
    else { return nil }
    count = pairs.count
    medianPredicted = predicted
    medianTruth = truth
    relativeDifference = predicted / truth - 1
    pairedBias = PairedBias(
      Dictionary(grouping: paired, by: \.0).mapValues { $0.map { $0.1 - $0.2 } })
    self.error = error
    medianAbsolute = absolute
    blandAltman = BlandAltman(differences: differences)
    shapiroWilk = ShapiroWilk(differences)
  }

  enum CodingKeys: String, CodingKey {
    case count
    case medianPredicted = "median_predicted_mm"
    case medianTruth = "median_truth_mm"
    case relativeDifference = "relative_difference"
    case pairedBias = "paired_bias_mm"
    case error = "error_mm"
    case medianAbsolute = "median_absolute_mm"
    case blandAltman = "bland_altman_mm"
    case shapiroWilk = "shapiro_wilk"
  }
}

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
