import Study

/// The one list of what has no number, by cause: what was found, what can be done, and all that it took, be it measures,
/// frames, clips or files.
struct HTMLWithheld {
  let report: StudyReport
  /// SOP Instance UIDs of the clips that the page shows.
  let shown: Set<String>

  func section() -> HTML? {
    let causes = WithheldCause.all(in: report)
    guard !causes.isEmpty else { return nil }
    let items: [HTML] = causes.map { cause in
      let lines: [HTML] = cause.items.map { "<li>\(text($0))</li>" }
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

  private func text(_ item: WithheldCause.Item) -> HTML {
    switch item {
    case .measures(let names): "\(names.joined(separator: ", "))"
    case .frame(let number, let measurement):
      """
      <a href="#clip\(number)">clip \(number)</a>, \(measurement.phase.words.lowercased()), frame \
      \(measurement.frame + 1)
      """
    case .clip(let number, let clip): silent(clip, number: number)
    case .file(let input): file(input)
    }
  }

  private func silent(_ clip: ClipReport, number: Int) -> HTML {
    let sentence = clip.reason.map(ReasonText.sentence)
    let name: HTML =
      shown.contains(clip.sopInstanceUID) ? "<a href=\"#clip\(number)\">clip \(number)</a>" : "clip \(number)"
    let detail: HTML? = clip.detail.flatMap { $0 == sentence || sentence == nil ? nil : " \($0)" }
    return """
      \(name), <span class="\(clip.status.style)">\(clip.status.rawValue)</span>, \
      \(clip.frames == 1 ? "1 frame" : "\(clip.frames) frames"): \
      <span class="uid">\(clip.file ?? clip.sopInstanceUID)</span>.\(detail)
      """
  }

  private func file(_ input: StudyReport.Input) -> HTML {
    """
    file <span class="uid">\(input.sopInstanceUID ?? "sha256 \(input.sha256.prefix(16))")</span>, \
    \(input.state.rawValue)
    """
  }
}
