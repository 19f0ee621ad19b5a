import Platform
import Study

/// The one list of what has no number, by cause: what was found, what can be done, and all that it took, be it measures,
/// frames, clips or files.
struct HTMLWithheld {
  let report: StudyReport

  func section() -> HTML? {
    let causes = causes
    guard !causes.isEmpty else { return nil }
    let items: [HTML] = causes.map { cause in
      let lines: [HTML] = cause.items.map { "<li>\($0)</li>" }
      return """
        <div class="cause"><p><strong>\(cause.sentence)</strong>\(cause.remedy.map { " \($0)" })</p>\
        <ul class="muted">\(lines)</ul></div>
        """
    }
    return """
      <section class="card" aria-labelledby="withheld">
      <h2 id="withheld">Withheld, and why</h2>
      \(items)
      </section>
      """
  }

  private struct Cause {
    var sentence: String
    var remedy: String?
    var items: [HTML] = []
  }

  private var causes: [Cause] {
    var (causes, places) = ([Cause](), [String: Int]())
    func add(_ reason: ReasonCode?, _ detail: String?, _ item: HTML) {
      let sentence = reason.map(ReasonText.sentence) ?? detail ?? "No reason was given."
      let place = places[sentence] ?? causes.count
      if places.updateValue(place, forKey: sentence) == nil {
        causes.append(Cause(sentence: sentence, remedy: reason.flatMap(ReasonText.remedy)))
      }
      causes[place].items.append(item)
    }
    for (reason, names) in measures { add(reason, nil, "\(names.joined(separator: ", "))") }
    for (index, clip) in report.clips.enumerated() {
      for measurement in clip.measurements where measurement.withheld != nil {
        add(
          measurement.withheld, nil,
          """
          <a href="#clip\(index + 1)">clip \(index + 1)</a>, \(measurement.phase.words.lowercased()), frame \
          \(measurement.frame + 1)
          """)
      }
      guard clip.measurements.isEmpty, clip.status != .measured else { continue }
      add(clip.reason, clip.detail, silent(clip, number: index + 1))
    }
    for input in others { add(input.reason, nil, file(input)) }
    return causes
  }

  /// Names of measures by what took them, in the order of the report.
  private var measures: [(ReasonCode, [String])] {
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

  private func silent(_ clip: ClipReport, number: Int) -> HTML {
    let sentence = clip.reason.map(ReasonText.sentence)
    let detail: HTML? = clip.detail.flatMap { $0 == sentence || sentence == nil ? nil : " \($0)" }
    return """
      clip \(number), <span class="\(clip.status.style)">\(clip.status.rawValue)</span>, \
      \(clip.frames == 1 ? "1 frame" : "\(clip.frames) frames"): \
      <span class="uid">\(clip.file ?? clip.sopInstanceUID)</span>.\(detail)
      """
  }

  /// Files that became no clip of the report, as far as they were not simply used.
  private var others: [StudyReport.Input] {
    let known = Set(report.clips.map(\.sopInstanceUID))
    return report.inputs.filter { input in input.sopInstanceUID.map { !known.contains($0) } ?? true
    }
  }

  private func file(_ input: StudyReport.Input) -> HTML {
    """
    file <span class="uid">\(input.sopInstanceUID ?? "sha256 \(input.sha256.prefix(16))")</span>, \
    \(input.state.rawValue)
    """
  }
}
