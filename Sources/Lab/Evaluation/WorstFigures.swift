import Hinge

/// The worst twentieth of a group's pictures, one at least, by each figure on its own: means over them.
struct WorstFigures: Codable, Sendable, Equatable {
  static let share = 0.05

  var pictures: Int
  var ventricleDice: Double?
  /// Millimetres, of the ventricle's outline.
  var meanAbsoluteDistance: Double?
  var hausdorff: Double?
  /// Millimetres, of each picture's worse point; one without points counts as `EveryPicture.missingDistance`.
  var pointDistance: Double?

  init?(_ cases: [EvaluatedCase]) {
    guard !cases.isEmpty else { return nil }
    let count = max(1, Int((Self.share * Double(cases.count)).rounded()))
    func worst(_ values: [Double]) -> Double? { Percentiles.mean(Array(values.sorted(by: >).prefix(count))) }
    pictures = count
    let ventricles = cases.compactMap(\.agreement.ventricle)
    ventricleDice = Percentiles.mean(Array(ventricles.map(\.dice).sorted().prefix(count)))
    meanAbsoluteDistance = worst(ventricles.compactMap(\.meanAbsoluteDistance))
    hausdorff = worst(ventricles.compactMap(\.hausdorff))
    pointDistance = worst(
      cases.filter { $0.truth != nil }.map {
        $0.errors == nil ? EveryPicture.missingDistance : $0.worstDistance
      })
  }

  enum CodingKeys: String, CodingKey {
    case pictures
    case ventricleDice = "lv_dice"
    case meanAbsoluteDistance = "lv_mad_mm"
    case hausdorff = "lv_hausdorff_mm"
    case pointDistance = "worse_point_mm"
  }
}

/// Errors of the points of every picture with a truth, withheld or not; a point that is missing counts as 10 mm off.
struct EveryPicture: Codable, Sendable, Equatable {
  static let missingDistance = 10.0

  var pictures: Int
  var missing: Int
  var meanDistance: Double
  var leftMeanDistance: Double
  var rightMeanDistance: Double
  /// Shares of the points.
  var withinTwo: Double
  var withinThree: Double
  var withinFive: Double

  init?(_ cases: [EvaluatedCase]) {
    let given = cases.filter { $0.truth != nil }
    let left = given.map { Self.distance($0, .left) }
    let right = given.map { Self.distance($0, .right) }
    guard let leftMean = Percentiles.mean(left), let rightMean = Percentiles.mean(right) else { return nil }
    let all = left + right
    func share(within reach: Double) -> Double { Double(all.count { $0 <= reach }) / Double(all.count) }
    pictures = given.count
    missing = given.count { $0.errors == nil }
    leftMeanDistance = leftMean
    rightMeanDistance = rightMean
    meanDistance = (leftMean + rightMean) / 2
    withinTwo = share(within: 2)
    withinThree = share(within: 3)
    withinFive = share(within: 5)
  }

  private static func distance(_ item: EvaluatedCase, _ side: EvaluatedCase.Side) -> Double {
    item.errors?.first { $0.side == side }?.distance ?? missingDistance
  }

  enum CodingKeys: String, CodingKey {
    case pictures, missing
    case meanDistance = "mean_distance_mm"
    case leftMeanDistance = "left_mean_distance_mm"
    case rightMeanDistance = "right_mean_distance_mm"
    case withinTwo = "within_2_mm"
    case withinThree = "within_3_mm"
    case withinFive = "within_5_mm"
  }
}
