import Study

/// `keys.dcm`: the measured frames as a Key Object Selection (PS3.3 A.35.4, TID 2010), for viewers that show key images
/// first.
package enum KeyObjects {
  private static let kind = StudyDocument.Kind(
    document: .keyObjects, name: "keys", seriesNumber: 9904,
    seriesDescription: "Measured frames (research use only, not for diagnosis)")

  /// The bytes of the DICOM file; `nil` where no frame was measured.
  package static func encode(_ study: StudyDocument) throws(StructuredReport.Failure) -> [UInt8]? {
    let images = measuredFrames(of: study)
    guard !images.isEmpty else { return nil }
    let chosen = Set(images.map(\.sopInstanceUID))
    return try study.encode(
      kind, root(images, study.report),
      evidence: study.sources.filter { chosen.contains($0.sopInstanceUID) }.map(\.reference), complete: false)
  }

  private static func measuredFrames(of study: StudyDocument) -> [ContentItem.Image] {
    study.report.clips.compactMap { clip in
      let source = study.sources.first { $0.sopInstanceUID == clip.sopInstanceUID }
      guard let source, !clip.measurements.isEmpty else { return nil }
      return .init(
        sopClassUID: source.sopClassUID, sopInstanceUID: source.sopInstanceUID,
        frames: Set(clip.measurements.map(\.frame)).sorted())
    }
  }

  static func root(_ images: [ContentItem.Image], _ report: StudyReport) -> ContentItem {
    let description = "End diastole and end systole of each measured clip. \(StructuredReport.disclaimer)"
    return .container(
      Concept.ofInterest, template: "2010",
      DeviceObserver.context(of: report) + [.text(.contains, Concept.keyObjectDescription, description)]
        + images.map { ContentItem(relation: .contains, value: .image($0)) })
  }
}
