import Hinge
import Study

extension ClipReport {
  /// Has such beats reviewed, and the measurements of the reference beat with it.
  mutating func reviewImplausibleBeats() {
    for index in beats.indices where !change(in: beats[index]).contradictions.isEmpty {
      beats[index].geometry?.endDiastole.reviewReasons.append(ReasonCode.implausible.rawValue)
      beats[index].geometry?.endSystole.reviewReasons.append(ReasonCode.implausible.rawValue)
      guard beats[index].reference else { continue }
      for measurement in measurements.indices {
        measurements[measurement].review = true
        measurements[measurement].reviewReasons.append(ReasonCode.implausible.rawValue)
      }
    }
  }

  /// From a beat's end diastole to its end systole. What was withheld is not known.
  private func change(in beat: Beat) -> SystolicChange {
    let diastole = beat.geometry?.endDiastole
    let systole = beat.geometry?.endSystole
    func ratio(_ value: (BeatGeometry.Frame) -> Double?) -> Double? {
      guard let before = diastole.flatMap(value), let after = systole.flatMap(value), before > 0 else {
        return nil
      }
      return after / before
    }
    return SystolicChange(
      ventricleRatio: ratio { $0.ventricle.map { MethodOfDiscs.volume($0.section) } },
      diameterRatio: ratio(\.diameter), displacement: displacement(at: beat))
  }

  /// Millimetres towards the apex at end systole, the mean of both hinge points.
  private func displacement(at beat: Beat) -> Double? {
    guard beat.geometry?.excursion != nil,
      let left = curves?.leftExcursionMillimetres?[beat.esFrame],
      let right = curves?.rightExcursionMillimetres?[beat.esFrame]
    else { return nil }
    return (left + right) / 2
  }
}
