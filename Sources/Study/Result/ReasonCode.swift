/// Why a clip or a file has the status that it has. The JSON Schema lists them.
package enum ReasonCode: String, Codable, Sendable, CaseIterable, Error {
  case notDICOM = "not-dicom"
  case notUltrasound = "not-ultrasound"
  case notAnImage = "not-an-image"
  case stillImage = "still-image"
  case colourDoppler = "colour-doppler"
  case spectralDoppler = "spectral-doppler"
  case mMode = "m-mode"
  case no2DRegion = "no-2d-region"
  case notApical = "not-apical"
  case noFullBeat = "no-full-beat"
  case noVentricle = "no-ventricle"
  case noAtrium = "no-atrium"
  case noContact = "no-contact"
  case atSectorEdge = "at-sector-edge"
  case lowConfidence = "low-confidence"
  case longContact = "long-contact"
  case atriumNotBelow = "atrium-not-below"
  case crossedPoints = "crossed-points"
  case unsupportedTransferSyntax = "unsupported-transfer-syntax"
  case unsupportedPixels = "unsupported-pixels"
  case truncated
  case corrupt
  case tooLarge = "too-large"
  case unreadable
  case decoderCrashed = "decoder-crashed"
  case decoderTimeout = "decoder-timeout"
  case invalidUID = "invalid-uid"
  case identityConflict = "identity-conflict"
  case uidConflict = "uid-conflict"
  case duplicate
  /// Another file of its instance, with the same pixels and another header, took its place.
  case superseded
  /// An object of this program that came back, from an archive for instance.
  case ownResult = "own-result"
  /// An archive that was taken apart: each file in it has an end of its own.
  case unpacked
  case archiveNotReadable = "archive-not-readable"
  case notAFile = "not-a-file"
  case internalError = "internal-error"
  case noCalibration = "no-calibration"
  case regionOutsideImage = "region-outside-image"
  /// The view that a measure needs was not established for any clip.
  case viewNotEstablished = "view-not-established"
  /// No clip shows the view that a measure needs.
  case noClipOfView = "no-clip-of-view"
  /// The chamber's lengths in two views do not go together.
  case lengthsDiffer = "lengths-differ"
  /// No attribute states a possible frame time, and the number needs it.
  case assumedFrameTime = "assumed-frame-time"
  case tooFewFrames = "too-few-frames"
  case implausible
  /// A number by body surface area, and no file states the patient's height and weight.
  case noBodySize = "no-body-size"
  /// The clip was measured by a version that did not know the measure.
  case earlierVersion = "earlier-version"
  /// A stage of the work took longer than the configuration allows.
  case stageTimeout = "stage-timeout"
  /// The work was begun as often as the configuration allows and never ended.
  case gaveUp = "gave-up"
  /// A reader said that the clip's numbers are not to be used.
  case rejectedByReader = "rejected-by-reader"
  /// The number needs the outlines of a frame that a reader chose, and only those of the program's frames are kept.
  case frameChosenByReader = "frame-chosen-by-reader"
  /// A file that a reader made to correct a result, and that cannot be applied.
  case correctionRefused = "correction-refused"
}
