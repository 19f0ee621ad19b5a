import Study

/// Who says what is in a document: this program (PS3.16 TID 1204, TID 1002 with TID 1004).
enum DeviceObserver {
  static func context(of report: StudyReport) -> [ContentItem] {
    let software = report.software
    return [
      .code(.hasConceptModifier, Concept.language, Concept.english),
      .code(.hasObservationContext, Concept.observerType, Concept.device),
      .uid(.hasObservationContext, Concept.deviceUID, uid(of: software)),
      .text(.hasObservationContext, Concept.deviceName, software.name),
      .text(.hasObservationContext, Concept.deviceManufacturer, StructuredReport.manufacturer),
      .text(.hasObservationContext, Concept.deviceModel, software.name),
      .text(.hasObservationContext, Concept.deviceSerial, serialNumber(of: report)),
    ]
  }

  static func uid(of software: StudyReport.Software) -> String {
    DerivedUID.constant("device", software.name, software.version)
  }

  /// A program has no serial number: its version and model are what tells two of them apart.
  static func serialNumber(of report: StudyReport) -> String {
    serialNumber(software: report.software, model: report.model)
  }

  static func serialNumber(software: StudyReport.Software, model: StudyReport.Model) -> String {
    "\(software.version)-\(model.sha256.prefix(12))"
  }
}
