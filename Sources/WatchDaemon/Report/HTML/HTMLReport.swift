import Foundation

/// `index.html`: the study for a person, in one file without scripts or references to anything outside of it.
enum HTMLReport {
  /// PNG files of measured frames.
  struct Overlays: Sendable {
    private struct Key: Hashable {
      var clip: String
      var phase: CyclePhase
    }

    private var pictures: [Key: [UInt8]] = [:]

    subscript(clip: String, phase: CyclePhase) -> [UInt8]? {
      get { pictures[Key(clip: clip, phase: phase)] }
      set { pictures[Key(clip: clip, phase: phase)] = newValue }
    }
  }

  static func render(report: StudyReport, overlays: Overlays) -> String {
    let shown = report.clips.enumerated().filter { !$1.measurements.isEmpty || $1.status == .measured }
    let silent = report.clips.enumerated().filter { $1.measurements.isEmpty && $1.status != .measured }
    let page: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="robots" content="noindex">
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <title>Mitral annulus report</title>
      <style>
      \(HTMLStyle.sheet)
      </style>
      </head>
      <body>
      <main>
      <p class="notice" role="note">\(StructuredReport.disclaimer)</p>
      \(heading(report))
      \(summary(shown.map { ($0 + 1, $1) }))
      \(studyMeasurements(report))
      \(shown.isEmpty ? nil : "<h2>Measured clips</h2>")
      \(shown.map { HTMLClip(number: $0 + 1, clip: $1).card(overlays) })
      \(notMeasured(silent.map { ($0 + 1, $1) }))
      \(otherInputs(report))
      \(footer(report))
      </main>
      </body>
      </html>

      """
    return page.text
  }

  private static func heading(_ report: StudyReport) -> HTML {
    let revision: HTML? =
      report.study.revision > 1 ? "<div><dt>Revision</dt><dd>\(report.study.revision)</dd></div>" : nil
    let superseded: HTML? = report.study.supersedes.map {
      "<div><dt>Replaces</dt><dd class=\"uid\">\($0)</dd></div>"
    }
    let measured = report.clips.filter { $0.status == .measured }.count
    return """
      <h1>Mitral annulus report</h1>
      <p><span class="badge \(report.status.style)">\(report.status.rawValue)</span> \(report.status.sentence)</p>
      <dl class="facts">
      <div><dt>Study</dt><dd class="uid">\(report.study.uid)</dd></div>\(revision)\(superseded)
      <div><dt>Clips</dt><dd>\(measured) measured of \(report.clips.count)</dd></div>
      </dl>
      """
  }

  /// The diameters of the reference beats at a glance.
  private static func summary(_ clips: [(number: Int, clip: ClipReport)]) -> HTML? {
    guard !clips.isEmpty else { return nil }
    let rows: [HTML] = clips.map { number, clip in
      let cells: [HTML] = CyclePhase.allCases.map { phase in
        let diameter = clip.reference(phase).map { HTMLClip.diameter($0, in: clip) } ?? "–"
        return "<td class=\"number\">\(diameter)</td>"
      }
      let review = clip.measurements.contains(where: \.review) ? "to be reviewed" : ""
      return """
        <tr><th scope="row"><a href="#clip\(number)">Clip \(number)</a></th>\
        <td>\(clip.view.code.words ?? "view not established")</td>\(cells)<td>\(review)</td></tr>
        """
    }
    return """
      <h2>Annulus diameter</h2>
      <div class="card scroll"><table>
      <thead><tr><th scope="col">Clip</th><th scope="col">View</th><th scope="col">End diastole</th>\
      <th scope="col">End systole</th><th scope="col">Remark</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  private static func studyMeasurements(_ report: StudyReport) -> HTML? {
    guard !report.studyMeasurements.isEmpty else { return nil }
    let rows: [HTML] = report.studyMeasurements.map { measurement in
      let value: HTML =
        measurement.withheld.map { "withheld: \(ReasonText.sentence($0))" }
        ?? "<span class=\"value\">\(Decimal.text(measurement.value ?? 0, 1)) \(measurement.unit)</span>"
      let clips = measurement.from.map { uid in
        report.clips.firstIndex { $0.sopInstanceUID == uid }.map { "clip \($0 + 1)" } ?? uid
      }
      return """
        <tr><th scope="row">\(measurement.name)</th><td>\(value)</td>\
        <td>\(clips.joined(separator: ", "))</td></tr>
        """
    }
    return """
      <h2>Study measurements</h2>
      <div class="card scroll"><table>
      <thead><tr><th scope="col">Measure</th><th scope="col">Value</th><th scope="col">From</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  private static func notMeasured(_ clips: [(number: Int, clip: ClipReport)]) -> HTML? {
    guard !clips.isEmpty else { return nil }
    let rows: [HTML] = clips.map { number, clip in
      let sentence = clip.reason.map(ReasonText.sentence) ?? clip.detail ?? "No reason was given."
      let detail: HTML? = clip.detail.flatMap { $0 == sentence ? nil : "<p class=\"muted\">\($0)</p>" }
      let remedy: HTML? = clip.reason.flatMap(ReasonText.remedy).map { "<p>\($0)</p>" }
      return """
        <tr><th scope="row">\(number)<div class="uid muted">\(clip.file ?? clip.sopInstanceUID)</div></th>\
        <td><span class="badge \(clip.status.style)">\(clip.status.rawValue)</span></td>\
        <td>\(sentence)\(detail)\(remedy)</td><td class="number">\(clip.frames)</td></tr>
        """
    }
    return """
      <h2>Clips without a measurement</h2>
      <div class="card scroll"><table>
      <thead><tr><th scope="col">Clip</th><th scope="col">Status</th><th scope="col">Why</th>\
      <th scope="col">Frames</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  /// Files that became no clip of the report.
  private static func otherInputs(_ report: StudyReport) -> HTML? {
    let known = Set(report.clips.map(\.sopInstanceUID))
    let others = report.inputs.filter { input in input.sopInstanceUID.map { !known.contains($0) } ?? true }
    guard !others.isEmpty else { return nil }
    let rows: [HTML] = others.map { input in
      """
      <tr><th scope="row" class="uid">\(input.sopInstanceUID ?? "sha256 \(input.sha256.prefix(16))")</th>\
      <td>\(input.state.rawValue)</td><td>\(input.reason.map(ReasonText.sentence) ?? "")</td></tr>
      """
    }
    return """
      <h2>Other files</h2>
      <div class="card scroll"><table>
      <thead><tr><th scope="col">File</th><th scope="col">State</th><th scope="col">Why</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  private static func footer(_ report: StudyReport) -> HTML {
    """
    <footer class="muted">
    <h2>How this was made</h2>
    <p>\(report.software.name) \(report.software.version), model \(report.model.name) \
    (licence \(report.model.licence)), <span class="uid">sha256 \(report.model.sha256)</span>.</p>
    <p>Hinge points are where left ventricle and left atrium cease to touch on either side. x and y are pixels of \
    the stored frame, the centre of its top left pixel being 0, 0. Expected error is the 15 to 85 percentile of \
    prediction minus truth. Confidence is the estimated probability that both points lie within 5 mm of the \
    truth. Nobody has verified these numbers.</p>
    <p>\(StructuredReport.disclaimer)</p>
    </footer>
    """
  }
}

extension StudyReport.Status {
  fileprivate var sentence: String {
    switch self {
    case .completed: "Every suitable clip was looked at to its end."
    case .partial: "Some suitable clips could not be processed."
    case .ineligible: "No clip of this study can be measured."
    case .failed: "Nothing of this study could be processed."
    }
  }

  fileprivate var style: HTML {
    switch self {
    case .completed: "good"
    case .partial, .ineligible: "warn"
    case .failed: "bad"
    }
  }
}

extension ClipReport.Status {
  var style: HTML {
    switch self {
    case .measured: "good"
    case .indeterminate: "warn"
    case .excluded, .ignored: "muted"
    case .failed: "bad"
    }
  }
}
