import Hinge

/// Which clip of a view its measures are taken from, by what, and why there may be none.
package struct ViewChoice: Sendable, Equatable {
  /// Best first.
  package var clips: [ClipReport]
  /// What the best one has before the others; `nil` where it is the only one.
  package var chosenBy: ClipCriterion?
  /// Why a measure of the view is withheld: there is no clip, or the best one cannot be used.
  package var reason: ReasonCode?

  var best: ClipReport? { clips.first }
  package var others: [String] { clips.dropFirst().map(\.sopInstanceUID) }

  /// Others that give another annulus or another ventricle than the best one (`ClipAgreement`).
  var contradicting: [String] {
    guard let best else { return [] }
    return clips.dropFirst().filter { ClipAgreement.contradict(best, $0) }.map(\.sopInstanceUID)
  }

  /// The clips that show one of `views`.
  package init(_ clips: [ClipReport], views: Set<EchoView>) {
    let looked = clips.filter { $0.status == .measured || $0.status == .indeterminate }
    let showing = looked.filter { views.contains($0.view.code) }
    (self.clips, chosenBy) = Self.ranked(showing.filter { $0.reader?.verdict != .rejected })
    guard let best else {
      if !showing.isEmpty {
        reason = .rejectedByReader
        return
      }
      reason = looked.contains { $0.view.code == .apical } ? .viewNotEstablished : .noClipOfView
      return
    }
    if best.spacing == nil {
      reason = best.spacingReason ?? .noCalibration
    } else if best.beats.isEmpty {
      reason = best.reason ?? .noFullBeat
    } else if best.beats.allSatisfy({ $0.geometry == nil }) {
      reason = .earlierVersion
    }
  }

  /// The clips, best first, and what the first was chosen by.
  private static func ranked(_ clips: [ClipReport]) -> ([ClipReport], ClipCriterion?) {
    var rest = clips.sorted { $0.sopInstanceUID < $1.sopInstanceUID }
    var (order, reason): ([ClipReport], ClipCriterion?) = ([], nil)
    while !rest.isEmpty {
      let (best, criterion) = choose(among: rest)
      if order.isEmpty { reason = criterion }
      order.append(rest.remove(at: best))
    }
    return (order, reason)
  }

  /// One criterion after the other leaves those that are as good as the best in it, until one clip is left.
  private static func choose(among clips: [ClipReport]) -> (index: Int, by: ClipCriterion?) {
    var left = Array(clips.indices)
    guard left.count > 1 else { return (0, nil) }
    for criterion in ClipCriterion.allCases {
      let worths = left.map { criterion.worth(of: clips[$0]) }
      let least = (worths.max() ?? 0) - criterion.tolerance(worths.max() ?? 0)
      left = zip(left, worths).filter { $1 >= least }.map(\.0)
      if left.count == 1 { return (left[0], criterion) }
    }
    return (left[0], .equal)
  }
}

extension ClipCriterion {
  /// Highest is best.
  fileprivate func worth(of clip: ClipReport) -> Double {
    let measured = clip.measurements.filter { $0.withheld == nil }
    return switch self {
    case .calibrated: clip.spacing == nil ? 0 : 1
    case .hasBeats: clip.beats.isEmpty ? 0 : 1
    case .read: clip.isRead ? 1 : 0
    case .trusted: Double(measured.count)
    case .statedView: clip.view.source.isStatement ? 1 : 0
    case .viewProbability: clip.view.probability ?? 1
    case .confidence: measured.compactMap(\.confidence).min() ?? 0
    case .length: clip.longestVentricle ?? 0
    case .beats: Double(clip.beats.count)
    case .reviews: -Double(clip.measurements.flatMap(\.reviewReasons).count)
    case .frameRate: -(clip.frameTimeMilliseconds ?? .greatestFiniteMagnitude)
    case .equal: 0
    }
  }

  /// How much less than the best counts as equal to it. A hundredth of probability or of confidence says less than a
  /// foreshortened ventricle, and two lengths within 5 % may be of one plane.
  fileprivate func tolerance(_ best: Double) -> Double {
    switch self {
    case .viewProbability: 0.05
    case .confidence: 0.1
    case .length: 0.05 * best
    default: 0
    }
  }
}

extension ClipReport {
  /// A reader accepted the clip, or set points of it.
  var isRead: Bool { reader?.verdict == .accepted || measurements.contains { $0.source == .reader } }

  /// Millimetres, at end diastole of the beats; `nil` where no beat gave one.
  var longestVentricle: Double? {
    beats.compactMap { $0.geometry?.endDiastole.ventricle?.length }.max()
  }
}

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
    // What a reader set is what is measured.
    if four.isRead == true || two.isRead == true { return }
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
