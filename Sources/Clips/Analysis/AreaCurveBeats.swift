import Hinge

/// Beats from the area curve alone: its maxima and minima that stand out, in turn.
struct AreaCurveBeats {
  private(set) var found: [FoundBeat] = []

  /// A heart rate keeps a wave within diastole from counting as a beat: it decides where the rhythm is uneven without
  /// it and as it says with it. A curve that beats evenly outranks it.
  init(_ curve: AreaCurve, heartRate: Double?) {
    self.init(curve, shortest: BeatSelection.beatLengths.lowerBound)
    guard let length = BeatSelection.beatLength(heartRate: heartRate) else { return }
    let hinted = Self(curve, shortest: max(BeatSelection.beatLengths.lowerBound, 0.6 * length))
    guard hinted.found.count < found.count, !hasEvenRhythm(curve),
      let typical = Percentiles.median(hinted.lengths(curve)),
      BeatSelection.heartRateAgreement.contains(length / typical)
    else { return }
    found = hinted.found
  }

  /// Milliseconds from each end systole to the next.
  private func lengths(_ curve: AreaCurve) -> [Double] {
    zip(found, found.dropFirst()).map { curve.times[$1.endSystole] - curve.times[$0.endSystole] }
  }

  private func hasEvenRhythm(_ curve: AreaCurve) -> Bool {
    let lengths = lengths(curve)
    guard let shortest = lengths.min(), let longest = lengths.max() else { return true }
    return longest - shortest <= BeatSelection.evenRhythm * lengths.reduce(0, +) / Double(lengths.count)
  }

  /// - Parameter shortest: milliseconds from one end systole to the next.
  private init(_ curve: AreaCurve, shortest: Double) {
    guard curve.swing >= BeatSelection.smallestSwing * curve.middle,
      curve.swing >= BeatSelection.smallestSwingToNoise * curve.noise
    else { return }
    let systoles = Self.endSystoles(curve, apart: shortest)
    let diastoles = systoles.indices.map { i in
      Self.endDiastole(curve, before: systoles[i], after: i > 0 ? systoles[i - 1] : nil)
    }
    let typical = Percentiles.median(diastoles.compactMap { $0 }.filter { $0 > 0 }.map { curve.values[$0] })
    for (i, systole) in systoles.enumerated() {
      guard let diastole = diastoles[i],
        diastole > 0 || Self.isDiastole(curve, atEdge: 0, typical: typical),
        BeatSelection.systoles.contains(curve.times[systole] - curve.times[diastole])
      else { continue }
      let next = i + 1 < systoles.count ? diastoles[i + 1] : Self.last(curve, after: systole, typical)
      let length = next.map { curve.times[$0] - curve.times[diastole] }
      let whole = length.map(BeatSelection.beatLengths.contains) ?? false
      found.append(
        FoundBeat(
          endDiastole: diastole, endSystole: systole, nextEndDiastole: whole ? next : nil,
          source: .areaCurve))
    }
  }

  /// Minima between reversals of a good part of the swing, at least `apart` milliseconds from each other.
  private static func endSystoles(_ curve: AreaCurve, apart: Double) -> [Int] {
    let threshold = BeatSelection.reversal * curve.swing
    var minima: [Int] = []
    var high = 0
    var low = 0
    var falling = false
    for i in 0..<curve.count {
      if falling {
        if curve.values[i] < curve.values[low] { low = i }
        if curve.values[i] > curve.values[low] + threshold {
          minima.append(low)
          falling = false
          high = i
        }
      } else {
        if curve.values[i] > curve.values[high] { high = i }
        if curve.values[i] < curve.values[high] - threshold {
          falling = true
          low = i
        }
      }
    }
    if falling, curve.endsSystole(at: low, alone: minima.isEmpty) { minima.append(low) }
    return spread(minima, curve, apart: apart)
  }

  /// Of minima too near to each other, the lower.
  private static func spread(_ minima: [Int], _ curve: AreaCurve, apart: Double) -> [Int] {
    var kept: [Int] = []
    for minimum in minima {
      guard let last = kept.last, curve.times[minimum] - curve.times[last] < apart else {
        kept.append(minimum)
        continue
      }
      if curve.values[minimum] < curve.values[last] { kept[kept.count - 1] = minimum }
    }
    return kept
  }

  /// The last maximum before an end systole that comes near the largest area: the atrium's kick after diastasis.
  private static func endDiastole(_ curve: AreaCurve, before systole: Int, after previous: Int?) -> Int? {
    let latest = curve.times[systole] - BeatSelection.systoles.lowerBound
    let earliest = max(
      curve.times[systole] - BeatSelection.systoles.upperBound,
      previous.map { curve.times[$0] } ?? -.infinity)
    guard earliest <= latest else { return nil }
    let window = curve.frames(in: earliest...latest)
    guard let highest = window.max(by: { curve.values[$0] < curve.values[$1] }) else { return nil }
    let enough = curve.values[highest] - BeatSelection.nearMaximum * curve.swing
    return window.last { curve.values[$0] >= enough && curve.isMaximum(at: $0) } ?? highest
  }

  /// An end diastole that closes the last beat.
  private static func last(_ curve: AreaCurve, after systole: Int, _ typical: Double?) -> Int? {
    let rest = (systole + 1)..<curve.count
    guard let highest = rest.max(by: { curve.values[$0] < curve.values[$1] }) else { return nil }
    let needed = (typical ?? .infinity) - curve.edgeTolerance
    guard curve.values[highest] >= needed else { return nil }
    return highest
  }

  /// Whether the clip's first frame is an end diastole: as large as the other beats' or, without any, level.
  private static func isDiastole(_ curve: AreaCurve, atEdge frame: Int, typical: Double?) -> Bool {
    guard let typical else { return curve.isFlat(at: frame) }
    return curve.values[frame] >= typical - curve.edgeTolerance
  }
}

extension AreaCurve {
  /// How far below the other beats' end diastole the clip's first or last frame may lie to be one; those frames
  /// are not smoothed, so the noise counts whole.
  fileprivate var edgeTolerance: Double { BeatSelection.edgeTolerance * swing + noise }

  func isMaximum(at i: Int) -> Bool {
    (i == 0 || values[i] >= values[i - 1]) && (i == count - 1 || values[i] >= values[i + 1])
  }

  /// Whether the last minimum of a clip is an end systole though the ventricle has not filled again by then: it
  /// must have begun to or, in a clip that shows no other (`alone`), have come to rest.
  func endsSystole(at minimum: Int, alone: Bool) -> Bool {
    let after = values[minimum...].max() ?? 0
    if after >= values[minimum] + BeatSelection.beginningOfFilling * swing { return true }
    return alone && isFlat(at: count - 1)
  }

  /// Whether the curve is level at the clip's first or last frame, against the steepest that it gets.
  func isFlat(at edge: Int) -> Bool {
    guard count > 2 else { return false }
    let slopes = (1..<count).map { i -> Double in
      let rise = values[i] - values[i - 1]
      return abs(rise) / (times[i] - times[i - 1])
    }
    let here = edge == 0 ? slopes[0] : slopes[slopes.count - 1]
    return here <= BeatSelection.edgeFlatness * (slopes.max() ?? 0)
  }
}
