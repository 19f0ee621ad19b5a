/// Which view a clip shows, and who says so. Nothing is claimed that nobody established.
struct ViewEstablishment: Sendable, Equatable {
  var code: ClipReport.View.Code
  var source: ClipReport.View.Source

  /// View codes of CID 12226, SNOMED CT and the older SRT, PS3.16.
  private static let codes: [String: ClipReport.View.Code] = [
    "399214001": .a4c, "G-A19C": .a4c,
    "399232001": .a2c, "G-A19B": .a2c,
    "399339008": .other, "399371009": .other,
  ]

  /// Texts that departments write for the apical views, once case, blanks and punctuation are gone.
  private static let names: [String: ClipReport.View.Code] = [
    "a4c": .a4c, "ap4": .a4c, "ap4c": .a4c,
    "apical4c": .a4c, "apical4chamber": .a4c,
    "apicalfourchamber": .a4c, "4ch": .a4c, "4chamber": .a4c,
    "a2c": .a2c, "ap2": .a2c, "ap2c": .a2c,
    "apical2c": .a2c, "apical2chamber": .a2c,
    "apicaltwochamber": .a2c, "2ch": .a2c, "2chamber": .a2c,
    "a3c": .other, "ap3": .other, "ap3c": .other, "apical3chamber": .other, "aplax": .other,
    "apicallongaxis": .other, "a5c": .other, "ap5": .other, "apical5chamber": .other,
    "plax": .other, "psax": .other, "parasternallongaxis": .other, "parasternalshortaxis": .other,
    "subcostal": .other,
  ]

  /// The operator's word, else a configured rule's, else the file's own tags, else none.
  static func establish(
    operatorView: ClipReport.View.Code?, ruleView: ClipReport.View.Code?, header: ClipHeader
  ) -> ViewEstablishment {
    if let operatorView { return ViewEstablishment(code: operatorView, source: .operator) }
    if let ruleView { return ViewEstablishment(code: ruleView, source: .rule) }
    if let tagged = fromTags(header.texts) { return ViewEstablishment(code: tagged, source: .tag) }
    return ViewEstablishment(code: .unknown, source: .none)
  }

  private static func fromTags(_ texts: [String: String]) -> ClipReport.View.Code? {
    if let code = texts["ViewCodeSequence"], let view = codes[code] { return view }
    for keyword in ["ViewName", "SeriesDescription", "ImageComments"] {
      guard let text = texts[keyword] else { continue }
      let plain = String(
        text.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) })
      if let view = names[plain] { return view }
    }
    return nil
  }

  /// Site and label of a point by view and display side; `nil` where view or orientation is not established.
  ///
  /// A4C: left septal aMVL, right lateral pMVL. A2C: left inferior pMVL, right anterior aMVL. A mirrored display
  /// swaps them.
  static func anatomy(
    view: ClipReport.View, side: PhaseMeasurement.HingePoint.Side
  ) -> (label: PhaseMeasurement.HingePoint.Label, site: PhaseMeasurement.HingePoint.Site)? {
    let isLeft = (side == .left) != view.mirrored
    switch view.code {
    case .a4c: return isLeft ? (.aMVL, .septal) : (.pMVL, .lateral)
    case .a2c: return isLeft ? (.pMVL, .inferior) : (.aMVL, .anterior)
    case .apical, .other, .unknown: return nil
    }
  }
}
