import Hinge
import Study

/// The measurement groups of one frame of one clip.
struct MeasuredFrame {
  let measurement: PhaseMeasurement
  let clip: ClipReport
  let source: SourceClip
  let report: StudyReport
  let uids: DerivedUID
  let objects: ClipObjects?

  private var image: ContentItem.Image { source.image(frame: measurement.frame) }

  /// TID 1410: one hinge point.
  func hingePointGroup(_ point: PhaseMeasurement.HingePoint) -> ContentItem {
    var children = MeasurementReportTree.tracking(
      "\(point.name) hinge point, \(place)", uid("hinge-point", point.side.rawValue))
    children.append(.code(.contains, Concept.finding, Concept.mitralAnnulus))
    children += MeasurementReportTree.algorithm(of: report, clips: [clip])
    children.append(point.findingSite)
    children += circumstances
    children.append(.points(.contains, Concept.imageRegion, [point.point], of: image))
    children += illustration
    children += uncertainty(of: point)
    children += comments(on: point).map { .text(.contains, Concept.comment, $0) }
    return .container(Concept.measurementGroup, template: "1410", children)
  }

  /// TID 1410: a chamber's outline, a closed polyline.
  func outlineGroups() -> [ContentItem] {
    guard let contours = measurement.contours else { return [] }
    return [
      outlineGroup("Left ventricle", .ventricle, contours.ventricle),
      outlineGroup("Left atrium", .atrium, contours.atrium),
    ].compactMap { $0 }
  }

  private func outlineGroup(_ name: String, _ segment: ChamberSegment, _ line: [Point]) -> ContentItem? {
    guard line.count >= 3 else { return nil }
    let site = segment.property
    var children = MeasurementReportTree.tracking("\(name) outline, \(place)", uid("outline", name))
    children.append(.code(.contains, Concept.finding, site))
    children += MeasurementReportTree.algorithm(of: report, clips: [clip])
    children.append(.code(.hasConceptModifier, Concept.findingSite, site))
    children += circumstances
    children.append(.points(.contains, Concept.imageRegion, line + line.prefix(1), of: image))
    children += illustration + frame(of: segment)
    if measurement.review { children.append(.text(.contains, Concept.comment, reviewText)) }
    return .container(Concept.measurementGroup, template: "1410", children)
  }

  /// The frame of the overlay cine that shows what is meant.
  private var illustration: [ContentItem] {
    guard let overlay = objects?.overlay else { return [] }
    let frame = ContentItem.Image(
      sopClassUID: overlay.sopClassUID, sopInstanceUID: overlay.sopInstanceUID, frames: [measurement.frame])
    return [ContentItem(relation: .contains, name: Concept.illustration, value: .image(frame))]
  }

  /// The frame of the segmentation object that the outline is the border of.
  private func frame(of segment: ChamberSegment) -> [ContentItem] {
    guard let frame = objects?.segmentation?.image(of: segment, frame: measurement.frame) else { return [] }
    return [ContentItem(relation: .contains, name: Concept.sourceOfMeasurement, value: .image(frame))]
  }

  /// TID 1501: the diameter, where it is in millimetres, or that it is withheld. The line is in the group as
  /// well as under the number (TID 320 both): some viewers look for it in one place only.
  func diameterGroup() -> ContentItem? {
    guard let diameter = measurement.annulusDiameterMillimetres, clip.spacing != nil,
      measurement.hingePoints.count == 2
    else { return nil }
    let line = measurement.hingePoints.map(\.point)
    var children = MeasurementReportTree.tracking("Mitral annulus diameter, \(place)", uid("diameter"))
    children.append(.code(.contains, Concept.finding, Concept.mitralAnnulus))
    children += MeasurementReportTree.algorithm(of: report, clips: [clip])
    children.append(.code(.hasConceptModifier, Concept.findingSite, Concept.mitralAnnulus))
    if let withheld = measurement.withheld { return withheldGroup(children, because: withheld) }
    children.append(.points(.contains, Concept.sourceOfMeasurement, line, of: image))
    children.append(
      .number(
        .contains, diameterConcept, diameter, decimals: 2, unit: Concept.unit("mm"),
        modifiers + [.points(.inferredFrom, Concept.path, line, of: image)]))
    if let confidence = measurement.confidence {
      children.append(
        .number(
          .contains, Concept.certainty, confidence * 100, decimals: 1, unit: Concept.unit("%"),
          [.points(.inferredFrom, Concept.path, line, of: image)]))
    }
    if measurement.review { children.append(.text(.contains, Concept.comment, reviewText)) }
    return .container(Concept.measurementGroup, template: "1501", children)
  }

