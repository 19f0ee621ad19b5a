import Hinge

/// The beats of two clips that a biplane measure is taken from.
struct BeatPair: Sendable, Equatable {
  var fourChamber: ClipReport.Beat
  var twoChamber: ClipReport.Beat

  /// The reference beats. Where their chambers' lengths differ by more than goes together
  /// (`MethodOfDiscs.largestLengthDifference`), the ventricle's at end diastole or the atrium's at end systole, of the
  /// pairs in which the chamber was found the one whose lengths differ least: one beat of a loop can be foreshortened,
  /// by breathing say, and another not.
  /// - Returns: `nil` where a clip has no reference beat.
  init?(_ fourChamber: ClipReport, _ twoChamber: ClipReport, matching chamber: Measure.Chamber) {
    guard let four = fourChamber.beats.first(where: \.reference),
      let two = twoChamber.beats.first(where: \.reference)
    else { return nil }
    self.init(fourChamber: four, twoChamber: two)
    guard let difference = difference(chamber), difference > MethodOfDiscs.largestLengthDifference else {
      return
    }
    let pairs = fourChamber.beats.flatMap { four in
      twoChamber.beats.map { BeatPair(fourChamber: four, twoChamber: $0) }
    }
    let whole = pairs.filter { $0.fourChamber.shows(chamber) && $0.twoChamber.shows(chamber) }
    let differences = whole.map { $0.difference(chamber) ?? .infinity }
    if let best = zip(whole, differences).min(by: { $0.1 < $1.1 })?.0 { self = best }
  }

  private init(fourChamber: ClipReport.Beat, twoChamber: ClipReport.Beat) {
    self.fourChamber = fourChamber
    self.twoChamber = twoChamber
  }

  /// Of the chamber's lengths, as a share of the longer one; `nil` where one is missing.
  private func difference(_ chamber: Measure.Chamber) -> Double? {
    let lengths = [fourChamber, twoChamber].compactMap { $0.length(chamber) }
    guard lengths.count == 2, let longer = lengths.max(), longer > 0 else { return nil }
    return abs(lengths[0] - lengths[1]) / longer
  }
}

extension ClipReport.Beat {
  fileprivate func length(_ chamber: Measure.Chamber) -> Double? {
    chamber == .ventricle ? geometry?.endDiastole.ventricle?.length : geometry?.endSystole.atrium?.length
  }

  /// A volume of the ventricle is wanted at both ends of the ejection.
  fileprivate func shows(_ chamber: Measure.Chamber) -> Bool {
    length(chamber) != nil && (chamber == .atrium || geometry?.endSystole.ventricle != nil)
  }
}
