import Foundation
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Study
@testable import WatchDaemon

@Suite struct StudyMeasuresTests {
  private func values(_ clips: [ClipReport], surface: Double? = nil) -> [String: StudyReport.Measurement] {
    let all = StudyMeasures.measurements(of: clips, bodySurfaceArea: surface)
    return Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private let fourChamber = MeasureSamples.clip(.a4c, uid: "1.1")
  private let twoChamber = MeasureSamples.clip(
    .a2c, uid: "1.2", beats: [MeasureSamples.beat(diameter: 30, length: 83, left: 11, right: 10)])

  @Test func givesEveryMeasureOfTwoCalibratedViews() throws {
    let found = values([fourChamber, twoChamber], surface: 1.9)
    #expect(found.count == MeasureTable.measures.count)
    #expect(found.values.allSatisfy { $0.withheld == nil && $0.value != nil })
    let expected: [(String, Double)] = [
      ("Mitral annulus diameter A4C ED", 34), ("Mitral annulus diameter A2C ES", 26),
      ("Mitral annulus fractional change A4C", 4.0 / 34 * 100), ("MAPSE septal", 12),
      ("MAPSE lateral", 14), ("MAPSE mean", 13), ("MAPSE inferior", 11), ("MAPSE anterior", 10),
      ("Mitral annulus area ED", Double.pi / 4 * 3.4 * 3),
      ("LV volume A4C ED", Double.pi / 4 * 1.6 * 85), ("LV volume biplane ED", Double.pi / 4 * 1.6 * 85),
      ("LV ejection fraction A4C", (1 - 72.0 * 900 / (85 * 1600)) * 100), ("LV length A2C ES", 70),
      ("LA area A4C ES", 19.2), ("LA volume biplane ES", Double.pi / 4 * 1.6 * 48),
      ("Heart rate", 60_000.0 / 900),
    ]
    for (name, value) in expected {
      let given = try #require(found[name]?.value)
      #expect(abs(given - value) < 1e-9, "\(name)")
    }
    #expect(found["LV volume biplane ED"]?.from == ["1.1", "1.2"])
    #expect(found["MAPSE mean"]?.from == ["1.1"])
  }

  @Test func claimsNothingOfAViewThatIsNotEstablished() {
    let found = values([MeasureSamples.clip(.apical)])
    for (name, measurement) in found where name != "Heart rate" && !name.contains("diameter apical") {
      #expect(measurement.value == nil && measurement.withheld == .viewNotEstablished, "\(name)")
      #expect(measurement.confidence == nil && measurement.from == [])
    }
    #expect(found["Heart rate"]?.value != nil)
    #expect(found["Mitral annulus diameter apical ED"]?.value == 34)
    #expect(found["Mitral annulus diameter apical ED"]?.viewSource == nil)
  }

  @Test(arguments: [EchoView.a3c, .a5c])
  func measuresAThreeOrFiveChamberViewAsItselfAlone(view: EchoView) {
    let found = values([MeasureSamples.clip(view)])
    #expect(found.count > 10)
    for (name, measurement) in found {
      let isOfAnyView = name == "Heart rate" || name.contains("diameter apical")
      #expect((measurement.value != nil) == isOfAnyView, "\(name)")
      #expect(isOfAnyView || measurement.withheld == .noClipOfView, "\(name)")
    }
    let beside = values([fourChamber, MeasureSamples.clip(view, uid: "0.1")])["LV volume A4C ED"]
    #expect(beside?.from == ["1.1"] && beside?.others == [])
  }

  @Test func saysOfEveryNumberWhoSaysWhichViewItIsOf() {
    var picture = twoChamber
    picture.view.source = .picture
    picture.doubt([.viewFromPicture])
    let found = values([fourChamber, picture], surface: 1.9)
    #expect(found.count == MeasureTable.measures.count)
    for (name, measurement) in found {
      let isOfAnyView = name == "Heart rate" || name.contains("apical")
      let restsOnPicture =
        !isOfAnyView
        && (name.contains("A2C") || name.contains("biplane") || name.contains("area E")
          || name.contains("anterior") || name.contains("inferior"))
      let source: ClipReport.View.Source? = isOfAnyView ? nil : restsOnPicture ? .picture : .operator
      #expect(measurement.viewSource == source, "\(name)")
      #expect(
        (measurement.reviewReasons ?? []).contains("view-from-picture") == restsOnPicture
          && measurement.value != nil,
        "\(name)")
    }
  }

