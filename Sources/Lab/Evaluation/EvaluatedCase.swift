import Clips
import Hinge

/// One picture of an evaluation, as `evaluation.json` tells it. Points are in pixels of the truth's grid.
package struct EvaluatedCase: Sendable, Equatable {
  package enum Status: String, Codable, Sendable { case measured, withheld, indeterminate }
  package enum Side: String, Codable, Sendable, CaseIterable { case left, right }

  package struct SidedPoint: Codable, Sendable, Equatable {
    package var side: Side
    package var x: Double
    package var y: Double
    /// Of a predicted point: what its error is expected to be, as in `study.json`.
    var expected: ModelCard.PointErrors?

    package enum CodingKeys: String, CodingKey {
      case side, x, y
      case expected = "error_mm"
    }
  }

  /// The 15 and 85 percentile of a point's expected error, prediction minus truth, in millimetres.
  package struct SidedRange: Codable, Sendable, Equatable {
    package var side: Side
    package var x: [Double]
    package var y: [Double]
  }

  /// Prediction minus truth in millimetres, and the distance.
  struct SidedError: Codable, Sendable, Equatable {
    var side: Side
    var x: Double
    var y: Double
    var distance: Double
  }

  /// `nil` where the truth does not tell the structure.
  struct Agreement: Sendable, Equatable {
    var ventricle: StructureAgreement?
    var myocardium: StructureAgreement?
    var atrium: StructureAgreement?
  }

  var entry: CAMUSDataset.Entry
  package var spacing: PixelSpacing
  var agreement: Agreement
  /// Whether the picture cuts the true atrium: the seed paper's failure mode.
  var cutsAtrium: Bool
  package var status: Status
  /// Of an indeterminate or withheld case.
  package var reason: String?
  /// Left first; `nil` where indeterminate.
  var points: [SidedPoint]?
  /// Left first; `nil` where the truth's chambers do not meet.
  package var truth: [SidedPoint]?
  var diameter: Double?
  var truthDiameter: Double?
  var errors: [SidedError]?
  /// The ventricle by the truth and its points, and by the prediction and the points found.
  var truthGeometry: PictureGeometry?
  package var geometry: PictureGeometry?
  /// The expected probability that both points lie within 5 mm of the truth.
  var confidence: Double?
  package var reviewReasons: [String]

  /// - Parameters:
  ///   - known: Structures that the truth's labels tell.
  ///   - points: Hinge points that a person set, in place of those of the labels' contact line.
  package init(
    entry: CAMUSDataset.Entry, truth mask: LabelMask, known: Set<ChamberLabel> = Set(ChamberLabel.allCases),
    points truthPoints: TruthPoints? = nil, prediction: LabelMask, finding: HingeFinding,
    expected: ModelCard.HingeErrors? = nil, cutsAtrium: Bool = false
  ) {
    func compared(_ label: ChamberLabel) -> StructureAgreement? {
      known.contains(label) ? StructureAgreement(label, prediction: prediction, truth: mask) : nil
    }
    self.cutsAtrium = cutsAtrium
    self.entry = entry
    confidence = expected?.bothWithin5Millimetres
    spacing = mask.spacing
    agreement = Agreement(
      ventricle: compared(.leftVentricle), myocardium: compared(.myocardium),
      atrium: compared(.leftAtrium))
    if let truthPoints {
      truth = Self.sided(truthPoints.left, truthPoints.right)
      truthDiameter = mask.spacing.distance(truthPoints.left, truthPoints.right)
    } else {
      let line = ContactLine(of: mask)
      truth = line.map { Self.sided($0.left, $0.right) }
      truthDiameter = line?.length
    }
    switch finding {
    case .indeterminate(let cause):
      status = .indeterminate
      reason = cause.rawValue
      reviewReasons = []
    case .measured(let pair):
      reason = pair.reviewReasons.first(where: \.withholds)?.rawValue
      status = reason == nil ? .measured : .withheld
      reviewReasons = pair.reviewReasons.map(\.rawValue)
      points = Self.sided(pair.left, pair.right, expected)
      diameter = pair.diameterMillimetres
    }
    errors = Self.errors(points, truth, mask.spacing)
    truthGeometry = known.contains(.leftVentricle) ? PictureGeometry(mask, truth) : nil
    geometry = PictureGeometry(prediction, points)
  }

  private static func sided(
    _ left: Point, _ right: Point, _ expected: ModelCard.HingeErrors? = nil
  ) -> [SidedPoint] {
    [
      SidedPoint(side: .left, x: left.x, y: left.y, expected: expected?.left),
      SidedPoint(side: .right, x: right.x, y: right.y, expected: expected?.right),
    ]
  }

  /// The distance from the truth of the worse point in millimetres; infinite where either is missing.
  var worstDistance: Double { errors?.map(\.distance).max() ?? .infinity }

  /// What was expected of the points' errors; `nil` where nothing was.
  package var expectedErrors: [SidedRange]? {
    let ranges = (points ?? []).compactMap { point in
      point.expected.map { SidedRange(side: point.side, x: $0.x, y: $0.y) }
    }
    return ranges.isEmpty ? nil : ranges
  }

  private static func errors(
    _ points: [SidedPoint]?, _ truth: [SidedPoint]?, _ spacing: PixelSpacing
  ) -> [SidedError]? {
    guard let points, let truth else { return nil }
    return zip(points, truth).map { point, truth in
      let x = (point.x - truth.x) * spacing.x
      let y = (point.y - truth.y) * spacing.y
      return SidedError(side: point.side, x: x, y: y, distance: (x * x + y * y).squareRoot())
    }
  }
}

