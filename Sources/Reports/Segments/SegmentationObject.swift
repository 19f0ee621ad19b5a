import Clips
import Hinge
import Study

/// `<clip>.seg.dcm`: the chambers of the chosen frames as a DICOM Segmentation in the geometry of the stored frames.
///
/// BINARY, one segment an anatomy. Frames in which a segment is empty are written as well, since some viewers
/// count on them.
package enum SegmentationObject {
  /// Writes the object to a file of a staging folder.
  /// - Parameters:
  ///   - outlines: of each of the source's frames, in order.
  ///   - frames: those of the source that the object has.
  /// - Throws: `DICOMHeader.Refusal`, `PixelDataFile.TooLong`, `FileError`.
  package static func write(
    _ object: ClipObject, outlines: [FrameOutlines], frames: SegmentFrames,
    transfer: Configuration.SegmentTransfer = .explicit, to path: String
  ) throws {
    let attributes = SegmentationAttributes(object: object, frames: frames.frames).attributes()
    let isDeflated = transfer == .deflated
    let header = try DICOMHeader.encode(attributes, isDeflated ? .deflated : .explicitLittleEndian)
    let (rows, columns) = (object.source.rows, object.source.columns)
    let planes = frames.frames.count * ChamberSegment.allCases.count
    let count = BitFrames.count(frames: planes, rows: rows, columns: columns)
    try PixelDataFile.write(header: header, count: count, deflated: isDeflated, to: path) { write in
      var packing = BitFrames(rows: rows, columns: columns)
      for segment in ChamberSegment.allCases {
        for frame in frames.frames {
          let (inside, outside) = outlines[frame].pixels(of: segment, rows: rows, columns: columns)
          try write(packing.pack(inside: inside, outside: outside))
        }
      }
      try write(packing.tail)
    }
  }
}

extension FrameOutlines {
  /// The pixels of a segment, as those inside of one outline without those inside of others: segments do not
  /// overlap, and the ventricle has what two of them claim.
  package func pixels(
    of segment: ChamberSegment, rows: Int, columns: Int
  ) -> (inside: [PixelRun], outside: [PixelRun]) {
    func pixels(_ outline: Outline) -> [PixelRun] { outline.pixels(width: columns, height: rows) }
    switch segment {
    case .ventricle: return (pixels(ventricle), [])
    case .myocardium: return (pixels(heart), pixels(ventricle) + pixels(atrium))
    case .atrium: return (pixels(atrium), pixels(ventricle))
    }
  }
}
