import Foundation
import Testing

@testable import Platform
@testable import Reports
@testable import Study

/// The documents beside the measurement report: echo report, key objects and FHIR.
@Suite struct StudyDocumentTests {
  /// Both views, so that nearly all measures have a value.
  private static var report: StudyReport {
    get throws {
      var report = SampleReport.study
      report.clips = [
        MeasureSamples.clip(.a4c, uid: SampleReport.measuredUID),
        MeasureSamples.clip(.a2c, uid: SampleReport.uncalibratedUID),
      ]
      report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
      return try report.recorded()
    }
  }

  private func document(_ report: StudyReport) -> StudyDocument {
    StudyDocument(
      report: report, sources: SampleReport.sources, uids: SampleReport.uids,
      contentTime: SampleReport.contentTime)
  }

  // MARK: - Echo report

  @Test func everyMeasureHasAPlaceInTheEchoReport() {
    let measures = MeasureTable.measures.map(EchoMeasurement.init)
    let labels = measures.map(\.shortLabel)
    #expect(labels.allSatisfy { (1...16).contains($0.utf8.count) }, "\(labels)")
    #expect(Set(labels).count == labels.count)
    #expect(Set(measures.map(\.code.value)).count == labels.count)
  }

  @Test(arguments: [
    (
      "LV volume biplane ED",
      EchoMeasurement.Form.preCoordinated(MeasureConcept.ventricleVolume(.endDiastole))
    ),
    (
      "Mitral annulus diameter A4C ES",
      .postCoordinated(property: Concept.diameter, type: EchoConcept.directlyMeasured)
    ),
    (
      "Mitral annulus fractional change A2C",
      .postCoordinated(property: Concept.diameter, type: EchoConcept.fractionalChange)
    ),
    ("MAPSE septal", .postCoordinated(property: MeasureConcept.excursion, type: EchoConcept.calculated)),
    ("MAPSE anterior", .adhoc(MeasureConcept.excursion)), ("Heart rate", .adhoc(MeasureConcept.heartRate)),
    (
      "LV sphericity index A4C ED",
      .adhoc(CodedConcept("LV-SI-A4C-ED", EchoMeasurement.scheme, "LV sphericity index A4C ED"))
    ),
  ])
  func putsAMeasureWhereItsCodeBelongs(name: String, form: EchoMeasurement.Form) throws {
    let measure = try #require(MeasureTable.measure(named: name))
    #expect(EchoMeasurement(measure: measure).form == form)
  }

