import Testing

@testable import Study

/// What the files state of the patient, and what it makes of the measures.
@Suite struct PatientFactsTests {
  @Test(
    arguments: [
      (1.80, 80.0, 1.996), (1.60, 55, 1.563), (1.75, 70, 1.848),
      (175, 70, nil), (1.75, 0, nil), (0, 70, nil), (nil, 70, nil), (1.75, nil, nil), (1.75, 900, nil),
    ] as [(Double?, Double?, Double?)])
  func bodySurfaceIsThatOfDuBoisWhereSizeAndWeightArePossible(
    metres: Double?, kilograms: Double?, surface: Double?
  ) {
    let found = PatientFacts.surface(metres: metres, kilograms: kilograms)
    #expect(found.map { ($0 * 1000).rounded() / 1000 } == surface)
  }

  @Test(
    arguments: [
      (["PatientAge": "017Y"], true), (["PatientAge": "018Y"], false), (["PatientAge": "011M"], true),
      (["PatientAge": "xxx"], false), (["PatientAge": "-05Y"], false), ([:], false),
      (["PatientBirthDate": "20100301", "StudyDate": "20280228"], true),
      (["PatientBirthDate": "20100301", "StudyDate": "20280301"], false),
      (["PatientBirthDate": "20100301", "StudyDate": "20280301", "PatientAge": "003Y"], false),
      (["PatientBirthDate": "20300101", "StudyDate": "20280301"], false),
    ] as [([String: String], Bool)])
  func rangesGoForAdultsAlone(attributes: [String: String], isChild: Bool) {
    #expect(PatientFacts(attributes).isChild == isChild)
  }

  @Test func attributesAreReadAsFilesWriteThem() {
    let facts = PatientFacts(["PatientSex": "F ", "PatientSize": " 1.60", "PatientWeight": "55 "])
    #expect(facts.sex == .women && facts.bodySurfaceArea.map { ($0 * 100).rounded() } == 156)
  }

  @Test func volumesAreGivenByBodySurface() throws {
    let clips = [MeasureSamples.clip(.a4c, uid: "1.1"), MeasureSamples.clip(.a2c, uid: "1.2")]
    let with = StudyMeasures.measurements(of: clips, bodySurfaceArea: 2)
    let without = StudyMeasures.measurements(of: clips)
    for (index, whole) in [
      ("LV volume index biplane ED", "LV volume biplane ED"),
      ("LV volume index biplane ES", "LV volume biplane ES"),
      ("LA volume index biplane ES", "LA volume biplane ES"),
    ] {
      let (index, none) = (
        try #require(with.first { $0.name == index }), try #require(without.first { $0.name == index })
      )
      let volume = try #require(with.first { $0.name == whole }?.value)
      #expect(index.value == volume / 2 && index.unit == "mL/m2" && index.withheld == nil)
      #expect(none.value == nil && none.withheld == .noBodySize)
    }
  }

  @Test func anIndexOfAWithheldVolumeIsWithheldForTheSameReason() throws {
    let found = StudyMeasures.measurements(of: [MeasureSamples.clip(.a4c)], bodySurfaceArea: 2)
    let index = try #require(found.first { $0.name == "LV volume index biplane ED" })
    #expect(index.value == nil && index.withheld == .noClipOfView)
  }
}
