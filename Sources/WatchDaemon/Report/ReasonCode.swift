/// Why a clip or a file has the status that it has. A closed list, which the JSON Schema repeats.
enum ReasonCode: String, Codable, Sendable, CaseIterable, Error {
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
  case notAFile = "not-a-file"
  case internalError = "internal-error"
  case noCalibration = "no-calibration"
  case regionOutsideImage = "region-outside-image"
  /// A stage of the work took longer than the configuration allows.
  case stageTimeout = "stage-timeout"
  /// The work was begun as often as the configuration allows and never ended.
  case gaveUp = "gave-up"
}
