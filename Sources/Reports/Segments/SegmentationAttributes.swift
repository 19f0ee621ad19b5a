import Study

/// The attributes of a Segmentation object (PS3.3 A.51) of an ultrasound cine, as a pure value.
///
/// Ultrasound has no frame of reference, so nothing says where the planes lie; each frame names the frame that it was
/// made from instead, and a segment's pixel covers the source's pixel of the same row and column.
struct SegmentationAttributes {
  let object: ClipObject
  /// Frames of the source that were segmented, 0-based, ascending.
  let frames: [Int]

  static let sopClassUID = "1.2.840.10008.5.1.4.1.1.66.4"
  private static let seriesNumber = 9902

  func attributes() -> DICOMAttributes {
    object.commonAttributes(
      sopClassUID: Self.sopClassUID, modality: "SEG", series: Self.seriesNumber,
      description: "Chamber segmentation (research use only, not for diagnosis)", kind: "seg")
      + image + segments + dimensions + object.instanceReferences + functionalGroups
  }

  /// Image Pixel, Multi-frame Functional Groups and Segmentation Image (PS3.3 C.8.20.2).
  private var image: DICOMAttributes {
    [
      "ImageType": "DERIVED\\PRIMARY", "SegmentationType": "BINARY", "ContentLabel": "CHAMBERS",
      "ContentDescription": .text(StructuredReport.disclaimer), "ContentCreatorName": "",
      "SamplesPerPixel": "1", "PhotometricInterpretation": "MONOCHROME2",
      "Rows": .integer(object.source.rows), "Columns": .integer(object.source.columns),
      "BitsAllocated": "1", "BitsStored": "1", "HighBit": "0", "PixelRepresentation": "0",
      "NumberOfFrames": .integer(frames.count * ChamberSegment.allCases.count),
      "LossyImageCompression": object.isSourceLossy ? "01" : "00",
      // What a lossy source lost is lost here as well.
    ] + LossyStep.attributes(of: object.sourceSteps)
  }

  private var segments: DICOMAttributes {
    let items = ChamberSegment.allCases.map { segment -> DICOMAttributes in
      [
        "SegmentNumber": .integer(segment.rawValue), "SegmentLabel": .text(segment.label),
        "SegmentAlgorithmType": "AUTOMATIC", "SegmentAlgorithmName": .text(object.software.name),
        "SegmentationAlgorithmIdentificationSequence": .item(object.algorithm),
        "SegmentedPropertyCategoryCodeSequence": .code(Concept.anatomicalStructure),
        "SegmentedPropertyTypeCodeSequence": .code(segment.property),
        "RecommendedDisplayCIELabValue": .text(segment.displayColour),
        "TrackingID": .text(segment.label),
        "TrackingUID": .text(object.trackingUID(of: segment)),
      ]
    }
    return ["SegmentSequence": .items(items)]
  }

  /// Frames are sorted by segment, then by time (PS3.3 C.7.6.17).
  private var dimensions: DICOMAttributes {
    let organization = object.uids.uid("seg", "dimensions")
    func index(_ pointer: String, _ group: String, _ label: String) -> DICOMAttributes {
      [
        "DimensionOrganizationUID": .text(organization), "DimensionIndexPointer": .text(pointer),
        "FunctionalGroupPointer": .text(group), "DimensionDescriptionLabel": .text(label),
      ]
    }
    return [
      "DimensionOrganizationSequence": .item(["DimensionOrganizationUID": .text(organization)]),
      "DimensionIndexSequence": .items([
        index("(0062,000b)", "(0062,000a)", "Segment"), index("(0020,9128)", "(0020,9111)", "Frame"),
      ]),
    ]
  }

  private var functionalGroups: DICOMAttributes {
    let items = ChamberSegment.allCases.flatMap { segment in
      frames.enumerated().map { frameGroups(segment, position: $0 + 1, frame: $1) }
    }
    return [
      "SharedFunctionalGroupsSequence": .item([:]), "PerFrameFunctionalGroupsSequence": .items(items),
    ]
  }

  /// Frame Content, Derivation Image and Segmentation (PS3.3 C.7.6.16).
  private func frameGroups(_ segment: ChamberSegment, position: Int, frame: Int) -> DICOMAttributes {
    let source =
      object.reference(frame: frame) + [
        "PurposeOfReferenceCodeSequence": .code(Concept.sourceForProcessing),
        "SpatialLocationsPreserved": "YES",
      ]
    return [
      "FrameContentSequence": .item([
        "DimensionIndexValues": .text("\(segment.rawValue)\\\(position)"),
        "TemporalPositionIndex": .integer(position),
      ]),
      "DerivationImageSequence": .item([
        "DerivationCodeSequence": .code(Concept.segmentation), "SourceImageSequence": .item(source),
      ]),
      "SegmentIdentificationSequence": .item(["ReferencedSegmentNumber": .integer(segment.rawValue)]),
    ]
  }
}
