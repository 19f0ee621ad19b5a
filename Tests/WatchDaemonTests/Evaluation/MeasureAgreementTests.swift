import Foundation
import Hinge
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Study
@testable import WatchDaemon

/// Half an ellipse of a ventricle over half an ellipse of an atrium on a grid of 0.5 mm, as truth or as prediction.
private struct Heart {
  /// Half of the annulus and the height of the ventricle, millimetres.
  var radius = 20.0
  var length = 80.0
  /// Millimetres from the top of the picture to the annulus, and from its left to the middle.
  var annulus = 100.0
  var middle = 60.0

  static let spacing = PixelSpacing(x: 0.5, y: 0.5)
  static let side = 300

  var mask: LabelMask {
    var labels: [UInt8] = []
    for row in 0..<Self.side {
      for column in 0..<Self.side {
        let across = (Double(column) * 0.5 - middle) / radius
        let up = annulus - Double(row) * 0.5
        let depth = up > 0 ? up / length : -up / 30
        let inside = across * across + depth * depth <= 1
        labels.append(inside ? (up > 0 ? 1 : 3) : 0)
      }
    }
    return LabelMask(width: Self.side, height: Self.side, spacing: Self.spacing, labels: labels)
  }

  /// Of an ellipsoid of rotation, millilitres.
  var volume: Double { 2 / 3 * Double.pi * radius * radius * length / 1000 }
}

private func evaluated(
  _ patient: String, _ view: CAMUSDataset.View, _ phase: CyclePhase, truth: Heart, found: Heart?
) -> EvaluatedCase {
  var options = HingeOptions()
  options.method = .plain
  let mask =
    found?.mask
    ?? LabelMask(
      width: Heart.side, height: Heart.side, spacing: Heart.spacing,
      labels: [UInt8](repeating: 0, count: Heart.side * Heart.side))
  return EvaluatedCase(
    entry: .init(patient: patient, view: view, phase: phase), truth: truth.mask, prediction: mask,
    finding: HingeExtractor(options: options).extract(from: mask))
}

@Suite struct MeasureAgreementTests {
  private let diastole = Heart()
  private let systole = Heart(radius: 17, length: 68, annulus: 92)

  private func patient(
    _ name: String, foundSystole: Heart?, views: [CAMUSDataset.View] = [.fourChamber]
  ) -> [EvaluatedCase] {
    views.flatMap { view in
      [
        evaluated(name, view, .endDiastole, truth: diastole, found: diastole),
        evaluated(name, view, .endSystole, truth: systole, found: foundSystole),
      ]
    }
  }

  @Test func takesVolumesAndTheWayOfTheAnnulusFromTruthAndPrediction() throws {
    let larger = Heart(radius: 18, length: 70, annulus: 93)
    let patients = PatientMeasures.of(
      patient("patient0001", foundSystole: larger, views: CAMUSDataset.View.allCases))
    let view = try #require(patients.first?.views.first)
    let truth = try #require(view.truth)
    let prediction = try #require(view.prediction)
    #expect(abs(truth.endDiastolicVolume / diastole.volume - 1) < 0.04)
    #expect(abs(truth.endSystolicVolume / systole.volume - 1) < 0.04)
    #expect(abs(prediction.endSystolicVolume / larger.volume - 1) < 0.04)
    #expect(abs(truth.meanDisplacement - 8) < 0.3)
    #expect(abs(prediction.meanDisplacement - 7) < 0.3)
    #expect(abs(truth.diameterRatio - 17.0 / 20) < 0.03)
    let both = try #require(patients.first?.biplane)
    let bothTruth = try #require(both.truth)
    let bothPrediction = try #require(both.prediction)
    #expect(abs(bothTruth.endDiastolicVolume / truth.endDiastolicVolume - 1) < 1e-9)
    #expect(bothPrediction.ejectionFraction < bothTruth.ejectionFraction)
    #expect(view.contradictions.isEmpty)
  }

  @Test func aMissingPredictionIsCountedAndTheOthersAgree() throws {
    let cases =
      patient("patient0001", foundSystole: systole) + patient("patient0002", foundSystole: nil)
      + patient("patient0003", foundSystole: systole)
    let measures = MeasureAgreement.all(PatientMeasures.of(cases))
    let fraction = try #require(measures.first { $0.measure == "ef_percent" && $0.view == "A4C" })
    #expect(fraction.count == 2 && fraction.missing == 1)
    #expect(fraction.meanAbsoluteError == 0)
    #expect(!measures.contains { $0.view == "biplane" })
  }

