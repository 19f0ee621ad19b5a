import Hinge
import Platform
import Study

/// The content of a report: TID 1500 Imaging Measurement Report, as a pure value.
///
/// One planar ROI group (TID 1410) a hinge point and a chamber's outline, one measurement group (TID 1501) a diameter. Every group has a
/// tracking UID of its own, since viewers merge groups that share one, and every item of a group has a name.
/// Modifiers come before the coordinates: the order of TID 300 is significant.
struct MeasurementReportTree {
  let report: StudyReport
  let sources: [SourceClip]
  let uids: DerivedUID
  /// What was written of each clip beside the report, by its SOPInstanceUID.
  var objects: [String: ClipObjects] = [:]

  func root() -> ContentItem {
    var groups: [ContentItem] = []
    for clip in report.clips {
      guard let source = source(of: clip) else { continue }
      groups += clip.measurements.flatMap { self.groups($0, of: clip, source) }
      groups += segmentGroups(of: clip, source)
    }
    groups += report.studyMeasurements.compactMap(studyMeasurement)
    let procedure = ContentItem.code(
      .hasConceptModifier, Concept.procedureReported, Concept.imagingProcedure)
    var children =
      DeviceObserver.context(of: report) + PersonObserver.context(of: report) + [procedure, imageLibrary()]
    if !groups.isEmpty { children.append(.container(Concept.imagingMeasurements, groups)) }
    children.append(qualitativeEvaluations())
    return .container(Concept.imagingMeasurementReport, template: "1500", children)
  }

  private func source(of clip: ClipReport) -> SourceClip? {
    sources.first { $0.sopInstanceUID == clip.sopInstanceUID }
  }

  private func clip(of source: SourceClip) -> ClipReport? {
    report.clips.first { $0.sopInstanceUID == source.sopInstanceUID }
  }

  /// TID 1600, 1601 and 1602.
  private func imageLibrary() -> ContentItem {
    .container(Concept.imageLibrary, [.container(Concept.imageLibraryGroup, sources.map(libraryEntry))])
  }

  private func libraryEntry(_ source: SourceClip) -> ContentItem {
    func number(_ name: CodedConcept, _ value: Double, _ decimals: Int, _ unit: String) -> ContentItem {
      .number(.hasAcquisitionContext, name, value, decimals: decimals, unit: Concept.unit(unit))
    }
    var descriptors: [ContentItem] = [
      .code(.hasAcquisitionContext, Concept.modality, Concept.ultrasound)
    ]
    // Of the others nobody knows what they show.
    if let status = clip(of: source)?.status, status == .measured || status == .indeterminate {
      descriptors.append(.code(.hasAcquisitionContext, Concept.targetRegion, Concept.heart))
    }
    descriptors += [
      number(Concept.rows, Double(source.rows), 0, "{pixels}"),
      number(Concept.columns, Double(source.columns), 0, "{pixels}"),
      number(Concept.numberOfFrames, Double(source.frames), 0, "{frames}"),
    ]
    if let spacing = source.spacing {
      descriptors += [
        number(Concept.horizontalSpacing, spacing.x, 6, "mm"),
        number(Concept.verticalSpacing, spacing.y, 6, "mm"),
      ]
    }
    return ContentItem(relation: .contains, value: .image(source.image(frame: nil)), children: descriptors)
  }

  /// The groups of one frame: its hinge points, the diameter between them, the outlines of the chambers.
  private func groups(
    _ measurement: PhaseMeasurement, of clip: ClipReport, _ source: SourceClip
  ) -> [ContentItem] {
    let frame = MeasuredFrame(
      measurement: measurement, clip: clip, source: source, report: report, uids: uids,
      objects: objects[clip.sopInstanceUID])
    let points = measurement.hingePoints.map(frame.hingePointGroup)
    return points + [frame.diameterGroup()].compactMap { $0 } + frame.outlineGroups()
  }

