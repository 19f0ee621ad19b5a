import Hinge

/// The beats of two clips that a biplane measure is taken from.
struct BeatPair: Sendable, Equatable {
  var fourChamber: ClipReport.Beat
  var twoChamber: ClipReport.Beat

  /// The reference beats. Where their ventricles' lengths at end diastole differ by more than goes together
  /// (`MethodOfDiscs.largestLengthDifference`), of the pairs of which each frame has a ventricle the one whose lengths
  /// differ least: one beat of a loop can be foreshortened, by breathing say, and another not.
  /// - Returns: `nil` where a clip has no reference beat.
  init?(_ fourChamber: ClipReport, _ twoChamber: ClipReport) {
    guard let four = fourChamber.beats.first(where: \.reference),
      let two = twoChamber.beats.first(where: \.reference)
    else { return nil }
    self.init(fourChamber: four, twoChamber: two)
    guard let difference, difference > MethodOfDiscs.largestLengthDifference else { return }
    let pairs = fourChamber.beats.flatMap { four in
      twoChamber.beats.map { BeatPair(fourChamber: four, twoChamber: $0) }
    }
    let whole = pairs.filter { $0.fourChamber.hasVentricles && $0.twoChamber.hasVentricles }
    if let best = whole.min(by: { ($0.difference ?? .infinity) < ($1.difference ?? .infinity) }) {
      self = best
    }
  }

  private init(fourChamber: ClipReport.Beat, twoChamber: ClipReport.Beat) {
    self.fourChamber = fourChamber
    self.twoChamber = twoChamber
  }

  /// Of the lengths at end diastole, as a share of the longer one; `nil` where one is missing.
  private var difference: Double? {
    let lengths = [fourChamber, twoChamber].compactMap { $0.geometry?.endDiastole.ventricle?.length }
    guard lengths.count == 2, let longer = lengths.max(), longer > 0 else { return nil }
    return abs(lengths[0] - lengths[1]) / longer
  }
}

extension ClipReport.Beat {
  fileprivate var hasVentricles: Bool {
    geometry?.endDiastole.ventricle != nil && geometry?.endSystole.ventricle != nil
  }
}
