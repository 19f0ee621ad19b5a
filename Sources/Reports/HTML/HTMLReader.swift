import Platform
import Study

/// What a page says of a reader's word.
enum HTMLReader {
  /// On a clip as a whole.
  static func word(on clip: ClipReport) -> HTML? {
    guard let reader = clip.reader else { return nil }
    let who = reader.name.map { "Reader: \($0)." } ?? "A reader, without a name."
    func by(_ other: String?) -> String { other == reader.name ? "" : " by \(other ?? "another reader")" }
    let verdict = reader.verdict.map {
      $0 == .accepted
        ? " Accepted\(by(reader.verdictBy))." : " Rejected\(by(reader.verdictBy)): its numbers are withheld."
    }
    let view = clip.view.machine.map {
      " The view is the reader's\(by(reader.viewBy)); without it: \($0.code.words)."
    }
    let remark: HTML? = reader.remark.map { " <q>\($0)</q>" }
    return "<p class=\"read\">\(who)\(verdict ?? "")\(view ?? "")\(remark)</p>"
  }

  /// What the program had found where a reader's points stand.
  static func beside(_ measurement: PhaseMeasurement, in clip: ClipReport) -> HTML? {
    guard measurement.source == .reader else { return nil }
    let whose =
      measurement.reader.map { "Points of the reader \($0)" } ?? "The reader's points"
    guard let machine = measurement.machine else { return "\(whose); the program found none." }
    let points = machine.hingePoints.map { "\(Decimal.text($0.x, 1)), \(Decimal.text($0.y, 1))" }
    let diameter =
      clip.spacing == nil
      ? machine.annulusDiameterPixels.map { "\(Decimal.text($0, 1)) px" }
      : machine.annulusDiameterMillimetres.map { "\(Decimal.text($0, 1)) mm" }
    return """
      \(whose). The program's own: \(diameter ?? "no diameter"), frame \(machine.frame + 1), \
      \(points.joined(separator: " and ")).
      """
  }
}