  @Test func saysWhyThereIsNoNumber() {
    var uncalibrated = fourChamber
    uncalibrated.spacing = nil
    uncalibrated.spacingReason = .regionOutsideImage
    var still = fourChamber
    still.beats = []
    still.status = .indeterminate
    still.reason = .noAtrium
    var old = fourChamber
    old.beats[0].geometry = nil
    var cut = fourChamber
    cut.beats[0].geometry?.endSystole.ventricle = nil
    cut.beats[0].geometry?.endSystole.ventricleWithheld = .atSectorEdge
    var grown = fourChamber
    grown.beats[0].geometry?.endSystole.ventricle = MeasureSamples.section(90, 45)
    let cases: [([ClipReport], String, ReasonCode)] = [
      ([fourChamber], "LV volume A2C ED", .noClipOfView),
      ([fourChamber], "LA volume biplane ES", .noClipOfView),
      ([uncalibrated], "LV ejection fraction A4C", .regionOutsideImage),
      ([still], "MAPSE septal", .noAtrium), ([old], "MAPSE septal", .earlierVersion),
      ([cut], "LV volume A4C ES", .atSectorEdge), ([cut], "LV ejection fraction A4C", .atSectorEdge),
      ([grown], "LV ejection fraction A4C", .implausible),
      (
        [fourChamber, MeasureSamples.clip(.a2c, uid: "1.2", beats: [MeasureSamples.beat(length: 70)])],
        "LV volume biplane ED", .lengthsDiffer
      ),
    ]
    for (clips, name, reason) in cases {
      let found = values(clips)[name]
      #expect(found?.value == nil && found?.withheld == reason, "\(name) \(reason)")
    }
    #expect(values([cut])["LV volume A4C ED"]?.value != nil)
    #expect(values([uncalibrated])["Heart rate"]?.value != nil)
  }

  @Test func aMirroredDisplaySwapsTheSites() {
    var mirrored = fourChamber
    mirrored.view.mirrored = true
    #expect(values([mirrored])["MAPSE septal"]?.value == 14)
  }

  @Test func averagesTheBeatsThatGiveAValue() {
    var second = MeasureSamples.beat(40, diameter: 36, isReference: false)
    second.geometry?.endSystole.diameter = nil
    second.geometry?.endSystole.diameterWithheld = .lowConfidence
    let found = values([MeasureSamples.clip(.a4c, beats: [MeasureSamples.beat(), second])])
    #expect(found["Mitral annulus diameter A4C ED"]?.value == 35)
    #expect(found["Mitral annulus diameter A4C ED"]?.beats == [34, 36])
    #expect(found["Mitral annulus diameter A4C ES"]?.beats == [30, nil])
    #expect(found["Mitral annulus diameter A4C ES"]?.value == 30)
  }

  @Test func prefersBeatsWhoseDriftWasRemoved() {
    let whole = MeasureSamples.beat(left: 12)
    let open = MeasureSamples.beat(40, left: 18, drift: nil, isReference: false)
    let both = values([MeasureSamples.clip(.a4c, beats: [whole, open])])["MAPSE septal"]
    #expect(both?.value == 12 && both?.beats == [12, nil] && both?.reviewReasons == [])
    let alone = values([MeasureSamples.clip(.a4c, beats: [open])])["MAPSE septal"]
    #expect(alone?.value == 18 && alone?.reviewReasons == ["drift-not-removed"])
  }

  @Test func choosesTheBestClipAndListsTheOthers() {
    var poor = MeasureSamples.clip(.a4c, uid: "1.0")
    poor.measurements[0].reviewReasons = ["steep-contact"]
    var blind = MeasureSamples.clip(.a4c, uid: "0.9")
    blind.spacing = nil
    var slow = MeasureSamples.clip(.a4c, uid: "0.8")
    slow.frameTimeMilliseconds = 40
    let found = values([blind, poor, slow, fourChamber])["MAPSE mean"]
    #expect(found?.from == ["1.1"])
    #expect(found?.others == ["0.8", "1.0", "0.9"])
  }

  @Test func tellsNothingOfAStudyWithoutAnApicalClip() {
    #expect(StudyMeasures.measurements(of: [SampleReport.excluded]).isEmpty)
    #expect(StudyMeasures.measurements(of: []).isEmpty)
  }

  @Test func namesAreUniqueAndCodesAreTriplesOfKnownSchemes() {
    let names = MeasureTable.measures.map(\.name)
    #expect(Set(names).count == names.count)
    for measure in MeasureTable.measures {
      let triples =
        [measure.code?.triple].compactMap { $0 } + measure.modifiers.flatMap { [$0.concept, $0.code] }
      for triple in triples {
        #expect(triple.count == 3 && ["DCM", "SCT", "LN"].contains(triple[1]) && !triple[2].isEmpty)
      }
      #expect(!measure.formula.isEmpty && !measure.source.isEmpty && !measure.rule.isEmpty)
    }
  }

  @Test func theDocumentHasEveryMeasureWithItsFormulaSourceAndRule() throws {
    let file = URL(fileURLWithPath: #filePath)
      .appendingPathComponent("../../../../docs/MEASURES.md").standardizedFileURL
    let text = try String(contentsOf: file, encoding: .utf8)
    for measure in MeasureTable.measures {
      for part in [measure.name, measure.formula, measure.source, measure.rule] + measure.ranges.map(\.source)
      {
        #expect(text.contains(part), "\(measure.name): \(part)")
      }
    }
  }

  @Test func survivesTheRecord() throws {
    var report = SampleReport.study
    report.clips = [fourChamber, twoChamber]
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    let data = try StudyJSON.encode(report)
    let back = try StudyJSON.decode(data)
    #expect(try StudyJSON.encode(back) == data)
    #expect(back.clips[0].beats == report.clips[0].beats)
    #expect(back.studyMeasurements.map(\.name) == MeasureTable.measures.map(\.name))
  }
}
