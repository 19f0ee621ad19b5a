import Hinge
import Study

/// What the pictures of one patient give together: volumes, ejection fraction and the way of the annulus, by the same
/// discs and points from the truth and from the prediction.
package struct PatientMeasures: Codable, Sendable, Equatable {
  /// Of one view; a side is `nil` where one of its two pictures has no points.
  package struct View: Codable, Sendable, Equatable {
    package var view: CAMUSDataset.View
    package var truth: SystolicMeasures?
    var prediction: SystolicMeasures?
    /// What the prediction says and cannot be.
    var contradictions: [String]

    package init(
      view: CAMUSDataset.View, truth: SystolicMeasures? = nil, prediction: SystolicMeasures? = nil,
      contradictions: [String]
    ) {
      self.view = view
      self.truth = truth
      self.prediction = prediction
      self.contradictions = contradictions
    }
  }

  /// Millilitres and per cent, from both views.
  struct Biplane: Codable, Sendable, Equatable {
    var endDiastolicVolume: Double
    var endSystolicVolume: Double
    var ejectionFraction: Double

    enum CodingKeys: String, CodingKey {
      case endDiastolicVolume = "edv_ml"
      case endSystolicVolume = "esv_ml"
      case ejectionFraction = "ef_percent"
    }
  }

  /// Both sides, where both views have both pictures.
  struct BiplanePair: Codable, Sendable, Equatable {
    var truth: Biplane?
    var prediction: Biplane?
  }

  package var patient: String
  package var views: [View]
  var biplane: BiplanePair?

  /// One entry a patient, in the order of the cases.
  package static func of(_ cases: [EvaluatedCase]) -> [PatientMeasures] {
    var order: [String] = []
    var groups: [String: [EvaluatedCase]] = [:]
    for item in cases {
      if groups[item.entry.patient] == nil { order.append(item.entry.patient) }
      groups[item.entry.patient, default: []].append(item)
    }
    return order.map { PatientMeasures($0, groups[$0] ?? []) }
  }

  private init(_ patient: String, _ cases: [EvaluatedCase]) {
    func picture(_ view: CAMUSDataset.View, _ phase: CyclePhase) -> EvaluatedCase? {
      cases.first { $0.entry.view == view && $0.entry.phase == phase }
    }
    self.patient = patient
    views = Set(cases.map(\.entry.view)).sorted().compactMap { view in
      guard let diastole = picture(view, .endDiastole), let systole = picture(view, .endSystole) else {
        return nil
      }
      let prediction = SystolicMeasures(diastole.geometry, systole.geometry)
      return View(
        view: view, truth: SystolicMeasures(diastole.truthGeometry, systole.truthGeometry),
        prediction: prediction,
        contradictions: prediction?.change.contradictions.map(\.rawValue) ?? [])
    }
    guard views.count == 2 else { return }
    func biplane(_ geometry: (EvaluatedCase) -> PictureGeometry?) -> Biplane? {
      func volume(_ phase: CyclePhase) -> Double? {
        guard let four = picture(.fourChamber, phase).flatMap(geometry),
          let two = picture(.twoChamber, phase).flatMap(geometry)
        else { return nil }
        return MethodOfDiscs.biplaneVolume(four.ventricle, two.ventricle, largestLengthDifference: .infinity)
      }
      return Biplane(volume(.endDiastole), volume(.endSystole))
    }
    self.biplane = BiplanePair(truth: biplane(\.truthGeometry), prediction: biplane(\.geometry))
  }
}

extension PatientMeasures.Biplane {
  fileprivate init?(_ endDiastole: Double?, _ endSystole: Double?) {
    guard let endDiastole, let endSystole, endDiastole > 0 else { return nil }
    self.init(
      endDiastolicVolume: endDiastole, endSystolicVolume: endSystole,
      ejectionFraction: MethodOfDiscs.ejectionFraction(endDiastole: endDiastole, endSystole: endSystole))
  }
}

extension [EvaluatedCase] {
  /// With `implausible` to review on both pictures of a view whose change cannot be.
  func reviewingImplausible(_ patients: [PatientMeasures]) -> [EvaluatedCase] {
    let doubted = Set(
      patients.flatMap { patient in
        patient.views.filter { !$0.contradictions.isEmpty }.map { "\(patient.patient) \($0.view.rawValue)" }
      })
    return map { item in
      var item = item
      if doubted.contains("\(item.entry.patient) \(item.entry.view.rawValue)") {
        item.reviewReasons.append(ReasonCode.implausible.rawValue)
      }
      return item
    }
  }
}
