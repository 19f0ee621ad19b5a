import Platform
import Study

/// `fhir.json`: the study's numbers as a FHIR R4B transaction, after HL7's mapping of TID 1500 (guide `dicom-sr`).
///
/// One DiagnosticReport, preliminary unless readers accepted the result, whom it names then; one Observation a number of the study, one a
/// diameter with its measurement group, and the Device that measured them. Patient, study and order are named by their
/// identifiers, since they exist elsewhere. What is withheld is absent. The guide's image regions need resources that
/// R4B does not have; the structured report has them, and the report names it.
package struct FHIRBundle {
  let study: StudyDocument

  package init(_ study: StudyDocument) { self.study = study }

  package func text() throws(JSONValue.NotFinite) -> String { try bundle.pretty() }

  var bundle: JSONValue {
    let observations = groups + measures
    return FHIR.object([
      ("resourceType", .string("Bundle")), ("type", .string("transaction")),
      ("entry", .array([device, report(of: observations)] + observations.flatMap(\.entries))),
    ])
  }

  /// An Observation of the report with those that it has as members.
  struct Observation {
    var uid: String
    var entries: [JSONValue]
  }

  private var attributes: [String: String] { study.sources.first?.attributes ?? [:] }
  private var deviceUID: String { DeviceObserver.uid(of: study.report.software) }

  // MARK: - What others keep

  private var subject: JSONValue {
    let identifier = attributes["PatientID"].map { id in
      FHIR.object([
        ("value", .string(id.trimmed)),
        ("assigner", attributes["IssuerOfPatientID"].map { FHIR.object([("display", .string($0.trimmed))]) }),
      ])
    }
    return FHIR.reference(to: "Patient", by: identifier, display: identifier == nil ? "Not stated" : nil)
  }

  private func imagingStudy(_ display: String? = nil) -> JSONValue {
    let type = FHIR.coding(CodedConcept("110180", "DCM", "Study Instance UID"))
    return FHIR.reference(
      to: "ImagingStudy", by: FHIR.identifier(study.report.study.uid, type: type), display: display)
  }

  private var order: JSONValue? {
    guard let number = attributes["AccessionNumber"]?.trimmed, !number.isEmpty else { return nil }
    let type = FHIR.coding(system: "http://terminology.hl7.org/CodeSystem/v2-0203", "ACSN", "Accession ID")
    let identifier = FHIR.object([
      ("type", FHIR.object([("coding", .array([type]))])), ("value", .string(number)),
    ])
    return .array([FHIR.reference(to: "ServiceRequest", by: identifier)])
  }

  // MARK: - Resources

  /// An entry that makes a resource, unless one of that identifier is there.
  private func entry(_ type: String, uid: String, _ members: [FHIR.Member]) -> JSONValue {
    FHIR.object([
      ("fullUrl", .string(FHIR.uuid(uid))),
      ("resource", FHIR.object([("resourceType", .string(type))] + members)),
      (
        "request",
        FHIR.object([
          ("method", .string("POST")), ("url", .string(type)),
          ("ifNoneExist", .string("identifier=\(FHIR.uidSystem)|\(FHIR.urn(uid))")),
        ])
      ),
    ])
  }

  private var device: JSONValue {
    let software = study.report.software
    let type = FHIR.coding(CodedConcept("121012", "DCM", "Device Observer UID"))
    let models = study.report.models(of: study.report.clips)
    let parameters = models.map { "model=\($0.name) sha256=\($0.sha256)" }
    return entry(
      "Device", uid: deviceUID,
      [
        ("identifier", .array([FHIR.identifier(deviceUID, type: type)])),
        ("manufacturer", .string(StructuredReport.manufacturer)),
        ("serialNumber", .string(DeviceObserver.serialNumber(of: study.report))),
        (
          "deviceName",
          .array([FHIR.object([("name", .string(software.name)), ("type", .string("model-name"))])])
        ),
        ("type", FHIR.concept(Concept.artificialIntelligence)),
        ("version", .array([FHIR.object([("value", .string(software.version))])])),
        (
          "property",
          .array([
            FHIR.object([
              ("type", FHIR.concept(Concept.algorithmParameters)),
              ("valueCode", .array(parameters.map { FHIR.concept(nil, text: $0) })),
            ])
          ])
        ),
      ])
  }

  private func report(of observations: [Observation]) -> JSONValue {
    let uid = study.instanceUID("report")
    let cardiac = FHIR.coding(
      system: "http://terminology.hl7.org/CodeSystem/v2-0074", "CUS", "Cardiac Ultrasound")
    return entry(
      "DiagnosticReport", uid: uid,
      [
        (
          "identifier",
          .array([FHIR.identifier(uid, type: (code: "sop-instance-uid", display: "SOP Instance UID"))])
        ),
        ("basedOn", order), ("status", status(study.report.reviewState)),
        ("category", .array([FHIR.object([("coding", .array([cardiac]))])])),
        ("code", FHIR.concept(Concept.imagingMeasurementReport)), ("subject", subject),
        ("effectiveDateTime", FHIR.date(attributes["StudyDate"])), ("_issued", FHIR.unknown),
        ("resultsInterpreter", interpreters),
        ("result", FHIR.list(observations.map { FHIR.reference(FHIR.uuid($0.uid)) })),
        ("imagingStudy", .array([imagingStudy()])), ("conclusion", .string(StructuredReport.disclaimer)),
      ])
  }

  /// What only a program said is preliminary; what a reader accepted is final.
  private func status(_ state: ReviewState) -> JSONValue {
    .string(state == .accepted ? "final" : "preliminary")
  }

  /// Who accepted the result, by name: no Practitioner is known here.
  private var interpreters: JSONValue? {
    guard study.report.reviewState == .accepted else { return nil }
    return FHIR.list(
      study.report.acceptingReaders.compactMap { ReviewWords.shown($0.name) }
        .map { FHIR.object([("display", .string($0))]) })
  }

  /// What every Observation has.
  private func observation(
    _ uid: String, code: JSONValue, tracking: String?, _ state: ReviewState, _ members: [FHIR.Member]
  ) -> JSONValue {
    let imaging = FHIR.coding(
      system: "http://terminology.hl7.org/CodeSystem/observation-category", "imaging", "Imaging")
    let isGroup = tracking == nil
    let common: [FHIR.Member] = [
      (
        "identifier",
        .array([FHIR.identifier(uid, type: (code: "observation-uid", display: "Observation UID"))])
      ),
      ("basedOn", order), ("partOf", .array([imagingStudy()])), ("status", status(state)),
      // The guide allows a group no category but its own, and that only where the code is another one.
      ("category", isGroup ? nil : .array([FHIR.object([("coding", .array([imaging]))])])),
      ("code", code), ("subject", subject),
      (
        "focus",
        tracking.map {
          .array([
            FHIR.reference(
              to: "BodyStructure",
              by: FHIR.identifier($0, type: (code: "tracking-uid", display: "Tracking UID")))
          ])
        }
      ),
      ("effectiveDateTime", FHIR.date(attributes["StudyDate"])), ("_issued", FHIR.unknown),
      ("device", FHIR.reference(FHIR.uuid(deviceUID))),
    ]
    return entry("Observation", uid: uid, common + members)
  }

  // MARK: - Numbers

  /// The numbers of the study (`MeasureTable`).
  private var measures: [Observation] {
    study.report.studyMeasurements.compactMap { measurement in
      guard measurement.withheld == nil, let value = measurement.value,
        let measure = MeasureTable.measure(named: measurement.name)
      else { return nil }
      let uid = study.uids.uid("observation", "study", measurement.name)
      let places = FHIRPlaces(measure.modifiers)
      let entry = observation(
        uid, code: FHIR.concept(measure.code, text: measure.name),
        tracking: study.uids.uid("tracking", "study", measurement.name),
        study.report.reviewState(of: measurement),
        [
          ("valueQuantity", FHIR.quantity(value, measure.unit)),
          ("note", note(measurement.reviewReasons)),
          ("bodySite", places.site), ("method", places.method),
          ("referenceRange", FHIR.list((measurement.range ?? []).map { $0.fhir(unit: measure.unit) })),
          ("derivedFrom", FHIR.list(measurement.from.map { imagingStudy("SOP instance \($0)") })),
          ("component", FHIR.list(places.components)),
        ])
      return Observation(uid: uid, entries: [entry])
    }
  }

  /// The diameters of the measured frames, each in its measurement group.
  private var groups: [Observation] {
    study.report.clips.flatMap { clip in clip.measurements.compactMap { diameter($0, of: clip) } }
  }

  private func diameter(_ measurement: PhaseMeasurement, of clip: ClipReport) -> Observation? {
    guard let value = measurement.annulusDiameterMillimetres, clip.spacing != nil,
      measurement.withheld == nil, measurement.hingePoints.count == 2
    else { return nil }
    let names = [clip.sopInstanceUID, measurement.phase.rawValue, String(measurement.frame)]
    let group = study.uids.uid("observation", names[0], names[1], names[2], "group")
    let number = study.uids.uid("observation", names[0], names[1], names[2], "diameter")
    let view = clip.view.code.concept.map { [Measure.Modifier(Concept.imageView, $0)] } ?? []
    let places = FHIRPlaces([.mitralAnnulus, .at(measurement.phase)] + view)
    let place = "Frame \(measurement.frame + 1) of SOP instance \(clip.sopInstanceUID)"
    let state: ReviewState = clip.reader?.verdict == .accepted ? .accepted : .unread
    let member = observation(
      number, code: FHIR.concept(MeasureConcept.diameter(clip.view.code, measurement.phase)),
      tracking: study.uids.uid("tracking", names[0], names[1], names[2], "diameter", ""), state,
      [
        ("valueQuantity", FHIR.quantity(value, "mm")),
        ("note", note(measurement.review ? measurement.reviewReasons : nil)), ("bodySite", places.site),
        ("derivedFrom", .array([imagingStudy(place)])), ("component", FHIR.list(places.components)),
      ])
    let parent = observation(
      group, code: FHIR.concept(Concept.measurementGroup), tracking: nil, state,
      [
        ("valueCodeableConcept", FHIR.concept(Concept.mitralAnnulus)), ("bodySite", places.site),
        ("hasMember", .array([FHIR.reference(FHIR.uuid(number))])),
        ("derivedFrom", .array([imagingStudy(place)])),
      ])
    return Observation(uid: group, entries: [parent, member])
  }

  /// What a reader is to know of a number before it is relied on.
  private func note(_ reasons: [String]?) -> JSONValue? {
    guard let reasons, !reasons.isEmpty else { return nil }
    return .array([FHIR.object([("text", .string(ReasonText.call(for: reasons)))])])
  }
}

