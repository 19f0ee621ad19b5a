import Hinge
import Testing

@testable import Clips
@testable import Reports
@testable import Study

/// How the report refers to what else was written of a clip.
@Suite struct ReportReferencesTests {
  private static let object = ClipObject(
    source: SampleReport.source(SampleReport.measuredUID, spacing: nil), header: ClipHeader.loop(),
    clip: SampleReport.measured, model: SampleReport.study.model, software: SampleReport.study.software,
    uids: SampleReport.uids, contentTime: SampleReport.contentTime, sourceBytes: nil)

  private static let objects = [
    SampleReport.measuredUID: ClipObjects(
      segmentation: .init(of: object, frames: SegmentFrames(.all, of: SampleReport.measured)),
      overlay: object.reference(to: "overlay", OverlayCineObject.sopClassUID))
  ]

  private func groups(_ report: StudyReport = SampleReport.study) -> [ContentItem] {
    let root = MeasurementReportTree(
      report: report, sources: SampleReport.sources, uids: SampleReport.uids, objects: Self.objects
    ).root()
    return root.children.first { $0.name == Concept.imagingMeasurements }?.children ?? []
  }

  private func images(_ group: ContentItem) -> [(CodedConcept?, ContentItem.Image)] {
    group.children.compactMap { if case .image(let image) = $0.value { ($0.name, image) } else { nil } }
  }

  private func text(_ name: CodedConcept, in group: ContentItem) -> String? {
    group.children.compactMap { item -> String? in
      guard item.name == name else { return nil }
      switch item.value {
      case .text(let text), .uid(let text): return text
      default: return nil
      }
    }.first
  }

  @Test func anOutlineNamesItsFrameOfTheSegmentation() {
    let outlines = groups().filter { text(Concept.trackingIdentifier, in: $0)?.contains("outline") == true }
    let named = outlines.flatMap(images).filter { $0.0 == Concept.sourceOfMeasurement }.map(\.1)
    #expect(named.allSatisfy { $0.sopClassUID == SegmentationAttributes.sopClassUID && $0.segment == nil })
    // 40 frames of three segments: ventricle and atrium at end diastole, then at end systole.
    #expect(named.map(\.frames) == [[12], [80 + 12], [31], [80 + 31]])
  }

  @Test func aRegionNamesItsFrameOfTheOverlay() {
    let regions = groups().filter {
      $0.value == .container(template: "1410")
        && text(Concept.trackingIdentifier, in: $0)?.contains("frame 13") == true
    }
    #expect(regions.count == 4)
    for region in regions {
      let shown = images(region).filter { $0.0 == Concept.illustration }.map(\.1)
      #expect(shown.map(\.frames) == [[12]] && shown.map(\.sopClassUID) == [OverlayCineObject.sopClassUID])
    }
  }

  @Test func aSegmentHasTheTrackingIdentifiersThatTheSegmentationGivesIt() throws {
    let segments = SegmentationAttributes(object: Self.object, frames: [0]).attributes()["SegmentSequence"]
    guard case .items(let items) = segments else {
      Issue.record("no segments")
      return
    }
    let named = groups().filter { images($0).contains { $0.1.segment != nil } }
    #expect(named.count == 2)
    for group in named {
      let segment = try #require(images(group).compactMap(\.1.segment).first)
      let item = items[segment.rawValue - 1]
      #expect(item["TrackingUID"] == text(Concept.trackingUID, in: group).map { .text($0) })
      #expect(item["TrackingID"] == text(Concept.trackingIdentifier, in: group).map { .text($0) })
    }
    let all = groups().compactMap { text(Concept.trackingUID, in: $0) }
    #expect(Set(all).count == all.count, "viewers merge groups that share a tracking UID")
  }

  /// OHIF takes the first coordinates of each group for granted.
  @Test func everyGroupHasCoordinatesAlsoWhereTheDiameterIsWithheld() {
    var report = SampleReport.study
    for clip in report.clips.indices {
      for frame in report.clips[clip].measurements.indices {
        report.clips[clip].measurements[frame].withheld = .atSectorEdge
      }
    }
    for group in groups(report) {
      let points = group.children.compactMap { item -> [Point]? in
        if case .points(let points) = item.value { points } else { nil }
      }
      #expect(!points.isEmpty, "\(text(Concept.trackingIdentifier, in: group) ?? "")")
      #expect(!points.contains { $0.count == 2 }, "a line would be measured by the viewer")
    }
  }

  @Test func theEvidenceHasWhatIsReferredTo() {
    let study = StudyDocument(
      report: SampleReport.study, sources: SampleReport.sources, uids: SampleReport.uids,
      contentTime: SampleReport.contentTime, objects: Self.objects)
    let evidence = study.allEvidence.map(\.sopInstanceUID)
    let written = ["seg", "overlay"].map { SampleReport.uids.uid($0) }
    #expect(evidence.count == 5 && written.allSatisfy(evidence.contains))
  }
}
