/// How far readers looked at a result.
package enum ReviewState: String, Sendable, CaseIterable {
  /// No reader spoke of it.
  case unread
  /// A reader spoke of some of it, or did not say that it may stand.
  case partly
  /// Every number that is given rests on clips that a reader accepted.
  case accepted
}

extension StudyReport {
  /// `accepted` where of all clips that were measured each was accepted or rejected, and one at least accepted: a
  /// rejected clip gives no number.
  package var reviewState: ReviewState {
    guard clips.contains(where: { $0.reader != nil }) else { return .unread }
    let verdicts = clips.filter { !$0.measurements.isEmpty }.map { $0.reader?.verdict }
    return verdicts.contains(.accepted) && verdicts.allSatisfy { $0 != nil } ? .accepted : .partly
  }

  /// Of one of the study's measures: whether readers accepted every clip that it comes from.
  package func reviewState(of measurement: Measurement) -> ReviewState {
    let readers = measurement.from.map { uid in clip(uid)?.reader }
    if readers.allSatisfy({ $0 == nil }) { return .unread }
    return readers.allSatisfy { $0?.verdict == .accepted } ? .accepted : .partly
  }

  /// Readers whose words stand in the result, each once, in the order of their words; `nil` for one without a name.
  package var readers: [String?] { names { !$0.clips.allSatisfy(\.isEarlier) } }

  /// Readers by whose verdict clips are accepted, each once, with when the last of their words came.
  package var acceptingReaders: [(name: String?, time: String?)] {
    var readers: [(name: String?, time: String?)] = []
    for clip in clips {
      guard let reader = clip.reader, reader.verdict == .accepted else { continue }
      let words = (corrections ?? []).filter { correction in
        correction.reader == reader.verdictBy
          && correction.clips.contains { $0.said.sopInstanceUID == clip.sopInstanceUID && !$0.isEarlier }
      }
      let time = words.compactMap(\.time).max()
      if let place = readers.firstIndex(where: { $0.name == reader.verdictBy }) {
        readers[place].time = [readers[place].time, time].compactMap(\.self).max()
      } else {
        readers.append((reader.verdictBy, time))
      }
    }
    return readers
  }

  private func names(_ counts: (AppliedCorrection) -> Bool) -> [String?] {
    var names: [String?] = []
    for correction in corrections ?? [] where counts(correction) && !names.contains(correction.reader) {
      names.append(correction.reader)
    }
    return names
  }
}
