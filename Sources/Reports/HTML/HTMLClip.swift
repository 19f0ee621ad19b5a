import Foundation
import Platform
import Study

/// One clip of the page: what it is, its pictures, its numbers and its curves.
struct HTMLClip {
  let number: Int
  let clip: ClipReport

  func card(_ overlays: HTMLReport.Overlays, _ cine: HTMLReport.Cine? = nil) -> HTML {
    """
    <section class="card" aria-labelledby="clip\(number)">
    <header><h3 id="clip\(number)">Clip \(number) · \(clip.view.code.words)</h3>\
    <span class="badge \(clip.status.style)">\(clip.status.rawValue)</span>\(reviewBadge)</header>
    \(facts)
    \(remark)
    \(HTMLReader.word(on: clip))
    \(cine.flatMap { HTMLCine(number: number, clip: clip, cine: $0).player() })
    \(cine.map { HTMLCorrection(number: number, clip: clip, place: $0.place).panel() })
    \(pictures(overlays, hasCine: cine != nil))
    \(measurementTable)
    \(chart)
    </section>
    """
  }

  private var reviewBadge: HTML? {
    clip.attention.words.map { "<span class=\"badge warn\">\($0)</span>" }
  }

  private var remark: HTML? {
    let sentences = [clip.reason.map(ReasonText.sentence), clip.detail].compactMap { $0 }
    guard !sentences.isEmpty else { return nil }
    return "<p>\(sentences.joined(separator: " "))</p>"
  }

