import Platform
import Study

/// `report.pdf.dcm`: the printed report for archives, as an Encapsulated PDF (PS3.3 A.45.1).
package enum EncapsulatedPDF {
  package static let sopClassUID = "1.2.840.10008.5.1.4.1.1.104.1"
  private static let seriesNumber = 9906

  /// The bytes of the DICOM file.
  package static func encode(_ pdf: [UInt8], of study: StudyDocument) throws(DICOMHeader.Refusal) -> [UInt8] {
    let file = try DICOMHeader.encode(attributes(pdf, of: study), .explicitLittleEndian)
    return file.meta + file.dataSet
  }

  static func attributes(_ pdf: [UInt8], of study: StudyDocument) -> DICOMAttributes {
    let (report, time) = (study.report, study.contentTime)
    var attributes: DICOMAttributes = [
      "SOPClassUID": .text(sopClassUID), "SOPInstanceUID": .text(study.instanceUID("pdf")),
      "StudyInstanceUID": .text(report.study.uid),
      "SeriesInstanceUID": .text(study.uids.uid("pdf", "series")),
      "Modality": "DOC", "SeriesNumber": .integer(seriesNumber),
      "InstanceNumber": .integer(report.study.revision),
      "SeriesDescription": "Printed report (research use only, not for diagnosis)",
      "SeriesDate": .text(time.dicomDate), "SeriesTime": .text(time.dicomTime),
      "ContentDate": .text(time.dicomDate), "ContentTime": .text(time.dicomTime), "AcquisitionDateTime": "",
      "Manufacturer": .text(StructuredReport.manufacturer),
      "ManufacturerModelName": .text(report.software.name),
      "DeviceSerialNumber": .text(DeviceObserver.serialNumber(of: report)),
      "SoftwareVersions": .text(report.software.version), "ConversionType": "SYN",
      // It is made to be read by people, with the patient's name in it.
      "BurnedInAnnotation": "YES", "DocumentTitle": .text(PDFReport.title),
      "ConceptNameCodeSequence": .code(Concept.imagingMeasurementReport),
      "VerificationFlag": .text(study.verifications.isEmpty ? "UNVERIFIED" : "VERIFIED"),
      "SourceInstanceSequence": .items(
        study.sources.map { source in
          [
            "ReferencedSOPClassUID": .text(source.sopClassUID),
            "ReferencedSOPInstanceUID": .text(source.sopInstanceUID),
          ]
        }), "MIMETypeOfEncapsulatedDocument": "application/pdf",
      "EncapsulatedDocumentLength": .integer(pdf.count),
      // An element has an even length; the length of the document itself stands beside it.
      "EncapsulatedDocument": .bytes(pdf.count.isMultiple(of: 2) ? pdf : pdf + [0]),
    ]
    let stated = study.sources.first?.attributes ?? [:]
    for keyword in SourceClip.copiedKeywords where !SourceClip.optionalKeywords.contains(keyword) {
      attributes[keyword] = .text(stated[keyword] ?? "")
    }
    for keyword in SourceClip.optionalKeywords { attributes[keyword] = stated[keyword].map { .text($0) } }
    return attributes
  }
}
