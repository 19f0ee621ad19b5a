import Study

/// Why something of a study has no number, and all that it took: measures, frames, clips or files.
struct WithheldCause {
  enum Item {
    case measures([String])
    case frame(clip: Int, PhaseMeasurement)
    /// Of which nothing was measured.
    case clip(number: Int, ClipReport)
    case file(StudyReport.Input)
  }

  var sentence: String
  var remedy: String?
  var items: [Item] = []

  /// Each cause once, in the order in which they are met.
  static func all(in report: StudyReport) -> [WithheldCause] {
    var (causes, places) = ([WithheldCause](), [String: Int]())
    func add(_ reason: ReasonCode?, _ detail: String?, _ item: Item) {
      let sentence = reason.map(ReasonText.sentence) ?? detail ?? "No reason was given."
      let place = places[sentence] ?? causes.count
      if places.updateValue(place, forKey: sentence) == nil {
        causes.append(WithheldCause(sentence: sentence, remedy: reason.flatMap(ReasonText.remedy)))
      }
      causes[place].items.append(item)
    }
    for (reason, names) in measures(of: report) { add(reason, nil, .measures(names)) }
    for (index, clip) in report.clips.enumerated() {
      for measurement in clip.measurements where measurement.withheld != nil {
        add(measurement.withheld, nil, .frame(clip: index + 1, measurement))
      }
      guard clip.measurements.isEmpty, clip.status != .measured else { continue }
      add(clip.reason, clip.detail, .clip(number: index + 1, clip))
    }
    for input in files(without: report) { add(input.reason, nil, .file(input)) }
    return causes
  }

  /// Names of measures by what took them, in the order of the report.
  private static func measures(of report: StudyReport) -> [(ReasonCode, [String])] {
    var groups: [(ReasonCode, [String])] = []
    for measure in report.studyMeasurements {
      guard let reason = measure.withheld else { continue }
      if let place = groups.firstIndex(where: { $0.0 == reason }) {
        groups[place].1.append(measure.name)
      } else {
        groups.append((reason, [measure.name]))
      }
    }
    return groups
  }

  /// Files that became no clip of the report, as far as they were not simply used.
  private static func files(without report: StudyReport) -> [StudyReport.Input] {
    let known = Set(report.clips.map(\.sopInstanceUID))
    return report.inputs.filter { input in input.sopInstanceUID.map { !known.contains($0) } ?? true }
  }
}