  private var facts: HTML {
    func fact(_ name: String, _ value: HTML) -> HTML { "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }
    var facts: [HTML] = [fact("Frames", "\(clip.frames)")]
    if let time = clip.frameTimeMilliseconds {
      facts.append(fact("Frame time", "\(Decimal.text(time, 1)) ms"))
    }
    facts.append(fact("Size", "\(clip.columns) × \(clip.rows) pixels"))
    facts.append(fact("Pixel", spacing))
    if clip.view.source != .none { facts.append(fact("View from", viewSource)) }
    if clip.view.mirrored { facts.append(fact("Display", "mirrored")) }
    facts.append(fact("Instance", "<span class=\"uid\">\(clip.file ?? clip.sopInstanceUID)</span>"))
    return "<dl class=\"facts\">\(facts)</dl>"
  }

  private var viewSource: HTML {
    switch clip.view.source {
    case .picture, .model: "\(clip.view.source.words): \(clip.view.text)"
    default: "\(clip.view.source.words)"
    }
  }

  private var spacing: HTML {
    guard let spacing = clip.spacing else {
      return "\(clip.spacingReason.map(ReasonText.sentence) ?? "unknown size, so no millimetres")"
    }
    return "\(Decimal.text(spacing.x, 3)) × \(Decimal.text(spacing.y, 3)) mm"
  }

  /// Pictures of an earlier revision's clips are the PNG files that it published.
  private func mediaType(_ picture: [UInt8]) -> String {
    picture.starts(with: [0xFF, 0xD8]) ? "image/jpeg" : "image/png"
  }

  private func pictures(_ overlays: HTMLReport.Overlays, hasCine: Bool) -> HTML? {
    let figures: [HTML] = CyclePhase.allCases.compactMap { phase in
      guard let picture = overlays[clip.sopInstanceUID, phase] else { return nil }
      let frame = clip.reference(phase).map { ", frame \($0.frame + 1)" } ?? ""
      let isRead = clip.reference(phase)?.source == .reader
      let caption = "\(phase.words)\(frame)\(isRead ? ", the reader's points" : "")"
      return """
        <figure><img src="data:\(mediaType(picture));base64,\(HTML(base64: Data(picture)))" \
        alt="Clip \(number), \(caption): outlines of left ventricle, myocardium and left atrium, hinge points and \
        diameter">
        <figcaption>\(caption)</figcaption></figure>
        """
    }
    guard !figures.isEmpty else { return nil }
    let note: HTML? =
      hasCine ? nil : "<p class=\"muted\">The measured frames alone; the cine is not part of this page.</p>"
    return "<div class=\"pictures\">\(figures)</div>\(note)"
  }

  private var measurementTable: HTML? {
    guard !clip.measurements.isEmpty else { return nil }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Points of clip \(number)"><table class="stack">
      <caption>Annulus diameter and hinge points of the reference beat</caption>
      <thead><tr><th scope="col">Phase</th><th scope="col">Diameter</th><th scope="col">Hinge points (x, y)</th>\
      \(showsErrors ? "<th scope=\"col\">Expected error (15 to 85 %)</th>" : nil)\
      \(showsConfidence ? "<th scope=\"col\">Confidence</th>" : nil)</tr></thead>
      <tbody>\(clip.measurements.map(row))</tbody></table></div>
      """
  }

  /// A model that nobody measured on such pictures states no errors.
  private var showsErrors: Bool {
    clip.spacing != nil
      && clip.measurements.contains { $0.hingePoints.contains { $0.errorMillimetres != nil } }
  }

  private var showsConfidence: Bool { clip.measurements.contains { $0.confidence != nil } }

  private func row(_ measurement: PhaseMeasurement) -> HTML {
    let confidence = measurement.confidence.map(ConfidenceText.of) ?? "–"
    let error: HTML? =
      showsErrors ? "<td data-label=\"Expected error\">\(measurement.hingePoints.map(errorLine))</td>" : nil
    let certainty: HTML? =
      showsConfidence ? "<td class=\"number\" data-label=\"Confidence\">\(confidence)</td>" : nil
    var remarks: [HTML] = HTMLReader.beside(measurement, in: clip).map { ["<p>\($0)</p>"] } ?? []
    remarks += measurement.withheld.map { ["<p>Withheld: \(ReasonText.sentence($0))</p>"] } ?? []
    if measurement.review {
      let words = measurement.reviewReasons.map(ReasonText.words(review:))
      let call = Attention(measurement.reviewReasons).words ?? "to be reviewed"
      remarks.append("<p>\(([call] + words).joined(separator: "; "))</p>")
    }
    let columns = 3 + (showsErrors ? 1 : 0) + (showsConfidence ? 1 : 0)
    let style: HTML? = remarks.isEmpty ? nil : " class=\"noted\""
    let note: HTML? =
      remarks.isEmpty ? nil : "<tr><td class=\"note\" colspan=\"\(columns)\">\(remarks)</td></tr>"
    return """
      <tr\(style)><th scope="row">\(measurement.phase.words)\
      <div class="muted">frame \(measurement.frame + 1)</div></th>\
      <td class="number">\(Self.diameter(measurement, in: clip))</td>\
      <td>\(measurement.hingePoints.map(pointLine))</td>\
      \(error)\(certainty)</tr>\(note)
      """
  }

  static func diameter(_ measurement: PhaseMeasurement, in clip: ClipReport) -> HTML {
    guard measurement.withheld == nil else { return "withheld" }
    if clip.spacing != nil, let millimetres = measurement.annulusDiameterMillimetres {
      return "<span class=\"value\">\(HTMLNumber.data(millimetres, 1, "mm"))</span>"
    }
    guard let pixels = measurement.annulusDiameterPixels else { return "–" }
    return "<span class=\"value\">\(HTMLNumber.data(pixels, 1, "px"))</span>"
  }

  private func pointLine(_ point: PhaseMeasurement.HingePoint) -> HTML {
    "<span class=\"line\">\(point.name): \(Decimal.text(point.x, 1)), \(Decimal.text(point.y, 1))</span>"
  }

  private func errorLine(_ point: PhaseMeasurement.HingePoint) -> HTML {
    guard clip.spacing != nil, let error = point.errorMillimetres, error.x.count == 2, error.y.count == 2
    else { return "<span class=\"line\">–</span>" }
    func range(_ ends: [Double]) -> String {
      ends.map { Decimal.text($0, 1).replacing("-", with: "−") }.joined(separator: " to ")
    }
    return "<span class=\"line\">x \(range(error.x)), y \(range(error.y)) mm</span>"
  }

  private var chart: HTML? {
    guard let curves = clip.curves else { return nil }
    var panels: [CurveChart.Panel] = []
    if clip.spacing != nil, let areas = curves.lvAreaSquareMillimetres {
      panels.append(.init(title: "LV area", unit: "cm²", values: areas.map { $0.map { $0 / 100 } }))
    } else {
      panels.append(.init(title: "LV area", unit: "pixels", values: curves.lvAreaSquarePixels))
    }
    if clip.spacing != nil, let diameters = curves.annulusDiameterMillimetres {
      panels.append(.init(title: "Annulus diameter", unit: "mm", values: diameters))
    }
    if clip.spacing != nil, let left = curves.leftExcursionMillimetres,
      let right = curves.rightExcursionMillimetres
    {
      let names = [PhaseMeasurement.HingePoint.Side.left, .right].map { side in
        clip.view.anatomy(side).site?.rawValue ?? side.rawValue
      }
      panels.append(
        .init(
          title: "Excursion, \(names[0]) solid and \(names[1]) dashed", unit: "mm", values: left,
          dashed: right))
    }
    let chart = CurveChart(
      frames: curves.frames, panels: panels, beats: clip.beats,
      frameTimeMilliseconds: clip.frameTimeMilliseconds)
    let beat: HTML? =
      clip.beats.contains(where: \.reference)
      ? "Shaded: the reference beat between end diastole and end systole." : nil
    let caption: HTML = "<figcaption>\(beat) \(gaps(curves))</figcaption>"
    return chart.svg().map {
      "<figure class=\"chart\"><div class=\"plot\" tabindex=\"0\" role=\"region\" aria-label=\"Curves of clip \(number)\">"
        + "\($0)</div>\(caption)</figure>"
    }
  }
}

extension HTMLClip {
  /// Why a curve breaks off.
  private func gaps(_ curves: ClipReport.Curves) -> HTML? {
    func missing(_ values: [Double?]?) -> Int { values?.count { $0 == nil } ?? 0 }
    let areas = missing(curves.lvAreaSquarePixels)
    let diameters = missing(clip.spacing == nil ? nil : curves.annulusDiameterMillimetres)
    let excursions = missing(clip.spacing == nil ? nil : curves.leftExcursionMillimetres)
    var sentences: [String] = []
    if areas > 0 {
      sentences.append("LV area: no ventricle was found on \(Plural.of(areas, "frame")).")
    }
    if diameters > 0 {
      sentences.append(
        "Annulus diameter: the hinge points were not found or not trusted on \(Plural.of(diameters, "frame"))."
      )
    }
    if excursions > diameters {
      sentences.append("Excursion: it is given within a beat, for frames whose points are trusted.")
    }
    return sentences.isEmpty ? nil : "Gaps: \(sentences.joined(separator: " "))"
  }
}

extension ClipReport {
  /// The measurement of the reference beat, or the first of that phase.
  func reference(_ phase: CyclePhase) -> PhaseMeasurement? {
    let beat = beats.first(where: \.reference)
    let frame = phase == .endDiastole ? beat?.edFrame : beat?.esFrame
    let ofPhase = measurements.filter { $0.phase == phase }
    return ofPhase.first { $0.frame == frame } ?? ofPhase.first
  }
}

extension ClipReport {
  /// What a person is asked to do about its measurements.
  package var attention: Attention {
    let calls = measurements.filter(\.review).map { max(Attention($0.reviewReasons), .confirm) }
    return calls.max() ?? .none
  }
}

extension CyclePhase {
  package var words: String { self == .endDiastole ? "End diastole" : "End systole" }
}

extension ClipReport.View.Source {
  var words: String {
    switch self {
    case .operator: "the operator"
    case .rule: "a configured rule"
    case .reader: "a reader"
    case .tag: "the file's tags"
    case .picture: "the picture"
    case .model: "the picture"
    case .none: "nothing"
    }
  }
}
