import Clips
import Hinge

/// `<clip>.seg.dcm`: the chambers of every frame as a DICOM Segmentation in the geometry of the stored frames.
///
/// BINARY, one segment an anatomy. Frames in which a segment is empty are written as well, since some viewers
/// count on them.
package enum SegmentationObject {
  /// Writes the object to a file of a staging folder.
  /// - Parameter outlines: of each of the source's frames, in order.
  /// - Throws: `DICOMHeader.Refusal`, `PixelDataFile.TooLong`, `FileError`.
  package static func write(_ object: ClipObject, outlines: [FrameOutlines], to path: String) throws {
    let attributes = SegmentationAttributes(object: object, frames: Array(outlines.indices)).attributes()
    let header = try DICOMHeader.encode(attributes, .explicitLittleEndian)
    let (rows, columns) = (object.source.rows, object.source.columns)
    let frames = outlines.count * ChamberSegment.allCases.count
    let count = BitFrames.count(frames: frames, rows: rows, columns: columns)
    try PixelDataFile.write(header: header, count: count, to: path) { write in
      var packing = BitFrames(rows: rows, columns: columns)
      for segment in ChamberSegment.allCases {
        for frame in outlines {
          let (inside, outside) = frame.pixels(of: segment, rows: rows, columns: columns)
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
