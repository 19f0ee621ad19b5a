import Clips
import Study

/// `<clip>.overlay.dcm`: the overlay cine as a Multi-frame True Color Secondary Capture (PS3.3 A.8.5), the one
/// object that every viewer shows.
package enum OverlayCineObject {
  package static let sopClassUID = "1.2.840.10008.5.1.4.1.1.7.4"
  private static let seriesNumber = 9903
  /// Not US, so that a copy that comes back to an inbox is not measured.
  private static let modality = "OT"

  /// Writes the object to a file of a staging folder.
  /// - Parameter frames: JPEG files of rows x columns pixels, in order.
  /// - Throws: `DICOMHeader.Refusal`, `PixelDataFile.TooLong`, `FileError`.
  package static func write(_ object: ClipObject, frames: [[UInt8]], to path: String) throws {
    let bytes = frames.map(\.count).reduce(0, +)
    let header = try DICOMHeader.encode(
      attributes(object, frames: frames.count, compressedBytes: bytes), .jpegBaseline)
    try PixelDataFile.write(header: header.meta + header.dataSet, encapsulated: frames, to: path)
  }

  package static func attributes(_ object: ClipObject, frames: Int, compressedBytes: Int) -> DICOMAttributes {
    let source = object.source
    let raw = Double(3 * frames * source.rows * source.columns)
    let step = LossyStep(
      ratio: ContentItem.decimalString(raw / Double(max(1, compressedBytes)), 2), method: LossyStep.jpeg)
    let image: DICOMAttributes = [
      "ConversionType": "WSD", "ImageType": "DERIVED\\SECONDARY",
      // Nobody has read what lies inside the sector.
      "BurnedInAnnotation": "YES", "SamplesPerPixel": "3",
      "PhotometricInterpretation": "YBR_FULL_422", "PlanarConfiguration": "0",
      "NumberOfFrames": .integer(frames), "Rows": .integer(source.rows), "Columns": .integer(source.columns),
      "BitsAllocated": "8", "BitsStored": "8", "HighBit": "7", "PixelRepresentation": "0",
      "LossyImageCompression": "01",
      "DerivationDescription": "Outlines and mitral hinge points drawn over the sector; the rest is black",
      "SourceImageSequence": .item(
        object.reference(frame: nil) + [
          "PurposeOfReferenceCodeSequence": .code(Concept.sourceForProcessing)
        ]),
    ]
    return object.commonAttributes(
      sopClassUID: sopClassUID, modality: modality, series: seriesNumber,
      description: "Mitral annulus overlay (research use only, not for diagnosis)", kind: "overlay")
      + image + LossyStep.attributes(of: object.sourceSteps + [step])
      + timing(of: object.header, frames: frames)
  }

  /// The source's Cine module (PS3.3 C.7.6.5). A clip that states no times has its frames numbered as pages.
  static func timing(of header: ClipHeader, frames: Int) -> DICOMAttributes {
    func joined(_ values: [Double]) -> DICOMAttributes.Value {
      .text(values.map { ContentItem.decimalString($0, 6) }.joined(separator: "\\"))
    }
    switch FrameTiming(header) {
    case .steps(let steps) where steps.count == frames - 1:
      let asStated =
        header.frameTimeVector.count == frames && Array(header.frameTimeVector.dropFirst()) == steps
      return [
        "FrameTimeVector": joined(asStated ? header.frameTimeVector : [0] + steps),
        "FrameIncrementPointer": .text(ClipHeader.FrameIncrement.frameTimeVector.rawValue),
      ]
    case .even(let time):
      return [
        "FrameTime": joined([time]),
        "FrameIncrementPointer": .text(ClipHeader.FrameIncrement.frameTime.rawValue),
      ]
    case .steps, .unknown:
      let pages = (1...max(1, frames)).map(String.init).joined(separator: "\\")
      return ["PageNumberVector": .text(pages), "FrameIncrementPointer": "(0018,2001)"]
    }
  }
}
