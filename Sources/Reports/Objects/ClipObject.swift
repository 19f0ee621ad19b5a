import Clips
import Hinge
import Platform
import Study

/// What the objects made from one clip have in common: who and what they are of, and which work made them.
package struct ClipObject: Sendable {
  /// The clip, with what its header says.
  package var source: SourceClip
  package var header: ClipHeader
  package var clip: ClipReport
  package var model: StudyReport.Model
  package var software: StudyReport.Software
  /// Of the work on this clip alone, so that a study's next revision names the same object the same.
  var uids: DerivedUID
  /// Of the source, never the present.
  package var contentTime: UTCTime
  /// Size of the source's file, from which follows how far it is compressed; `nil` where it is not known.
  var sourceBytes: Int?

  package init(
    source: SourceClip, header: ClipHeader, clip: ClipReport, model: StudyReport.Model,
    software: StudyReport.Software, uids: DerivedUID, contentTime: UTCTime, sourceBytes: Int? = nil
  ) {
    self.source = source
    self.header = header
    self.clip = clip
    self.model = model
    self.software = software
    self.uids = uids
    self.contentTime = contentTime
    self.sourceBytes = sourceBytes
  }

  /// Modules Patient, General Study, General Series, Enhanced General Equipment and SOP Common (PS3.3 C.7, C.12).
  func commonAttributes(
    sopClassUID: String, modality: String, series: Int, description: String, kind: String
  ) -> DICOMAttributes {
    var attributes: DICOMAttributes = [
      "SOPClassUID": .text(sopClassUID), "SOPInstanceUID": .text(uids.uid(kind)),
      "Modality": .text(modality), "SeriesInstanceUID": .text(uids.uid(kind, "series")),
      "SeriesNumber": .integer(series), "InstanceNumber": "1", "SeriesDescription": .text(description),
      "SeriesDate": .text(contentTime.dicomDate), "SeriesTime": .text(contentTime.dicomTime),
      "ContentDate": .text(contentTime.dicomDate), "ContentTime": .text(contentTime.dicomTime),
      "BodyPartExamined": "HEART", "ImageLaterality": "U", "PatientOrientation": "",
      "Manufacturer": .text(StructuredReport.manufacturer), "ManufacturerModelName": .text(software.name),
      "DeviceSerialNumber": .text(DeviceObserver.serialNumber(software: software, model: model)),
      "SoftwareVersions": .text(software.version), "StudyInstanceUID": .text(source.studyInstanceUID),
    ]
    for keyword in SourceClip.copiedKeywords where !SourceClip.optionalKeywords.contains(keyword) {
      attributes[keyword] = .text(source.attributes[keyword] ?? "")
    }
    for keyword in SourceClip.optionalKeywords {
      attributes[keyword] = source.attributes[keyword].map { .text($0) }
    }
    return attributes
  }

  /// An item that names the source, or one frame of it (0-based).
  func reference(frame: Int?) -> DICOMAttributes {
    var item: DICOMAttributes = [
      "ReferencedSOPClassUID": .text(source.sopClassUID),
      "ReferencedSOPInstanceUID": .text(source.sopInstanceUID),
    ]
    if let frame { item["ReferencedFrameNumber"] = .integer(frame + 1) }
    return item
  }

  /// Common Instance Reference (PS3.3 C.12.2).
  var instanceReferences: DICOMAttributes {
    [
      "ReferencedSeriesSequence": .item([
        "SeriesInstanceUID": .text(source.seriesInstanceUID),
        "ReferencedInstanceSequence": .item(reference(frame: nil)),
      ])
    ]
  }

  /// Algorithm Identification (PS3.3 10.16).
  var algorithm: DICOMAttributes {
    [
      "AlgorithmFamilyCodeSequence": .code(Concept.artificialIntelligence),
      "AlgorithmName": .text(software.name), "AlgorithmVersion": .text(software.version),
      "AlgorithmSource": .text(StructuredReport.manufacturer),
      "AlgorithmParameters": .text("model=\(model.name) sha256=\(model.sha256)"),
    ]
  }
}
