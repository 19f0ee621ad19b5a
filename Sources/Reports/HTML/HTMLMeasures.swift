import Platform
import Study

/// The study's measures on the page: the numbers with ranges and confidence, what was withheld and why, and how
/// each comes about.
struct HTMLMeasures {
  let report: StudyReport

  func section() -> HTML? {
    guard !report.studyMeasurements.isEmpty else { return nil }
    return """
      <h2>Study measurements</h2>
      \(numbers)
      \(withheld)
      \(methods)
      """
  }

  private var reported: [StudyReport.Measurement] {
    report.studyMeasurements.filter { $0.withheld == nil && $0.value != nil }
  }

  /// A model that nobody measured on such pictures states none.
  private var showsConfidence: Bool { reported.contains { $0.confidence != nil } }

  private var numbers: HTML? {
    guard !reported.isEmpty else { return "<p>None could be given.</p>" }
    return """
      <div class="card scroll"><table class="measures">
      <thead><tr><th scope="col">Measure</th><th scope="col">Value</th><th scope="col">Usual range</th>\
      \(showsConfidence ? "<th scope=\"col\">Confidence</th>" : nil)<th scope="col">From</th></tr></thead>
      <tbody>\(reported.map(row))</tbody></table></div>
      """
  }

  private func row(_ measure: StudyReport.Measurement) -> HTML {
    let confidence = measure.confidence.map { "\(Decimal.text($0 * 100, 0)) %" } ?? "–"
    let certainty: HTML? = showsConfidence ? "<td class=\"number\">\(confidence)</td>" : nil
    let note = remarks(measure).map {
      "<tr><td class=\"note\" colspan=\"\(showsConfidence ? 5 : 4)\">\($0)</td></tr>" as HTML
    }
    return """
      <tr\(note == nil ? nil : " class=\"noted\"" as HTML?)><th scope="row">\(measure.name)</th>\
      <td class="number"><span class="value">\(HTMLNumber.data(measure.value ?? 0, 1, measure.unit))</span></td>\
      <td>\((measure.range ?? []).map { range($0, measure.unit) })</td>\(certainty)\
      <td class="number">\(measure.from.map(clipName).joined(separator: ", "))</td></tr>\(note)
      """
  }

  private func range(_ range: ReferenceRange, _ unit: String) -> HTML {
    func text(_ value: Double) -> String { Decimal.text(value, value == value.rounded() ? 0 : 1) }
    let bounds =
      switch (range.low, range.high) {
      case (let low?, let high?): "\(text(low)) to \(text(high))"
      case (nil, let high?): "up to \(text(high))"
      case (let low?, nil): "from \(text(low))"
      case (nil, nil): "–"
      }
    let who = range.population == .adults ? "" : "\(range.population.rawValue) "
    return "<span class=\"line\" title=\"\(range.source)\">\(who)\(bounds) \(UnitText.of(unit))</span>"
  }

  /// What there is to say of a measure beside its number, in a row of its own: a column would be too narrow on paper.
  private func remarks(_ measure: StudyReport.Measurement) -> String? {
    var parts: [String] = []
    if let reasons = measure.reviewReasons, !reasons.isEmpty {
      let call = Attention(reasons).words ?? "to be reviewed"
      // What goes for all numbers of a view is said once, at the head of the page.
      let words = reasons.map { code in
        code == ClipDoubt.viewFromPicture.rawValue ? "view" : ReasonText.words(review: code)
      }
      parts.append("\(call): \(words.joined(separator: "; "))")
    }
    if let beats = measure.beats, beats.count > 1 {
      parts.append("by beat: \(beats.map { $0.map { Decimal.text($0, 1) } ?? "–" }.joined(separator: ", "))")
    }
    if let others = measure.others, !others.isEmpty {
      parts.append("also of this view: \(others.map(clipName).joined(separator: ", "))")
      parts += zip(measure.from, measure.chosenBy ?? []).compactMap { clip, criterion in
        criterion.map { "\(clipName(clip)) chosen \($0.words)" }
      }
    }
    if let contradicting = measure.contradictedBy, !contradicting.isEmpty {
      parts.append("not so in \(contradicting.map(clipName).joined(separator: ", "))")
    }
    return parts.isEmpty ? nil : parts.joined(separator: " · ")
  }

  private func clipName(_ uid: String) -> String {
    report.clips.firstIndex { $0.sopInstanceUID == uid }.map { "clip \($0 + 1)" } ?? uid
  }

  /// Each reason once, with the measures that it took.
  private var withheld: HTML? {
    let without = report.studyMeasurements.filter { $0.withheld != nil }
    guard !without.isEmpty else { return nil }
    var reasons: [ReasonCode] = []
    for case let reason? in without.map(\.withheld) where !reasons.contains(reason) { reasons.append(reason) }
    let items: [HTML] = reasons.map { reason in
      let names = without.filter { $0.withheld == reason }.map(\.name).joined(separator: ", ")
      let remedy = ReasonText.remedy(reason).map { " \($0)" } ?? ""
      return "<li>\(ReasonText.sentence(reason))\(remedy)<div class=\"muted\">\(names)</div></li>"
    }
    return """
      <div class="card"><h3>Withheld, and why</h3><ul>\(items)</ul></div>
      """
  }

  private var methods: HTML? {
    let rows: [HTML] = reported.compactMap { measure in
      guard let method = measure.method else { return nil }
      let entry = MeasureTable.measure(named: measure.name)
      let sources = [entry?.source].compactMap { $0 } + (measure.range ?? []).map { "range: \($0.source)" }
      var unique: [String] = []
      for source in sources where !unique.contains(source) { unique.append(source) }
      return """
        <tr><th scope="row">\(measure.name)</th><td>\(method)</td>\
        <td>\(unique.map { "<p>\($0)</p>" as HTML })</td></tr>
        """
    }
    guard !rows.isEmpty else { return nil }
    return """
      <details class="card"><summary>How these numbers come about</summary><div class="scroll"><table>
      <thead><tr><th scope="col">Measure</th><th scope="col">Formula</th><th scope="col">Source</th></tr></thead>
      <tbody>\(rows)</tbody></table></div></details>
      """
  }
}

/// Units as people write them.
package enum UnitText {
  package static func of(_ unit: String) -> String {
    switch unit {
    case "cm2": "cm²"
    case "{H.B.}/min": "beats/min"
    default: unit
    }
  }
}

/// A number that a person reads rounded and a program reads as `study.json` has it.
package enum HTMLNumber {
  package static func data(_ value: Double, _ decimals: Int, _ unit: String? = nil) -> HTML {
    let text = Decimal.text(value, decimals).replacing("-", with: "−")
    return "<data value=\"\(value.description)\">\(text)\(unit.map { " \(UnitText.of($0))" } ?? "")</data>"
  }
}