  @Test func whatCannotBeIsReviewedOnBothPicturesOfItsView() {
    let growing = Heart(radius: 23, length: 85, annulus: 100)
    let cases =
      patient("patient0001", foundSystole: growing) + patient("patient0002", foundSystole: systole)
    let evaluation = Evaluation(model: .init(name: "drawn", sha256: "00", licence: "none"), cases: cases)
    #expect(evaluation.cases.map { $0.reviewReasons.contains("implausible") } == [true, true, false, false])
    #expect(evaluation.patients.map { $0.views[0].contradictions } == [["ventricle-grows"], []])
  }

  @Test(arguments: [
    ([(50.0, 52.0), (60, 62), (40, 42)], 2.0, 2.0, 1.0),
    ([(50, 48), (60, 64), (55, 55)], 2, 2.0 / 3, 0.99741),
  ])
  func errorBiasAndCorrelationAreThoseOfThePairs(
    pairs: [(Double, Double)], error: Double, bias: Double, correlation: Double
  ) throws {
    let found = try #require(
      MeasureAgreement(
        measure: "ef_percent", view: "A4C",
        pairs.map { (truth: $0.0, prediction: $0.1) } + [(truth: 5, prediction: nil)]))
    #expect(abs(found.meanAbsoluteError - error) < 1e-9)
    #expect(abs(found.blandAltman.meanDifference - bias) < 1e-9)
    #expect(abs(try #require(found.correlation) - correlation) < 1e-4)
    #expect(found.count == 3 && found.missing == 1)
  }

  @Test func everyPictureCountsAMissingOneAsTenMillimetres() throws {
    let shifted = Heart(middle: 64)
    let cases = [
      evaluated("patient0001", .fourChamber, .endDiastole, truth: diastole, found: shifted),
      evaluated("patient0002", .fourChamber, .endDiastole, truth: diastole, found: nil),
    ]
    let all = try #require(EveryPicture(cases))
    #expect(all.pictures == 2 && all.missing == 1)
    #expect(abs(all.meanDistance - (4 + 10) / 2) < 1e-9)
    #expect(all.withinThree == 0 && all.withinFive == 0.5)
    let worst = try #require(WorstFigures(cases))
    #expect(worst.pictures == 1 && worst.pointDistance == 10 && worst.ventricleDice == 0)
  }
}

@Suite struct BootstrapTests {
  @Test func theIntervalOfAMeanIsAsWideAsItsError() throws {
    var random = SplitMix64(seed: 7)
    // Uniform from 0 to 1: standard deviation of the mean of 400 is 0.2887 / 20.
    let clusters = (0..<400).map { _ in [random.uniform()] }
    let interval = try #require(Bootstrap(seed: 3).interval(of: clusters, Percentiles.mean))
    let expected = 2 * 1.96 * 0.288675 / 20
    #expect(abs((interval[1] - interval[0]) / expected - 1) < 0.12)
    let mean = try #require(Percentiles.mean(clusters.flatMap(\.self)))
    #expect(interval[0] < mean && mean < interval[1])
  }

  @Test func picturesOfOnePatientCountAsOne() throws {
    var random = SplitMix64(seed: 8)
    let single = (0..<100).map { _ in [random.uniform()] }
    let repeated = single.map { [Double](repeating: $0[0], count: 9) }
    func width(_ clusters: [[Double]]) throws -> Double {
      let interval = try #require(Bootstrap().interval(of: clusters, Percentiles.mean))
      return interval[1] - interval[0]
    }
    let ratio = try width(repeated) / width(single)
    #expect(abs(ratio - 1) < 1e-9)
  }

  @Test func theSeedIsToldAndGivesTheSameAgain() throws {
    let differences = ["a": [1.0, 2], "b": [0.5], "c": [-1, 3, 2]]
    let once = try #require(PairedBias(differences))
    #expect(once == PairedBias(differences))
    #expect(once.seed == 1 && once.resamples == 1000)
    #expect(abs(once.mean - 7.5 / 6) < 1e-12 && once.median == 1.5)
    #expect(PairedBias(["a": [1]])?.meanInterval == nil)
    #expect(PairedBias([:]) == nil)
  }
}