/// Site and method of an Observation, and what has no place of its own there.
struct FHIRPlaces {
  private(set) var site: JSONValue?
  private(set) var method: JSONValue?
  private(set) var components: [JSONValue] = []

  init(_ modifiers: [Measure.Modifier]) {
    for modifier in modifiers {
      let value = FHIR.concept(modifier.valueCode)
      switch modifier.conceptCode {
      case Concept.findingSite: site = value
      case MeasureConcept.method: method = value
      default:
        components.append(
          FHIR.object([("code", FHIR.concept(modifier.conceptCode)), ("valueCodeableConcept", value)]))
      }
    }
  }
}

extension ReferenceRange {
  fileprivate func fhir(unit: String) -> JSONValue {
    FHIR.object([
      ("low", low.map { FHIR.quantity($0, unit) }), ("high", high.map { FHIR.quantity($0, unit) }),
      ("appliesTo", .array([FHIR.concept(nil, text: population.rawValue)])), ("text", .string(source)),
    ])
  }
}

extension String {
  /// Without the padding of DICOM's values.
  fileprivate var trimmed: String { split(separator: "\\").first.map { $0.trimmingPadding } ?? "" }
}

extension Substring {
  fileprivate var trimmingPadding: String {
    var text = self
    while let last = text.last, last == " " || last == "\0" { text.removeLast() }
    return String(text.drop { $0 == " " })
  }
}
