import Platform
import Study

/// What a cardiologist wants first, at the head of the page: view, beats, annulus, excursion, ejection fraction and
/// volumes, each with what is usual, who says so, and the frames that it comes from.
struct HTMLSummary {
  let measures: HTMLMeasures

  private var report: StudyReport { measures.report }

  func section() -> HTML? {
    let measured = report.clips.filter { $0.status == .measured }
    guard !measured.isEmpty else { return nil }
    let tiles: [HTML] = [view(measured), beats(measured)] + GlanceNumber.all(of: report).map(tile)
    return
      "<section class=\"card\" aria-label=\"At a glance\"><dl class=\"glance\">\(tiles)</dl></section>"
  }

  private func view(_ clips: [ClipReport]) -> HTML {
    var (names, said) = ([String](), [String]())
    for view in clips.map(\.view) {
      let name = view.isUnknown ? "unknown" : view.code.rawValue
      if !names.contains(name) { names.append(name) }
      let words = view.isUnknown ? view.text : "\(view.code.rawValue) said by \(view.saidBy)"
      if !said.contains(words) { said.append(words) }
    }
    let lines: [HTML] = said.sorted().map { "<dd class=\"muted\">\($0)</dd>" }
    return
      "<div><dt>View</dt><dd class=\"value\">\(names.sorted().joined(separator: " + "))</dd>\(lines)</div>"
  }

  private func beats(_ clips: [ClipReport]) -> HTML {
    let count = clips.reduce(0) { $0 + $1.beats.count }
    let rate: HTML? = report.reported("Heart rate").map { rate in
      "<dd class=\"muted\">\(HTMLNumber.data(rate.value ?? 0, 0, rate.unit))</dd>"
    }
    return """
      <div><dt>Beats</dt><dd class="value">\(count)</dd>\
      <dd class="muted">in \(clips.count == 1 ? "1 clip" : "\(clips.count) clips")</dd>\(rate)</div>
      """
  }

  private func tile(_ number: GlanceNumber) -> HTML {
    guard let (kind, found) = number.found(in: report), let first = found.compactMap({ $0 }).first else {
      let why: HTML? =
        number.isKnown(to: report) ? "<dd><a href=\"#withheld\">withheld, and why</a></dd>" : nil
      return "<div><dt>\(number.title)</dt><dd class=\"value\">–</dd>\(why)</div>"
    }
    let values: [HTML] = found.enumerated().map { place, measure in
      let value = measure.map { HTMLNumber.data($0.value ?? 0, 1) } ?? "–"
      return place == 0 ? value : " / \(value)"
    }
    let notes: [HTML?] = found.flatMap { measure -> [HTML?] in
      guard let measure else { return [] }
      return [usual(measure), measures.abnormality(measure)]
    }
    let from = found.compactMap { $0 }
    let missing: HTML? =
      from.count < found.count ? "<dd><a href=\"#withheld\">one withheld, and why</a></dd>" : nil
    return """
      <div><dt>\(number.title)</dt><dd class="value">\(values) \(UnitText.of(first.unit))</dd>\
      <dd class="muted">\([kind, first.ofBeats].compactMap { $0 }.joined(separator: ", "))</dd>\
      \(notes.compactMap { $0 }.map { "<dd>\($0)</dd>" as HTML })\
      <dd>\(measures.origins(of: from))</dd>\(missing)\(call(from))</div>
      """
  }

  private func usual(_ measure: StudyReport.Measurement) -> HTML? {
    let ranges = measures.applicable(measure)
    guard !ranges.isEmpty else { return nil }
    let words: [HTML] = ranges.enumerated().map { place, range in
      "\(place == 0 ? nil : ", " as HTML)\(measures.range(range, measure.unit))"
    }
    return "<span class=\"muted\">usual \(words)</span>"
  }

  /// What a person is asked to do, or how far readers looked at the number: said of each.
  private func call(_ measures: [StudyReport.Measurement]) -> HTML {
    let call = Attention(measures.flatMap { $0.reviewReasons ?? [] }).words
    let states = measures.map(report.reviewState)
    let state: ReviewState =
      states.allSatisfy { $0 == .accepted }
      ? .accepted : states.contains { $0 != .unread } ? .partly : .unread
    let review: HTML = "<dd class=\"muted\">\(ReviewWords.words(state))</dd>"
    guard let call else { return review }
    return "<dd class=\"warn\">\(call)</dd>\(state == .unread ? nil : review)"
  }
}

extension ClipReport.View {
  /// `the picture, 98 %`.
  fileprivate var saidBy: String {
    source.words + (probability.map { ", \(Decimal.text($0 * 100, 0)) %" } ?? "")
  }
}
