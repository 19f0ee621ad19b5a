import Study

/// An object of the study that others refer to.
package struct ObjectReference: Sendable, Equatable {
  package var sopClassUID: String
  package var sopInstanceUID: String
  package var seriesInstanceUID: String

  package init(sopClassUID: String, sopInstanceUID: String, seriesInstanceUID: String) {
    self.sopClassUID = sopClassUID
    self.sopInstanceUID = sopInstanceUID
    self.seriesInstanceUID = seriesInstanceUID
  }
}

/// What was written of one clip, for the documents of its study to refer to.
package struct ClipObjects: Sendable {
  package struct Segmentation: Sendable {
    var object: ObjectReference
    var frames: SegmentFrames
    /// Tracking UIDs of the segments.
    var tracking: [ChamberSegment: String]
  }

  package var segmentation: Segmentation?
  package var overlay: ObjectReference?

  package init(segmentation: Segmentation? = nil, overlay: ObjectReference? = nil) {
    self.segmentation = segmentation
    self.overlay = overlay
  }

  var all: [ObjectReference] { [segmentation?.object, overlay].compactMap { $0 } }
}

extension ClipObjects.Segmentation {
  /// As `SegmentationObject` writes it.
  package init(of clip: ClipObject, frames: SegmentFrames) {
    object = clip.reference(to: "seg", SegmentationAttributes.sopClassUID)
    self.frames = frames
    tracking = .init(
      uniqueKeysWithValues: ChamberSegment.allCases.map { ($0, clip.trackingUID(of: $0)) })
  }

  /// A segment in all its frames.
  func image(of segment: ChamberSegment) -> ContentItem.Image {
    .init(sopClassUID: object.sopClassUID, sopInstanceUID: object.sopInstanceUID, segment: segment)
  }

  /// A segment in one frame of the source, 0-based; `nil` where the object has no such frame.
  func image(of segment: ChamberSegment, frame: Int) -> ContentItem.Image? {
    frames.index(of: frame, in: segment).map {
      .init(sopClassUID: object.sopClassUID, sopInstanceUID: object.sopInstanceUID, frames: [$0])
    }
  }
}

extension ClipObject {
  /// The object that this work writes under the name `kind`.
  package func reference(to kind: String, _ sopClassUID: String) -> ObjectReference {
    .init(
      sopClassUID: sopClassUID, sopInstanceUID: uids.uid(kind), seriesInstanceUID: uids.uid(kind, "series"))
  }

  /// Of the clip's segment, through all its frames.
  func trackingUID(of segment: ChamberSegment) -> String {
    uids.uid("seg", "segment", String(segment.rawValue))
  }
}

extension SourceClip {
  package var reference: ObjectReference {
    .init(
      sopClassUID: sopClassUID, sopInstanceUID: sopInstanceUID, seriesInstanceUID: seriesInstanceUID)
  }
}
