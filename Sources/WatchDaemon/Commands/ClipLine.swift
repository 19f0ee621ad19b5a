import Platform
import Study

/// One clip's result as a line for a person.
enum ClipLine {
  static func text(_ clip: ClipReport) -> String {
    let name = clip.file ?? clip.sopInstanceUID
    switch clip.status {
    case .measured:
      let phases = clip.measurements.map(measurement).joined(separator: ", ")
      return "\(name): \(clip.view.text), \(Plural.of(clip.frames, "frame")), \(phases)"
    case .indeterminate, .excluded, .ignored, .failed:
      let reason = clip.reason.map { " (\($0.rawValue))" } ?? ""
      return "\(name): \(clip.status.rawValue)\(reason)" + (clip.detail.map { ": " + $0 } ?? "")
    }
  }

  private static func measurement(_ measurement: PhaseMeasurement) -> String {
    let frame = "\(measurement.phase.rawValue) frame \(measurement.frame)"
    if let withheld = measurement.withheld { return "\(frame) withheld (\(withheld.rawValue))" }
    if let millimetres = measurement.annulusDiameterMillimetres {
      return "\(frame) \(Decimal.text(millimetres, 1)) mm"
    }
    return frame + (measurement.annulusDiameterPixels.map { " \(Decimal.text($0, 1)) px" } ?? "")
  }
}
