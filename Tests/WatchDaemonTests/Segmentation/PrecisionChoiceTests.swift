import Hinge
import Inference
import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite struct PrecisionChoiceTests {
  private func card(bf16: Bool?, int8: Bool?) -> PrecisionCard {
    var card = PrecisionCard(sha256: "", calibrationFrames: 1, calibration: Calibration(limits: [1]))
    for (name, admitted) in [("bf16", bf16), ("int8", int8)] {
      guard let admitted else { continue }
      card.figures[name] = PrecisionCard.Figures(
        pictures: 1, dice: 1, medianHingeShift: 0, statusChanges: 0, admitted: admitted)
    }
    return card
  }

  private func choose(
    _ wanted: Configuration.Precision, _ card: PrecisionCard?, requiresAdmission: Bool = true,
    isSupported: Bool = true
  ) -> Precision? {
    let choice = PrecisionChoice(wanted: wanted, requiresAdmission: requiresAdmission)
    return try? choice.precision(of: "m.onnx", card: card) { $0 == .fp32 || isSupported }
  }

  @Test func autoTakesTheFastestThatIsAdmitted() {
    #expect(choose(.auto, card(bf16: true, int8: true)) == .int8)
    #expect(choose(.auto, card(bf16: true, int8: false)) == .bf16)
    #expect(choose(.auto, card(bf16: false, int8: nil)) == .fp32)
    #expect(choose(.auto, nil) == .fp32)
  }

  @Test func autoFallsBackWhereTheProcessorLacksIt() {
    #expect(choose(.auto, card(bf16: true, int8: true), isSupported: false) == .fp32)
  }

  @Test func whatIsAskedForIsTakenOrRefused() {
    #expect(choose(.fp32, card(bf16: true, int8: true)) == .fp32)
    #expect(choose(.int8, card(bf16: true, int8: true)) == .int8)
    #expect(choose(.int8, card(bf16: true, int8: false)) == nil)
    #expect(choose(.bf16, nil) == nil)
    #expect(choose(.bf16, card(bf16: true, int8: nil), isSupported: false) == nil)
  }

  @Test func measuringNeedsNoAdmission() {
    #expect(choose(.bf16, nil, requiresAdmission: false) == .bf16)
    #expect(choose(.int8, card(bf16: nil, int8: nil), requiresAdmission: false) == .int8)
    #expect(choose(.int8, nil, requiresAdmission: false) == nil)
  }

  @Test func refusalsNameTheRemedy() {
    do throws(CommandFailure) {
      _ = try PrecisionChoice(wanted: .int8).precision(of: "m.onnx", card: nil) { _ in true }
      Issue.record("it was not refused")
    } catch {
      #expect(error.code == ExitCode.configuration)
      #expect(error.sentence.contains("m.onnx") && error.sentence.contains("hinged quantize"))
    }
  }

  @Test func cardIsReadBackForItsModelAlone() throws {
    let folder = ScratchFolder()
    let model = folder.path + "/m.onnx"
    #expect(try PrecisionCard.read(besideModel: model, sha256: "") == nil)
    let card = card(bf16: true, int8: false)
    try card.write(besideModel: model)
    #expect(try PrecisionCard.read(besideModel: model, sha256: "") == card)
    #expect(try PrecisionCard.read(besideModel: model, sha256: "other") == nil)
  }

  /// A strip of ventricle on a strip of atrium; the second picture has it moved.
  @Test(arguments: [(0, true), (3, false)])
  func admissionFollowsMasksAndPoints(_ shift: Int, _ isAdmitted: Bool) throws {
    func picture(_ shift: Int) -> (LabelMask, EvaluatedCase) {
      let side = 100
      let labels = (0..<side * side).map { index -> UInt8 in
        let (x, y) = (index % side - shift, index / side)
        guard (30..<70).contains(x) else { return 0 }
        return y < 40 ? 2 : y < 60 ? 1 : y < 80 ? 3 : 0
      }
      let mask = LabelMask(width: side, height: side, spacing: .init(x: 1, y: 1), labels: labels)
      let entry = CAMUSDataset.Entry(patient: "a", view: .fourChamber, phase: .endDiastole)
      var found = EvaluatedCase(
        entry: entry, truth: mask, prediction: mask, finding: .indeterminate(.noContact))
      found.points = EvaluatedCase.Side.allCases.map { .init(side: $0, x: Double(50 + shift), y: 60) }
      return (mask, found)
    }
    var comparison = PrecisionComparison()
    comparison.add(whole: picture(0), reduced: picture(shift))
    let figures = comparison.figures(of: .int8)
    #expect(figures.admitted == isAdmitted)
    #expect(figures.medianHingeShift == Double(shift))
  }
}
