import Platform
import Study

/// What a page says of a reader's word.
enum HTMLReader {
  /// On a clip as a whole.
  static func word(on clip: ClipReport) -> HTML? {
    guard let reader = clip.reader else { return nil }
    let who = reader.name.map { "Reader: \($0)." } ?? "A reader, without a name."
    let verdict = reader.verdict.map {
      $0 == .accepted ? " Accepted." : " Rejected: its numbers are withheld."
    }
    let view = clip.view.machine.map { " The view is the reader's; without it: \($0.code.words)." }
    let remark: HTML? = reader.remark.map { " <q>\($0)</q>" }
    return "<p class=\"read\">\(who)\(verdict ?? "")\(view ?? "")\(remark)</p>"
  }

  /// What the program had found where a reader's points stand.
  static func beside(_ measurement: PhaseMeasurement, in clip: ClipReport) -> HTML? {
    guard measurement.source == .reader else { return nil }
    guard let machine = measurement.machine else { return "The reader's points; the program found none." }
    let points = machine.hingePoints.map { "\(Decimal.text($0.x, 1)), \(Decimal.text($0.y, 1))" }
    let diameter =
      clip.spacing == nil
      ? machine.annulusDiameterPixels.map { "\(Decimal.text($0, 1)) px" }
      : machine.annulusDiameterMillimetres.map { "\(Decimal.text($0, 1)) mm" }
    return """
      The reader's points. The program's own: \(diameter ?? "no diameter"), frame \(machine.frame + 1), \
      \(points.joined(separator: " and ")).
      """
  }
}