  /// The chambers whose outlines the report has, as segments of the segmentation object: same tracking identifiers,
  /// so that who reads both can join them.
  private func segmentGroups(of clip: ClipReport, _ source: SourceClip) -> [ContentItem] {
    guard let segmentation = objects[clip.sopInstanceUID]?.segmentation else { return [] }
    return ChamberSegment.allCases.compactMap { segment in
      let outlined = clip.measurements.first { !($0.contours?.outline(of: segment) ?? []).isEmpty }
      guard let outlined, let outline = outlined.contours?.outline(of: segment),
        let tracking = segmentation.tracking[segment]
      else { return nil }
      let center = ContentItem.points(
        .contains, Concept.center, [outline.middle], of: source.image(frame: outlined.frame))
      let image = ContentItem(
        relation: .contains, name: Concept.sourceOfMeasurement, value: .image(segmentation.image(of: segment))
      )
      return .container(
        Concept.measurementGroup, template: "1501",
        Self.tracking(segment.label, tracking) + [.code(.contains, Concept.finding, segment.property)]
          + Self.algorithm(of: report, clips: [clip])
          + [.code(.hasConceptModifier, Concept.findingSite, segment.property), center, image]
          + (outlined.review
            ? [.text(.contains, Concept.comment, ReasonText.call(for: outlined.reviewReasons))] : []))
    }
  }

  /// A number of the whole study, with the frames that it comes from.
  private func studyMeasurement(_ measurement: StudyReport.Measurement) -> ContentItem? {
    guard measurement.withheld == nil, let value = measurement.value, let code = measurement.code,
      code.count == 3
    else { return nil }
    let origins = measurement.from.compactMap { uid in sources.first { $0.sopInstanceUID == uid } }
    let inferred = origins.map { source in
      ContentItem(
        relation: .inferredFrom, name: Concept.sourceOfMeasurement, value: .image(source.image(frame: nil)))
    }
    let concept = CodedConcept(code[0], code[1], code[2])
    if Self.ofFrames.contains(concept) { return nil }
    let modifiers = Self.modifiers(of: measurement)
    let number = ContentItem.number(
      .contains, concept, value, decimals: 2, unit: Concept.unit(measurement.unit),
      modifiers.number + inferred)
    return .container(
      Concept.measurementGroup, template: "1501",
      Self.tracking(measurement.name, uids.uid("tracking", "study", measurement.name))
        + modifiers.site
        + Self.algorithm(
          of: report, clips: report.clips.filter { measurement.from.contains($0.sopInstanceUID) })
        + origins.flatMap(annulusLines) + [number] + comment(on: measurement))
  }

  /// What a reader is to know of a number before it is relied on.
  private func comment(on measurement: StudyReport.Measurement) -> [ContentItem] {
    PersonObserver.sentences(on: measurement, of: report).map { .text(.contains, Concept.comment, $0) }
  }

  /// What makes a study's number say the whole: the site for the group, the rest for the number.
  private static func modifiers(
    of measurement: StudyReport.Measurement
  ) -> (site: [ContentItem], number: [ContentItem]) {
    let stated = (measurement.modifiers ?? []).filter { $0.concept.count == 3 && $0.code.count == 3 }
    let items = stated.map { modifier in
      let concept = CodedConcept(modifier.concept[0], modifier.concept[1], modifier.concept[2])
      let code = CodedConcept(modifier.code[0], modifier.code[1], modifier.code[2])
      return (
        isSite: concept == Concept.findingSite, item: ContentItem.code(.hasConceptModifier, concept, code)
      )
    }
    let sites = items.filter(\.isSite).map(\.item)
    let annulus = ContentItem.code(.hasConceptModifier, Concept.findingSite, Concept.mitralAnnulus)
    return (measurement.modifiers == nil ? [annulus] : sites, items.filter { !$0.isSite }.map(\.item))
  }

  /// The groups of the frames give these with their points.
  private static let ofFrames = [Concept.diameterA4CAtED, Concept.diameterA2CAtED, Concept.diameter]

  /// The lines between the hinge points of a clip's trusted frames, by which a viewer finds the place; where there is
  /// none, the points alone: some viewers fail at a group without coordinates.
  private func annulusLines(of source: SourceClip) -> [ContentItem] {
    let measurements = (clip(of: source)?.measurements ?? []).filter { $0.hingePoints.count == 2 }
    let trusted = measurements.filter { $0.withheld == nil }
    if trusted.isEmpty { return measurements.flatMap { $0.separatePoints(of: source) } }
    return trusted.map {
      .points(
        .contains, Concept.sourceOfMeasurement, $0.hingePoints.map(\.point), of: source.image(frame: $0.frame)
      )
    }
  }

