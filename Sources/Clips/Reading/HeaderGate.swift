import Study

/// What a clip's header says of whether there is anything to measure.
package enum GateDecision: Equatable, Sendable {
  /// Why not, and a sentence without patient data.
  case excluded(ReasonCode, String)
  /// The 2D pictures to look at: at least one, side by side from left to right.
  case eligible(regions: [ImageRegion])
}

/// Decides by the header alone. What only the pixels tell (colour under a region that is called tissue, the view)
/// is decided after decoding.
package enum HeaderGate {
  /// Fewer frames cannot show both end-diastole and end-systole, at whatever frame rate.
  static let minimumFrames = 5

  /// Ultrasound Multi-frame, Ultrasound, and both as they were before 1993 (PS3.6 Annex A).
  private static let ultrasoundClasses: Set = [
    "1.2.840.10008.5.1.4.1.1.3.1", "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.3",
    "1.2.840.10008.5.1.4.1.1.6",
  ]
  /// Secondary Capture and its multi-frame kinds.
  private static let secondaryCapture = "1.2.840.10008.5.1.4.1.1.7"

  package static func check(_ header: ClipHeader) -> GateDecision {
    guard header.hasPixelData else { return .excluded(.notAnImage, "The object has no pixels.") }
    guard isUltrasound(header) else {
      return .excluded(.notUltrasound, "Modality and SOP class are not those of an ultrasound picture.")
    }
    guard header.frames >= minimumFrames else {
      return .excluded(.stillImage, "It has \(header.frames) frames; a loop has \(minimumFrames) or more.")
    }
    return excludedMode(header) ?? regions(header)
  }

  /// The 2D pictures to look at.
  /// - Throws: `ClipStop` where there is nothing to measure.
  static func regions(of header: ClipHeader) throws(ClipStop) -> [ImageRegion] {
    switch check(header) {
    case .eligible(let regions): return regions
    case .excluded(let reason, let detail):
      throw ClipStop(status: reason == .notAnImage ? .ignored : .excluded, reason: reason, detail: detail)
    }
  }

  private static func isUltrasound(_ header: ClipHeader) -> Bool {
    guard let sopClass = header.sopClassUID else { return false }
    if ultrasoundClasses.contains(sopClass) { return header.modality ?? "US" == "US" }
    let isCapture = sopClass == secondaryCapture || sopClass.hasPrefix(secondaryCapture + ".")
    return isCapture && header.modality == "US"
  }

  /// A 2D picture beside a trace is its frozen or small reference.
  private static func excludedMode(_ header: ClipHeader) -> GateDecision? {
    let formats = Set(PixelCalibration.usable(header).map(\.spatialFormat))
    if formats.contains(ClipHeader.Region.spectral) {
      return .excluded(.spectralDoppler, "A region is a Doppler spectrum.")
    }
    if formats.contains(ClipHeader.Region.mMode) { return .excluded(.mMode, "A region is an M-mode trace.") }
    return nil
  }

  /// Colour excludes the pictures that it lies on, not the plain one beside it.
  private static func regions(_ header: ClipHeader) -> GateDecision {
    let colour = PixelCalibration.colourBoxes(of: header)
    let plain = PixelCalibration.regions(of: header).filter { region in
      !colour.contains { $0.intersects(region.box) }
    }
    if !plain.isEmpty { return .eligible(regions: plain) }
    return colour.isEmpty
      ? .excluded(.no2DRegion, "No region is a 2D picture of tissue.")
      : .excluded(.colourDoppler, "A region is a colour flow picture.")
  }
}
