import Hinge
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Reports
@testable import Study
@testable import WatchDaemon

@Suite struct MeasurementReportTreeTests {
  private func groups(_ report: StudyReport = SampleReport.study) throws -> [ContentItem] {
    let root = MeasurementReportTree(
      report: report, sources: SampleReport.sources, uids: SampleReport.uids
    ).root()
    let groups = try #require(root.children.first { $0.name == Concept.imagingMeasurements }).children
    try #require(!groups.isEmpty)
    return groups
  }

  private func flattened(_ item: ContentItem) -> [ContentItem] { [item] + item.children.flatMap(flattened) }

  private func value(_ name: CodedConcept, in group: ContentItem) -> ContentItem.Value? {
    group.children.first { $0.name == name }?.value
  }

  @Test func givesEveryGroupATrackingUIDOfItsOwn() throws {
    let uids = try groups().map { group -> String in
      guard case .uid(let uid) = value(Concept.trackingUID, in: group) else { return "" }
      return uid
    }
    #expect(uids.count == 15)
    #expect(Set(uids).count == uids.count && !uids.contains(""))
  }

  @Test func namesEveryItemOfAGroup() throws {
    for group in try groups() {
      #expect(!group.children.isEmpty && group.children.allSatisfy { $0.name != nil })
    }
  }

