import Hinge

/// How honest the expected errors are.
struct UncertaintyFigures: Codable, Sendable, Equatable {
  /// Pictures with points, a truth and expected errors.
  var count: Int
  /// The share of errors inside their expected 15 to 85 percentile range: 0.7 is honest.
  var coverageX: Double
  var coverageY: Double
  /// Of both axes together.
  var coverage: Double
  /// Mean of the probabilities that both points lie within 5 mm, and the share for which they do.
  var meanConfidence: Double
  var bothWithinFive: Double
  /// Mean squared difference of confidence and outcome (Brier 1950); a constant forecast of the share `p` scores
  /// `p * (1 - p)`.
  var brier: Double
  /// How well the confidence, and the review flag, tell pictures with a point off by more than 5 mm: the area under
  /// the receiver operating characteristic, 0.5 by chance; `nil` where there are no such pictures or only such.
  var confidenceROC: Double?
  var reviewROC: Double?

  init?(_ cases: [EvaluatedCase]) {
    let given = cases.compactMap(Case.init)
    guard !given.isEmpty else { return nil }
    func share(_ hits: [Bool]) -> Double { Double(hits.count { $0 }) / Double(hits.count) }
    count = given.count
    coverageX = share(given.flatMap(\.insideX))
    coverageY = share(given.flatMap(\.insideY))
    coverage = share(given.flatMap { $0.insideX + $0.insideY })
    bothWithinFive = share(given.map(\.isNear))
    let n = Double(given.count)
    meanConfidence = given.reduce(0) { $0 + $1.confidence } / n
    brier = given.reduce(0) { $0 + $1.squaredMiss } / n
    let far = given.filter { !$0.isNear }
    let near = given.filter(\.isNear)
    confidenceROC = Self.roc(far.map { 1 - $0.confidence }, near.map { 1 - $0.confidence })
    reviewROC = Self.roc(far.map { $0.review ? 1 : 0 }, near.map { $0.review ? 1 : 0 })
  }

  /// The probability that a score of `positives` exceeds one of `negatives`, ties counting half.
  static func roc(_ positives: [Double], _ negatives: [Double]) -> Double? {
    guard !positives.isEmpty, !negatives.isEmpty else { return nil }
    let wins = positives.reduce(0.0) { sum, a in
      sum + negatives.reduce(0.0) { $0 + (a > $1 ? 1 : a == $1 ? 0.5 : 0) }
    }
    return wins / Double(positives.count * negatives.count)
  }

  private struct Case {
    var insideX: [Bool]
    var insideY: [Bool]
    var confidence: Double
    var isNear: Bool
    var review: Bool

    init?(_ item: EvaluatedCase) {
      guard let errors = item.errors, let expected = item.expectedErrors, let confidence = item.confidence,
        errors.count == expected.count
      else { return nil }
      func isInside(_ error: Double, _ range: [Double]) -> Bool {
        range.count == 2 && error >= range[0] && error <= range[1]
      }
      insideX = zip(errors, expected).map { isInside($0.x, $1.x) }
      insideY = zip(errors, expected).map { isInside($0.y, $1.y) }
      self.confidence = confidence
      isNear = errors.allSatisfy { $0.distance <= ExpectedErrors.radius }
      review = !item.reviewReasons.isEmpty
    }

    var squaredMiss: Double {
      let miss = confidence - (isNear ? 1 : 0)
      return miss * miss
    }
  }

  enum CodingKeys: String, CodingKey {
    case count
    case coverageX = "coverage_x"
    case coverageY = "coverage_y"
    case coverage
    case meanConfidence = "mean_confidence"
    case bothWithinFive = "both_within_5_mm"
    case brier
    case confidenceROC = "confidence_roc_area"
    case reviewROC = "review_roc_area"
  }
}