extension EvaluatedCase: Encodable {
  private enum CodingKeys: String, CodingKey {
    case patient, view, phase
    case spacing = "spacing_mm"
    case dice
    case surfaces = "surface_mm"
    case cutsAtrium = "cuts_atrium"
    case status, reason
    case points = "hinge_points"
    case truth = "truth_points"
    case diameter = "annulus_diameter_mm"
    case truthDiameter = "truth_diameter_mm"
    case expectedErrors = "error_mm"
    case errors = "measured_error_mm"
    case confidence, review
    case reviewReasons = "review_reasons"
  }

  private struct Structures<Value: Encodable>: Encodable {
    var lv: Value?
    var myocardium: Value?
    var la: Value?

    private enum CodingKeys: CodingKey { case lv, myocardium, la }

    /// Writes `null` for what is not known.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(lv, forKey: .lv)
      try container.encode(myocardium, forKey: .myocardium)
      try container.encode(la, forKey: .la)
    }
  }

  private struct Surface: Encodable {
    var mad: Double?
    var hausdorff: Double?

    init(_ agreement: StructureAgreement) {
      mad = agreement.meanAbsoluteDistance
      hausdorff = agreement.hausdorff
    }
  }

  /// Writes `null` for what is missing, so that every case has every key.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(entry.patient, forKey: .patient)
    try container.encode(entry.view, forKey: .view)
    try container.encode(entry.phase, forKey: .phase)
    try container.encode(spacing, forKey: .spacing)
    let dice = Structures(
      lv: agreement.ventricle?.dice, myocardium: agreement.myocardium?.dice, la: agreement.atrium?.dice)
    try container.encode(dice, forKey: .dice)
    let surfaces = Structures(
      lv: agreement.ventricle.map(Surface.init), myocardium: agreement.myocardium.map(Surface.init),
      la: agreement.atrium.map(Surface.init))
    try container.encode(surfaces, forKey: .surfaces)
    try container.encode(cutsAtrium, forKey: .cutsAtrium)
    try container.encode(status, forKey: .status)
    try container.encode(reason, forKey: .reason)
    try container.encode(points, forKey: .points)
    try container.encode(truth, forKey: .truth)
    try container.encode(diameter, forKey: .diameter)
    try container.encode(truthDiameter, forKey: .truthDiameter)
    try container.encode(expectedErrors, forKey: .expectedErrors)
    try container.encode(errors, forKey: .errors)
    try container.encode(confidence, forKey: .confidence)
    try container.encode(!reviewReasons.isEmpty, forKey: .review)
    try container.encode(reviewReasons, forKey: .reviewReasons)
  }
}
