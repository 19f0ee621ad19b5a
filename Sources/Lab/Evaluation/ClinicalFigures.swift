import Hinge

/// How far one measure agrees over the patients, prediction against truth.
package struct MeasureAgreement: Codable, Sendable, Equatable {
  /// Per cent, millilitres or millimetres, as its name ends.
  package var measure: String
  /// `A4C`, `A2C` or `biplane`.
  package var view: String
  /// Patients with both.
  package var count: Int
  /// Patients with a truth and no prediction.
  package var missing: Int
  var meanAbsoluteError: Double
  /// Mean of prediction minus truth, and the limits of agreement.
  var blandAltman: BlandAltman
  /// Pearson's; `nil` where one of the two does not vary.
  var correlation: Double?

  package init?(measure: String, view: String, _ pairs: [(truth: Double?, prediction: Double?)]) {
    let known = pairs.compactMap { pair in
      pair.truth.flatMap { truth in pair.prediction.map { (truth, $0) } }
    }
    let differences = known.map { $0.1 - $0.0 }
    guard let mean = Percentiles.mean(differences.map(abs)),
      let limits = BlandAltman(differences: differences)
    else { return nil }
    self.measure = measure
    self.view = view
    count = known.count
    missing = pairs.count { $0.truth != nil && $0.prediction == nil }
    meanAbsoluteError = mean
    blandAltman = limits
    correlation = Self.correlation(known)
  }

  static func correlation(_ pairs: [(Double, Double)]) -> Double? {
    guard let a = Percentiles.mean(pairs.map(\.0)), let b = Percentiles.mean(pairs.map(\.1)) else {
      return nil
    }
    let products = pairs.reduce(into: (ab: 0.0, aa: 0.0, bb: 0.0)) { sums, pair in
      sums.ab += (pair.0 - a) * (pair.1 - b)
      sums.aa += (pair.0 - a) * (pair.0 - a)
      sums.bb += (pair.1 - b) * (pair.1 - b)
    }
    guard products.aa > 0, products.bb > 0 else { return nil }
    return products.ab / (products.aa * products.bb).squareRoot()
  }

  package enum CodingKeys: String, CodingKey {
    case measure, view, count, missing
    case meanAbsoluteError = "mean_absolute_error"
    case blandAltman = "bland_altman"
    case correlation = "r"
  }
}

extension MeasureAgreement {
  /// Volumes, ejection fraction and displacements, of each view and of both together.
  package static func all(_ patients: [PatientMeasures]) -> [MeasureAgreement] {
    CAMUSDataset.View.allCases.flatMap { view in
      single.compactMap { name, value in
        MeasureAgreement(
          measure: name, view: view.code.rawValue,
          patients.flatMap { $0.views.filter { $0.view == view } }
            .map { (truth: $0.truth.map(value), prediction: $0.prediction.map(value)) })
      }
    }
      + both.compactMap { name, value in
        MeasureAgreement(
          measure: name, view: "biplane",
          patients.compactMap(\.biplane).map {
            (truth: $0.truth.map(value), prediction: $0.prediction.map(value))
          })
      }
  }

  private static let single: [(String, @Sendable (SystolicMeasures) -> Double)] = [
    ("ef_percent", \.ejectionFraction), ("edv_ml", \.endDiastolicVolume), ("esv_ml", \.endSystolicVolume),
    ("mean_displacement_mm", \.meanDisplacement), ("left_displacement_mm", \.leftDisplacement),
    ("right_displacement_mm", \.rightDisplacement),
  ]
  private static let both: [(String, @Sendable (PatientMeasures.Biplane) -> Double)] = [
    ("ef_percent", \.ejectionFraction), ("edv_ml", \.endDiastolicVolume), ("esv_ml", \.endSystolicVolume),
  ]
}
