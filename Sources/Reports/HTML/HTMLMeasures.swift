import Platform
import Study

/// The study's measures on the page: the numbers with ranges and confidence, and how each comes about.
struct HTMLMeasures {
  let report: StudyReport
  /// What the files state of the patient.
  var patient = PatientFacts()

  func section() -> HTML? {
    guard !report.studyMeasurements.isEmpty else { return nil }
    return """
      <h2>Study measurements</h2>
      \(numbers)
      \(methods)
      """
  }

  private var reported: [StudyReport.Measurement] { report.reported }

  /// A model that nobody measured on such pictures states none.
  private var showsConfidence: Bool { reported.contains { $0.confidence != nil } }

  private var numbers: HTML? {
    guard !reported.isEmpty else { return "<p>None could be given.</p>" }
    return """
      <div class="card scroll" tabindex="0" role="region" aria-label="Numbers of the study"><table class="measures stack">
      <thead><tr><th scope="col">Measure</th><th scope="col">Value</th><th scope="col">Usual range</th>\
      \(showsConfidence ? "<th scope=\"col\">Confidence</th>" : nil)<th scope="col">From</th></tr></thead>
      <tbody>\(reported.map(row))</tbody></table></div>
      """
  }

  private func row(_ measure: StudyReport.Measurement) -> HTML {
    let confidence = measure.confidence.map(ConfidenceText.of) ?? "–"
    let certainty: HTML? =
      showsConfidence ? "<td class=\"number\" data-label=\"Confidence\">\(confidence)</td>" : nil
    let ranges: [HTML] = applicable(measure).map {
      "<span class=\"line\">\(range($0, measure.unit))</span>"
    }
    let note = remarks(measure).map {
      "<tr><td class=\"note\" colspan=\"\(showsConfidence ? 5 : 4)\">\($0)</td></tr>" as HTML
    }
    return """
      <tr\(note == nil ? nil : " class=\"noted\"" as HTML?)><th scope="row">\(measure.name)</th>\
      <td class="number"><span class="value">\(HTMLNumber.data(measure.value ?? 0, 1, measure.unit))</span></td>\
      <td\(ranges.isEmpty ? nil : " data-label=\"Usual\"" as HTML?)>\(ranges)\(abnormality(measure))</td>\(certainty)\
      <td>\(origins(of: [measure]))</td></tr>\(note)
      """
  }

  /// The clips that numbers come from, with the frames of their reference beats: links that lead there.
  func origins(of measures: [StudyReport.Measurement]) -> HTML {
    var clips: [String] = []
    for clip in measures.flatMap(\.from) where !clips.contains(clip) { clips.append(clip) }
    let phases = CyclePhase.allCases.filter { phase in
      measures.contains { $0.name.hasSuffix(" \(phase.rawValue)") }
    }
    let lines: [HTML] = clips.map { uid in
      guard let place = report.clips.firstIndex(where: { $0.sopInstanceUID == uid }) else {
        return "<span class=\"line uid\">\(uid)</span>"
      }
      let beat = report.clips[place].beats.first(where: \.reference)
      let frames: [HTML] = (phases.isEmpty ? CyclePhase.allCases : phases).compactMap { phase in
        let frame = phase == .endDiastole ? beat?.edFrame : beat?.esFrame
        return frame.map {
          " <a href=\"#clip\(place + 1)\" data-frame=\"\($0)\">\(phase.rawValue) frame \($0 + 1)</a>"
        }
      }
      return "<span class=\"line\"><a href=\"#clip\(place + 1)\">clip \(place + 1)</a>\(frames)</span>"
    }
    return "\(lines)"
  }

  /// The ranges that go for the patient.
  func applicable(_ measure: StudyReport.Measurement) -> [ReferenceRange] { measure.ranges(for: patient) }

  /// `above the usual range of women`; `nil` where a value lies within all of its ranges.
  func abnormality(_ measure: StudyReport.Measurement) -> HTML? {
    measure.deviation(for: patient).map { "<span class=\"warn\">\($0.words)</span>" }
  }

  func range(_ range: ReferenceRange, _ unit: String) -> HTML {
    "<span title=\"\(range.source)\">\(range.words) \(UnitText.of(unit))</span>"
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
      <details class="card"><summary>How these numbers come about</summary><div class="scroll" \
      tabindex="0" role="region" aria-label="Formulas and sources"><table>
      <thead><tr><th scope="col">Measure</th><th scope="col">Formula</th><th scope="col">Source</th></tr></thead>
      <tbody>\(rows)</tbody></table></div></details>
      """
  }
}

/// How probable it is that both hinge points lie within 5 mm of the truth, in a word and in per cent.
enum ConfidenceText {
  static func of(_ confidence: Double) -> String {
    let word = confidence >= 0.9 ? "high" : confidence >= 0.7 ? "moderate" : "low"
    return "\(word), \(Decimal.text(confidence * 100, 0)) %"
  }
}

/// Units as people write them.
package enum UnitText {
  package static func of(_ unit: String) -> String {
    switch unit {
    case "cm2": "cm²"
    case "mL/m2": "mL/m²"
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