  @Test func theEchoReportHasEveryNumberAndNoWithheldOne() throws {
    var report = try Self.report
    report.studyMeasurements[0].withheld = .atSectorEdge
    let numbers = try #require(EchoReport.root(document(report))).children.flatMap(\.children).compactMap {
      item -> String? in
      if case .number(let value, let unit) = item.value { "\(value) \(unit.value)" } else { nil }
    }
    let given = report.studyMeasurements.filter { measurement in
      let measure = MeasureTable.measure(named: measurement.name)
      return measurement.withheld == nil && measurement.value != nil
        && measure.flatMap { EchoMeasurement(measure: $0).form } != nil
    }
    #expect(given.count < report.studyMeasurements.count && given.count > 20)
    #expect(
      numbers.sorted()
        == given.map { "\(ContentItem.decimalString($0.value ?? 0, 2)) \($0.unit)" }.sorted())
  }

  @Test func thereIsNoEchoReportWithoutANumber() throws {
    var report = try Self.report
    report.studyMeasurements = []
    #expect(try EchoReport.encode(document(report)) == nil)
  }

  // MARK: - Key objects

  @Test func theKeyObjectsAreTheMeasuredFrames() throws {
    let frames = ContentItem.Image(
      sopClassUID: "1.2.840.10008.5.1.4.1.1.3.1", sopInstanceUID: SampleReport.measuredUID, frames: [12, 31])
    #expect(try KeyObjects.encode(document(SampleReport.study)) != nil)
    let images = KeyObjects.root([frames], SampleReport.study).children.map(\.value)
    #expect(images.last == .image(frames))
  }

  @Test func thereAreNoKeyObjectsWithoutAMeasuredFrame() throws {
    var report = SampleReport.study
    for clip in report.clips.indices { report.clips[clip].measurements = [] }
    #expect(try KeyObjects.encode(document(report)) == nil)
  }

  @Test(.enabled(if: Tool.isInstalled("dciodvfy"), "dciodvfy (Debian: dicom3tools) is not installed"))
  func othersFindTheDocumentsSound() throws {
    let study = document(try Self.report)
    let files = [try EchoReport.encode(study), try KeyObjects.encode(document(SampleReport.study))]
    try withTemporaryFolder { folder in
      for (index, bytes) in files.enumerated() {
        let path = "\(folder)/\(index).dcm"
        try Data(try #require(bytes)).write(to: URL(fileURLWithPath: path))
        let said = try Tool.output("dciodvfy", ["-new", path]).split(separator: "\n")
        let complaints = said.filter { $0.hasPrefix("Error") || $0.hasPrefix("Warning") }
        #expect(complaints.filter { !$0.contains("<\(EchoMeasurement.scheme)>") } == [])
        #expect(!(try Tool.output("dsrdump", [path])).contains("Error"))
      }
    }
  }

  // MARK: - FHIR

  /// What a reader of JSON makes of the bundle.
  private func resources(_ report: StudyReport) throws -> [String: [String: Any]] {
    let text = try FHIRBundle(document(report)).text()
    let bundle = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let entries = bundle?["entry"] as? [[String: Any]] ?? []
    return Dictionary(
      uniqueKeysWithValues: entries.compactMap { entry in
        guard let url = entry["fullUrl"] as? String, let resource = entry["resource"] as? [String: Any] else {
          return nil
        }
        return (url, resource)
      })
  }

  @Test func theBundleHasEveryNumberAndNoWithheldOne() throws {
    var report = try Self.report
    report.studyMeasurements[0].withheld = .atSectorEdge
    report.clips[0].measurements[0].withheld = .lowConfidence
    let values = try resources(report).values.compactMap { resource in
      (resource["valueQuantity"] as? [String: Any])?["value"] as? Double
    }
    let ofStudy = report.studyMeasurements.filter { $0.withheld == nil }.compactMap(\.value)
    let ofFrames = report.clips.flatMap(\.measurements).filter { $0.withheld == nil }
      .compactMap(\.annulusDiameterMillimetres)
    #expect(values.sorted() == (ofStudy + ofFrames).sorted() && !ofFrames.isEmpty)
  }

  @Test func referencesWithinTheBundleLeadSomewhere() throws {
    let resources = try resources(try Self.report)
    func references(_ value: Any) -> [String] {
      switch value {
      case let object as [String: Any]:
        [object["reference"] as? String].compactMap { $0 } + object.values.flatMap(references)
      case let list as [Any]: list.flatMap(references)
      default: []
      }
    }
    let named = resources.values.flatMap(references)
    #expect(named.count > 30)
    #expect(named.allSatisfy { resources[$0] != nil })
  }

  @Test func aReportIsPreliminaryAndNamesStudyAndOrder() throws {
    let reports = try resources(try Self.report).values.filter {
      $0["resourceType"] as? String == "DiagnosticReport"
    }
    let report = try #require(reports.first)
    #expect(reports.count == 1 && report["status"] as? String == "preliminary")
    let text = String(decoding: try JSONSerialization.data(withJSONObject: report), as: UTF8.self)
    #expect(text.contains("urn:oid:\(SampleReport.studyUID)") && text.contains("\"A1\""))
    #expect(report["effectiveDateTime"] as? String == "2025-01-02")
  }

  @Test(arguments: [
    ("2.25.0", "urn:uuid:00000000-0000-0000-0000-000000000000"),
    ("2.25.329800735698586629295641978511506172918", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
  ])
  func aDerivedUIDIsAUUID(uid: String, urn: String) { #expect(FHIR.uuid(uid) == urn) }

  @Test(
    arguments: [
      ("20250102", "2025-01-02"), ("2025", nil), ("", nil), ("2025010a", nil), (nil, nil),
    ] as [(String?, String?)])
  func aDateIsGivenWhereThereIsOne(dicom: String?, fhir: String?) {
    let text: String? = if case .string(let text) = FHIR.date(dicom) { text } else { nil }
    #expect(text == fhir)
  }
}
