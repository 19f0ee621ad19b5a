import Study

/// `echo.dcm`: the study's measures as a Simplified Echo Procedure Report (TID 5300), as echo reporting systems import
/// them.
///
/// What is withheld is absent. It is a Comprehensive SR: Simplified Adult Echo SR (PS3.3 A.35.16) asks for the offset
/// of the time zone, which no source states.
package enum EchoReport {
  private static let kind = StudyDocument.Kind(
    document: .comprehensive, name: "echo", seriesNumber: 9905,
    seriesDescription: "Echo measurements (research use only, not for diagnosis)")

  /// The bytes of the DICOM file; `nil` where the study has no number.
  package static func encode(_ study: StudyDocument) throws(StructuredReport.Failure) -> [UInt8]? {
    guard let root = root(study) else { return nil }
    let status = study.report.status
    return try study.encode(
      kind, root, evidence: study.sources.map(\.reference),
      complete: status != .partial && status != .failed)
  }

  static func root(_ study: StudyDocument) -> ContentItem? {
    var sections: [[ContentItem]] = [[], [], []]
    for measurement in study.report.studyMeasurements where measurement.withheld == nil {
      guard let value = measurement.value, let measure = MeasureTable.measure(named: measurement.name) else {
        continue
      }
      let echo = EchoMeasurement(measure: measure)
      let item = Item(study: study, measurement: measurement, echo: echo, value: value)
      sections[echo.form.section].append(item.content(echo.form))
    }
    let names = [EchoConcept.preCoordinated, EchoConcept.postCoordinated, EchoConcept.adhoc]
    let containers = zip(names, sections).filter { !$1.isEmpty }.map { ContentItem.container($0, $1) }
    guard !containers.isEmpty else { return nil }
    return .container(
      EchoConcept.report, template: "5300",
      DeviceObserver.context(of: study.report) + PersonObserver.context(of: study.report) + containers)
  }

  /// One number and what belongs to it.
  private struct Item {
    let study: StudyDocument
    let measurement: StudyReport.Measurement
    let echo: EchoMeasurement
    let value: Double

    func content(_ form: EchoMeasurement.Form) -> ContentItem {
      switch form {
      case .preCoordinated(let code): number(code, selection)
      case .postCoordinated(let property, let type):
        number(echo.code, echo.modifiers(property: property, type: type) + selection)
      case .adhoc(let property): number(property, [])
      }
    }

    private func number(_ name: CodedConcept, _ modifiers: [ContentItem]) -> ContentItem {
      .number(
        .contains, name, value, decimals: 2, unit: Concept.unit(echo.measure.unit),
        modifiers + [.text(.hasProperties, EchoConcept.shortLabel, echo.shortLabel)] + remark + images)
    }

    /// That it is the mean of several beats.
    private var selection: [ContentItem] {
      guard (measurement.beats ?? []).compactMap({ $0 }).count > 1 else { return [] }
      return [
        .code(.hasConceptModifier, EchoConcept.derivation, EchoConcept.mean),
        .code(.hasProperties, EchoConcept.selectionStatus, EchoConcept.meanChosen),
      ]
    }

    /// What a reader is to know of the number before it is relied on.
    private var remark: [ContentItem] {
      PersonObserver.sentences(on: measurement, of: study.report).map {
        .text(.hasProperties, Concept.comment, $0)
      }
    }

    /// The frames of the reference beat that it is taken from, by value: there is no image library here.
    private var images: [ContentItem] {
      measurement.from.compactMap { uid in
        guard let source = study.sources.first(where: { $0.sopInstanceUID == uid }) else { return nil }
        let measured = study.report.clips.first { $0.sopInstanceUID == uid }?.measurements ?? []
        let frames = measured.filter { echo.phase == nil || $0.phase == echo.phase }.map(\.frame)
        return ContentItem(
          relation: .inferredFrom, name: Concept.sourceOfMeasurement,
          value: .image(
            .init(
              sopClassUID: source.sopClassUID, sopInstanceUID: source.sopInstanceUID,
              frames: Set(frames).sorted())))
      }
    }
  }
}

extension EchoMeasurement.Form {
  fileprivate var section: Int {
    switch self {
    case .preCoordinated: 0
    case .postCoordinated: 1
    case .adhoc: 2
    }
  }
}
