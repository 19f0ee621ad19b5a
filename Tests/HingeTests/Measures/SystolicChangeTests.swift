import Testing

@testable import Hinge

@Suite struct SystolicChangeTests {
  struct Row: Sendable {
    var ventricle: Double?
    var diameter: Double?
    var displacement: Double?
    var contradictions: [SystolicChange.Contradiction]
  }

  @Test(arguments: [
    Row(ventricle: 0.45, diameter: 0.88, displacement: 8, contradictions: []),
    // A weak heart and a picture that moved a little are possible.
    Row(ventricle: 0.97, diameter: 1.1, displacement: -0.9, contradictions: []),
    Row(ventricle: 1, diameter: 0.9, displacement: 6, contradictions: [.ventricleGrows]),
    Row(ventricle: 1.6, diameter: 0.9, displacement: 6, contradictions: [.ventricleGrows]),
    Row(ventricle: 0.5, diameter: 0.9, displacement: -1.1, contradictions: [.annulusRecedes]),
    Row(ventricle: 0.5, diameter: 0.54, displacement: 5, contradictions: [.diameterJumps]),
    Row(ventricle: 0.5, diameter: 1.36, displacement: 5, contradictions: [.diameterJumps]),
    Row(
      ventricle: 1.2, diameter: 2, displacement: -4,
      contradictions: [.ventricleGrows, .annulusRecedes, .diameterJumps]),
    Row(ventricle: nil, diameter: nil, displacement: nil, contradictions: []),
    Row(ventricle: nil, diameter: 1.5, displacement: nil, contradictions: [.diameterJumps]),
  ])
  func namesWhatNoHeartDoes(_ row: Row) {
    let change = SystolicChange(
      ventricleRatio: row.ventricle, diameterRatio: row.diameter, displacement: row.displacement)
    #expect(change.contradictions == row.contradictions)
  }
}