  /// A number that is not trusted is a qualitative finding: it was looked for and is indeterminate. Its points are
  /// there one by one, for viewers that fail at a group without coordinates.
  private func withheldGroup(_ start: [ContentItem], because reason: ReasonCode) -> ContentItem {
    let children =
      start + [
        .code(.contains, diameterConcept, Concept.valueIndeterminate, modifiers),
        .text(.contains, Concept.comment, "Withheld. \(ReasonText.sentence(reason))"),
      ] + measurement.separatePoints(of: source)
      + (measurement.review ? [.text(.contains, Concept.comment, reviewText)] : [])
    return .container(Concept.measurementGroup, template: "1501", children)
  }

  private var diameterConcept: CodedConcept { MeasureConcept.diameter(clip.view.code, measurement.phase) }

  private var modifiers: [ContentItem] {
    circumstances + [.code(.hasConceptModifier, Concept.findingSite, Concept.mitralAnnulus)]
  }

  /// Cycle point, image mode and, where it is established, the view.
  private var circumstances: [ContentItem] {
    let always: [ContentItem] = [
      .code(.hasConceptModifier, Concept.cyclePoint, measurement.phase.concept),
      .code(.hasConceptModifier, Concept.imageMode, Concept.mode2D),
    ]
    let view = clip.view.code.concept.map { ContentItem.code(.hasConceptModifier, Concept.imageView, $0) }
    return always + [view].compactMap { $0 }
  }

  /// The 15 to 85 percentile range of the expected error, across and down, as in TID 310.
  private func uncertainty(of point: PhaseMeasurement.HingePoint) -> [ContentItem] {
    guard clip.spacing != nil, let error = point.errorMillimetres else { return [] }
    return [(Concept.horizontal, error.x), (Concept.vertical, error.y)].flatMap { direction, range in
      guard range.count == 2 else { return [ContentItem]() }
      let modifier = ContentItem.code(.hasConceptModifier, Concept.topographicalModifier, direction)
      return [(Concept.lowerUncertainty, range[0]), (Concept.upperUncertainty, range[1])].map {
        .number(.contains, $0, $1, decimals: 2, unit: Concept.unit("mm"), [modifier])
      }
    }
  }

  private var place: String { "\(measurement.phase.rawValue), frame \(measurement.frame + 1)" }

  private func uid(_ what: String, _ side: String = "") -> String {
    uids.uid(
      "tracking", clip.sopInstanceUID, measurement.phase.rawValue, String(measurement.frame), what, side)
  }

  private func comments(on point: PhaseMeasurement.HingePoint) -> [String] {
    var comments = PersonObserver.comments(on: measurement, of: clip)
    if clip.spacing != nil, let error = point.errorMillimetres, error.x.count == 2, error.y.count == 2 {
      comments.append(
        "Expected error (15 to 85 percentile, prediction minus truth): x \(range(error.x)), y \(range(error.y))."
      )
    }
    if let withheld = measurement.withheld {
      comments.append("The diameter of this frame is withheld. \(ReasonText.sentence(withheld))")
    }
    if measurement.review { comments.append(reviewText) }
    return comments
  }

  private func range(_ ends: [Double]) -> String {
    "\(ContentItem.decimalString(ends[0], 1)) to \(ContentItem.decimalString(ends[1], 1)) mm"
  }

  private var reviewText: String { ReasonText.call(for: measurement.reviewReasons) }
}

extension PhaseMeasurement.HingePoint {
  /// What a person calls the point: its site where it is established, otherwise its side.
  package var name: String {
    let word = site?.rawValue ?? side.rawValue
    let anatomy = label.map { " (\($0.rawValue))" } ?? ""
    return word.prefix(1).uppercased() + word.dropFirst() + anatomy
  }

  fileprivate var findingSite: ContentItem {
    func annulus(_ modifier: CodedConcept) -> ContentItem {
      .code(
        .hasConceptModifier, Concept.findingSite, Concept.mitralAnnulus,
        [.code(.hasConceptModifier, Concept.topographicalModifier, modifier)])
    }
    return switch site {
    case .septal: .code(.hasConceptModifier, Concept.findingSite, Concept.septalAnnulus)
    case .lateral: .code(.hasConceptModifier, Concept.findingSite, Concept.lateralAnnulus)
    case .anterior: annulus(Concept.anterior)
    case .inferior: annulus(Concept.inferior)
    case nil: .code(.hasConceptModifier, Concept.findingSite, Concept.mitralAnnulus)
    }
  }
}
