import Foundation
import Study

/// `index.html`: the study for a person, in one file without references to anything outside of it. Its one script plays
/// the cines; without scripts everything else is there.
package enum HTMLReport {
  /// Pictures of measured frames, JPEG or PNG files.
  package struct Overlays: Sendable {
    private struct Key: Hashable {
      var clip: String
      var phase: CyclePhase
    }

    private var pictures: [Key: [UInt8]] = [:]

    package init() {}

    package subscript(clip: String, phase: CyclePhase) -> [UInt8]? {
      get { pictures[Key(clip: clip, phase: phase)] }
      set { pictures[Key(clip: clip, phase: phase)] = newValue }
    }
  }

  /// - Parameters:
  ///   - report: as the record has it (`StudyReport.recorded`).
  ///   - cines: by SOP Instance UID; a clip without one is shown by its pictures.
  package static func render(report: StudyReport, overlays: Overlays, cines: [String: Cine] = [:]) -> String {
    let shown = report.clips.enumerated().filter { !$1.measurements.isEmpty || $1.status == .measured }
    let silent = report.clips.enumerated().filter { $1.measurements.isEmpty && $1.status != .measured }
    let page: HTML = """
      \(HTMLStyle.head(title: "Mitral annulus report", allowing: "img-src data:; script-src \(HTMLScript.source)"))
      <body>
      <main>
      <p class="notice" role="note">\(StructuredReport.disclaimer)</p>
      \(heading(report))
      \(advice(report))
      \(summary(shown.map { ($0 + 1, $1) }))
      \(HTMLMeasures(report: report).section())
      \(shown.isEmpty ? nil : "<h2>Measured clips</h2>")
      \(shown.map { HTMLClip(number: $0 + 1, clip: $1).card(overlays, cines[$1.sopInstanceUID]) })
      \(notMeasured(silent.map { ($0 + 1, $1) }))
      \(otherInputs(report))
      \(howToRead)
      \(footer(report))
      </main>
      \(cines.isEmpty ? nil : HTMLScript.element)
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
      let review = clip.attention.words ?? ""
      return """
        <tr><th scope="row"><a href="#clip\(number)">Clip \(number)</a></th>\
        <td>\(clip.view.code.words)\(remark(on: clip.view))</td>\(cells)<td>\(review)</td></tr>
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

  /// What the words of the view leave open.
  private static func remark(on view: ClipReport.View) -> HTML? {
    view.isUnknown || view.source == .picture ? "<div class=\"muted\">\(view.text)</div>" : nil
  }

  /// What keeps numbers back or makes them rest on the picture alone, and what can be done.
  private static func advice(_ report: StudyReport) -> HTML {
    let sentences = [ViewAdvice.unknown(in: report.clips), ViewAdvice.fromPicture(in: report.clips)]
    let lines: [HTML] = sentences.compactMap { sentence in
      sentence.map { "<p class=\"warn\">\($0.prefix(1).uppercased() + $0.dropFirst()).</p>" }
    }
    return "\(lines)"
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

  private static let howToRead: HTML = """
    <section class="card" aria-labelledby="reading">
    <h2 id="reading">How to read this page</h2>
    <ul>
    <li>Hinge points are where left ventricle and left atrium cease to touch on either side; their distance is the \
    annulus diameter. x and y are pixels of the stored frame, the centre of its top left pixel being 0, 0.</li>
    <li>ED is end diastole, ES end systole. Excursion is how far a hinge point has moved towards the apex since ED.</li>
    <li>The expected error is the 15 to 85 percentile of prediction minus truth on the pictures that the model was \
    checked with. Confidence is the estimated probability that both points lie within 5 mm of the truth.</li>
    <li>A usual range is that of its source for healthy adults, not a limit for this patient. It is given for women \
    and men, since the patient's sex is not used.</li>
    <li>Which view a clip shows is said by the operator, a rule, a reader or the file. Where they are silent, the \
    picture is asked, and every number that rests on its word is to be confirmed; where it is not sure either, what \
    needs a view is withheld.</li>
    <li>What needs millimetres is given only where the file \
    states a pixel size that can be trusted. "Withheld" says that a number was not trusted, and why.</li>
    <li>In a cine, space plays and stops, the arrow keys go one frame on or back, D goes to end diastole, S to end \
    systole.</li>
    </ul>
    </section>
    """

  private static func named(_ model: StudyReport.Model) -> HTML {
    """
    <p>Model \(model.name) (licence \(model.licence)), <span class="uid">sha256 \(model.sha256)</span>.</p>
    """
  }

  private static func footer(_ report: StudyReport) -> HTML {
    """
    <footer class="muted">
    <h2>How this was made</h2>
    <p>\(report.software.name) \(report.software.version).</p>
    \(report.models(of: report.clips).map(named))
    <p>Nobody has verified these numbers.</p>
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

  package var style: HTML {
    switch self {
    case .completed: "good"
    case .partial, .ineligible: "warn"
    case .failed: "bad"
    }
  }
}

extension ClipReport.Status {
  package var style: HTML {
    switch self {
    case .measured: "good"
    case .indeterminate: "warn"
    case .excluded, .ignored: "muted"
    case .failed: "bad"
    }
  }
}
