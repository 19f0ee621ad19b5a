import Foundation
import Study

/// `index.html`: the study for a person, in one file. Its one script plays the cines, and asks the outbox's index for
/// later results and other studies of the patient; without scripts everything else is there. Nothing else is loaded.
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
  ///   - patient: what the files state, by which ranges are chosen.
  package static func render(
    report: StudyReport, overlays: Overlays, cines: [String: Cine] = [:],
    patient: PatientFacts = .init()
  ) -> String {
    let shown = report.clips.enumerated().filter { $1.hasResult || cines[$1.sopInstanceUID] != nil }
    let measures = HTMLMeasures(report: report, patient: patient)
    let cards = Dictionary(
      shown.map { index, clip in
        let card = HTMLClip(number: index + 1, clip: clip).card(overlays, cines[clip.sopInstanceUID])
        return (clip.sopInstanceUID, card)
      }, uniquingKeysWith: { first, _ in first })
    let studies = HTMLStudies(report: report)
    let paired = pairedClips(report)
    func clips(withResult hasResult: Bool) -> [HTML] {
      shown.filter { $1.hasResult == hasResult && !paired.contains($1.sopInstanceUID) }
        .map { cards[$1.sopInstanceUID] ?? "" }
    }
    let others = clips(withResult: false)
    let page: HTML = """
      \(HTMLStyle.head(title: "Mitral annulus report", allowing: "img-src data:; script-src \(HTMLScript.source) 'self'"))
      <body>
      <main>
      <p class="notice" role="note">\(StructuredReport.disclaimer)</p>
      \(studies.later)
      \(heading(report))
      \(HTMLSummary(measures: measures).section())
      \(advice(report))
      \(studies.section())
      \(shown.contains { $1.hasResult } ? "<h2>Measured clips</h2>" : nil)
      \(pair(cards, report, cines))
      \(clips(withResult: true))
      \(others.isEmpty ? nil : "<h2>Clips without a measurement</h2>")
      \(others)
      \(cines.isEmpty ? nil : readerSection(report))
      \(measures.section())
      \(HTMLWithheld(report: report, shown: Set(cards.keys)).section())
      \(howToRead)
      \(footer(report))
      </main>
      \(HTMLScript.element)
      </body>
      </html>

      """
    return page.text
  }

  /// The clips of both views that biplane numbers come from, the four-chamber view first.
  private static func pairedClips(_ report: StudyReport) -> [String] {
    let both = report.studyMeasurements.first { $0.value != nil && Set($0.from).count == 2 }?.from ?? []
    return both.filter { uid in report.clips.contains { $0.sopInstanceUID == uid } }
  }

  /// Side by side, to be played beat over beat.
  private static func pair(_ cards: [String: HTML], _ report: StudyReport, _ cines: [String: Cine])
    -> HTML?
  {
    let clips = pairedClips(report)
    guard clips.count == 2 else { return clips.isEmpty ? nil : "\(clips.map { cards[$0] ?? "" })" }
    let player: HTML? =
      clips.allSatisfy { (cines[$0]?.frames.count ?? 0) > 1 }
      ? """
      <p class="controls"><button type="button" data-do="both" aria-pressed="false">Play both, beat over beat</button></p>
      """ : nil
    return "<div class=\"pair\">\(player)\(clips.map { cards[$0] ?? "" })</div>"
  }

  private static func heading(_ report: StudyReport) -> HTML {
    let revision: HTML? =
      report.study.revision > 1 ? "<div><dt>Revision</dt><dd>\(report.study.revision)</dd></div>" : nil
    let superseded: HTML? = report.study.supersedes.map {
      "<div><dt>Replaces</dt><dd class=\"uid\"><a href=\"../\($0)/index.html\">\($0)</a></dd></div>"
    }
    let measured = report.clips.filter { $0.status == .measured }.count
    return """
      <nav aria-label="Where else to look"><a href="../index.html">All studies</a>
      <a href="../index.html#words=\(report.study.uid)">Latest result of this study</a>
      <a href="./">Files</a> <a href="study.json">study.json</a> <a href="log.jsonl">log.jsonl</a></nav>
      <h1>Mitral annulus report</h1>
      <p><span class="badge \(report.status.style)">\(report.status.rawValue)</span> \(report.status.sentence)</p>
      <dl class="facts">
      <div><dt>Study</dt><dd class="uid">\(report.study.uid)</dd></div>\(revision)\(superseded)
      <div><dt>Clips</dt><dd>\(measured) measured of \(report.clips.count)</dd></div>
      </dl>
      """
  }

  /// What keeps numbers back or makes them rest on the picture alone, and what can be done.
  private static func advice(_ report: StudyReport) -> HTML {
    let sentences = [ViewAdvice.unknown(in: report.clips), ViewAdvice.fromPicture(in: report.clips)]
    let lines: [HTML] = sentences.compactMap { sentence in
      sentence.map { "<p class=\"warn\">\($0.prefix(1).uppercased() + $0.dropFirst()).</p>" }
    }
    return "\(lines)"
  }

  private static let howToRead: HTML = """
    <section class="card" aria-labelledby="reading">
    <h2 id="reading">How to read this page</h2>
    <ul>
    <li>Hinge points are where left ventricle and left atrium cease to touch on either side; their distance is the \
    annulus diameter. x and y are pixels of the stored frame, the centre of its top left pixel being 0, 0.</li>
    <li>ED is end diastole, ES end systole. Excursion is how far a hinge point has moved towards the apex since ED.</li>
    <li>A clip's diameters are those of its reference beat; a study's measures are means of the beats that they name. So \
    the two may differ by some tenths. Nobody has reviewed a number unless its page says so.</li>
    <li>The expected error is the 15 to 85 percentile of prediction minus truth. It is that of the landmarks which the \
    network finds on the frame itself, by how it proved on the pictures that the model was checked with; where it finds \
    none, it is that of the model's card for the view and the phase. Confidence is the estimated probability that both \
    points lie within 5 mm of the truth: high from 90 %, moderate from 70 %.</li>
    <li>A usual range is that of its source for healthy adults, not a limit for this patient. Where the files state the \
    patient's sex, the range is that of the sex. Where they state height and weight, volumes are given by body surface \
    area (Du Bois) as well. Of children no range is given.</li>
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

  private static func readers(_ report: StudyReport) -> HTML {
    "<p>\(ReviewWords.sentence(report))</p>"
  }

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
    \(readers(report))
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

extension ClipReport {
  /// Something was measured in it, be it withheld.
  fileprivate var hasResult: Bool { !measurements.isEmpty || status == .measured }
}