  @Test func putsAHingePointIntoAPlanarRegionGroup() throws {
    let group = try #require(try groups().first)
    #expect(group.value == .container(template: "1410"))
    let region = try #require(group.children.first { $0.name == Concept.imageRegion })
    #expect(region.value == .points([Point(x: 301.4, y: 388)]))
    #expect(
      region.children.map(\.value) == [
        .image(
          .init(
            sopClassUID: "1.2.840.10008.5.1.4.1.1.3.1", sopInstanceUID: SampleReport.measuredUID, frame: 12))
      ])
    #expect(value(Concept.findingSite, in: group) == .code(Concept.septalAnnulus))
  }

  @Test func saysInEveryGroupOfAViewThatThePictureSaysIt() throws {
    var report = SampleReport.viewFromPicture
    report.clips = [report.clips[0]]
    let ofAnyView = ["Heart rate"]
    for group in try groups(report) {
      guard case .text(let name) = value(Concept.trackingIdentifier, in: group) else {
        Issue.record("a group without a tracking identifier")
        continue
      }
      let comments = group.children.filter { $0.name == Concept.comment }.map(\.value)
      let says = comments.contains { comment in
        if case .text(let text) = comment {
          text.contains("To be confirmed; the view is read from the picture")
        } else {
          false
        }
      }
      #expect(says == !ofAnyView.contains(name), "\(name)")
    }
  }

  @Test(arguments: [
    (CyclePhase.endDiastole, EchoView.a4c, Concept.diameterA4CAtED),
    (.endDiastole, .a2c, Concept.diameterA2CAtED), (.endDiastole, .apical, Concept.diameter),
    (.endSystole, .a4c, Concept.diameter), (.endSystole, .a2c, Concept.diameter),
  ])
  func choosesTheDiametersConcept(
    phase: CyclePhase, view: EchoView, concept: CodedConcept
  ) throws {
    var report = SampleReport.study
    report.clips[0].view.code = view
    report.clips[0].measurements.removeAll { $0.phase != phase }
    let group = try #require(try groups(report).first { $0.value == .container(template: "1501") })
    let diameters = group.children.filter {
      if case .number(_, let unit) = $0.value { unit.value == "mm" } else { false }
    }
    let diameter = try #require(diameters.first)
    #expect(diameter.name == concept)
    let modifiers = diameter.children.map(\.value)
    #expect(modifiers.contains(.code(phase.concept)))
    let views: [ContentItem.Value] = [.code(Concept.apicalFourChamber), .code(Concept.apicalTwoChamber)]
    let stated = views.filter(modifiers.contains)
    #expect(stated == [view.concept.map { .code($0) }].compactMap { $0 })
    #expect(diameter.children.last?.relation == .inferredFrom)
  }

  @Test(arguments: [
    (PhaseMeasurement.HingePoint.Site.septal, Concept.septalAnnulus, CodedConcept?.none),
    (.lateral, Concept.lateralAnnulus, nil), (.anterior, Concept.mitralAnnulus, Concept.anterior),
    (.inferior, Concept.mitralAnnulus, Concept.inferior), (nil, Concept.mitralAnnulus, nil),
  ])
  func codesTheSite(
    site: PhaseMeasurement.HingePoint.Site?, concept: CodedConcept, modifier: CodedConcept?
  ) throws {
    var report = SampleReport.study
    report.clips[0].measurements[0].hingePoints[0].site = site
    let group = try #require(try groups(report).first)
    let item = try #require(group.children.first { $0.name == Concept.findingSite })
    #expect(item.value == .code(concept))
    #expect(item.children.map(\.value) == [modifier.map { .code($0) }].compactMap { $0 })
  }

  @Test func reportsNoNumberWhereTheDiameterIsWithheldOrUncalibrated() throws {
    var report = SampleReport.study
    report.clips[0].measurements[0].withheld = .atSectorEdge
    report.studyMeasurements = []
    let diameters = try groups(report).filter { $0.value == .container(template: "1501") }
    #expect(diameters.count == 2)
    let numbers = diameters.map { group in
      group.children.contains { if case .number = $0.value { true } else { false } }
    }
    #expect(numbers == [false, true])
    let found = try #require(diameters[0].children.first { $0.name == Concept.diameterA4CAtED })
    #expect(found.value == .code(Concept.valueIndeterminate))
    #expect(found.children.map(\.value).contains(.code(Concept.endDiastole)))
    let texts = diameters[0].children.compactMap { item -> String? in
      if case .text(let text) = item.value, item.name == Concept.comment { text } else { nil }
    }
    #expect(texts == ["Withheld. \(ReasonText.sentence(.atSectorEdge))"])
  }

  @Test func drawsOutlinesAsClosedLinesOfTheirChamber() throws {
    let all = try groups()
    for (site, name) in [(Concept.leftVentricle, "Left ventricle"), (Concept.leftAtrium, "Left atrium")] {
      let outlines = all.filter { value(Concept.findingSite, in: $0) == .code(site) }
      #expect(outlines.count == 3, "\(name)")
      for group in outlines {
        #expect(group.value == .container(template: "1410"))
        guard case .points(let line) = value(Concept.imageRegion, in: group) else {
          Issue.record("\(name) has no line")
          continue
        }
        #expect(line.count == 4 && line.first == line.last)
      }
    }
  }

  @Test func codesTheUncertaintyOfAPoint() throws {
    let group = try #require(try groups().first)
    let ranges = group.children.compactMap { item -> String? in
      guard case .number(let value, let unit) = item.value, let modifier = item.children.first,
        case .code(let direction) = modifier.value
      else { return nil }
      return "\(direction.meaning) \(item.name?.value ?? "") \(value) \(unit.value)"
    }
    #expect(
      ranges == [
        "Horizontal 371885007 -1.9 mm", "Horizontal 371886008 2.1 mm", "Vertical 371885007 -1 mm",
        "Vertical 371886008 1.1 mm",
      ])
  }

  @Test func saysWhyAClipHasNoMeasurement() throws {
    let root = MeasurementReportTree(
      report: SampleReport.study, sources: SampleReport.sources, uids: SampleReport.uids
    ).root()
    let remarks = try #require(root.children.last)
    #expect(
      remarks.children.map(\.value) == [
        .text("Research use only. Not for diagnosis."),
        .text("Not measured. Colour flow is drawn over the picture."),
      ])
  }

  @Test func namesTheHeartWhereItWasLookedAtOnly() throws {
    var report = SampleReport.study
    report.clips[1].status = .indeterminate
    let root = MeasurementReportTree(
      report: report, sources: SampleReport.sources, uids: SampleReport.uids
    ).root()
    let library = try #require(root.children.first { $0.name == Concept.imageLibrary })
    let entries = try #require(library.children.first).children
    #expect(entries.map { $0.children.contains { $0.name == Concept.targetRegion } } == [true, true, false])
  }

  @Test func namesAnEarlierClipWhoseFileIsGone() throws {
    let root = MeasurementReportTree(
      report: SampleReport.study, sources: Array(SampleReport.sources.dropFirst()), uids: SampleReport.uids
    ).root()
    let remarks = try #require(root.children.last)
    #expect(
      remarks.children.contains {
        if case .text(let text) = $0.value { text.contains(SampleReport.measuredUID) } else { false }
      })
  }

  @Test(arguments: [
    (40, 0, "40"), (31.1249, 2, "31.12"), (0.441, 6, "0.441"), (-0.04, 1, "0"), (93.0, 1, "93"),
    (1.0 / 3, 6, "0.333333"),
  ])
  func writesDecimalStrings(value: Double, decimals: Int, text: String) {
    #expect(ContentItem.decimalString(value, decimals) == text)
  }
}