  static func tracking(_ identifier: String, _ uid: String) -> [ContentItem] {
    [
      .text(.hasObservationContext, Concept.trackingIdentifier, identifier),
      .uid(.hasObservationContext, Concept.trackingUID, uid),
    ]
  }

  /// TID 4019.
  /// - Parameter clips: those that the number comes from, which may have been measured by several models.
  static func algorithm(of report: StudyReport, clips: [ClipReport]) -> [ContentItem] {
    [
      .text(.hasConceptModifier, Concept.algorithmName, report.software.name),
      .code(.hasConceptModifier, Concept.algorithmFamily, Concept.artificialIntelligence),
      .text(.hasConceptModifier, Concept.algorithmVersion, report.software.version),
      .text(.hasConceptModifier, Concept.algorithmManufacturer, StructuredReport.manufacturer),
      .text(
        .hasConceptModifier, Concept.algorithmParameters,
        report.models(of: clips).map { "model=\($0.name) sha256=\($0.sha256)" }.joined(separator: "; ")),
    ]
  }

  /// What is said in words: the disclaimer, and why a clip that was looked at has no measurement here.
  private func qualitativeEvaluations() -> ContentItem {
    let remarks = report.clips.filter { $0.status != .ignored }.compactMap(remark) + readersRemarks
    return .container(
      Concept.qualitativeEvaluations,
      [.text(.contains, Concept.comment, StructuredReport.disclaimer)] + remarks)
  }

  /// What readers said of clips, beside their points and verdicts.
  private var readersRemarks: [ContentItem] {
    report.clips.compactMap { clip in
      guard let text = clip.reader?.remark.flatMap(PersonObserver.text), !text.isEmpty else { return nil }
      let images = source(of: clip).map { source in
        ContentItem(
          relation: .inferredFrom, name: Concept.sourceOfMeasurement, value: .image(source.image(frame: nil)))
      }
      return .text(.contains, Concept.comment, "A reader's remark: \(text)", [images].compactMap(\.self))
    }
  }

  private func remark(on clip: ClipReport) -> ContentItem? {
    guard let source = source(of: clip) else {
      guard !clip.measurements.isEmpty else { return nil }
      // A clip of an earlier revision whose file is gone: without it there is nothing to refer to.
      let sentence = "Measured earlier, see the report that this one follows: \(clip.sopInstanceUID)."
      return .text(.contains, Concept.comment, sentence)
    }
    guard clip.measurements.isEmpty else { return nil }
    let image = ContentItem(
      relation: .inferredFrom, name: Concept.sourceOfMeasurement, value: .image(source.image(frame: nil)))
    let sentence = clip.reason.map(ReasonText.sentence) ?? "No frame could be measured."
    return .text(.contains, Concept.comment, "Not measured. \(sentence)", [image])
  }
}

extension SourceClip {
  func image(frame: Int?) -> ContentItem.Image {
    .init(
      sopClassUID: sopClassUID, sopInstanceUID: sopInstanceUID, frames: frame.map { [$0] } ?? [])
  }
}

extension PhaseMeasurement {
  /// The hinge points without the line between them, which a viewer would measure.
  func separatePoints(of source: SourceClip) -> [ContentItem] {
    hingePoints.map {
      .points(.contains, Concept.sourceOfMeasurement, [$0.point], of: source.image(frame: frame))
    }
  }
}

extension PhaseMeasurement.Contours {
  func outline(of segment: ChamberSegment) -> [Point] {
    switch segment {
    case .ventricle: ventricle
    case .atrium: atrium
    case .myocardium: []
    }
  }
}

extension [Point] {
  /// The mean of the points.
  fileprivate var middle: Point {
    let count = Double(Swift.max(1, self.count))
    return Point(x: map(\.x).reduce(0, +) / count, y: map(\.y).reduce(0, +) / count)
  }
}

extension PhaseMeasurement.HingePoint {
  package var point: Point { Point(x: x, y: y) }
}
