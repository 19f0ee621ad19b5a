import Clips
import Reports

/// `evaluation.html`: an evaluation for a person, in one file.
struct EvaluationPage {
  var evaluation: Evaluation
  /// The panels of one case from picture to points.
  var walk: [HTML] = []
  /// Pictures that cut the atrium, with the points.
  var offCentre: [HTML] = []
  /// Of the model's training; empty where its card tells nothing.
  var training: [ModelCard.TrainingPoint] = []

  func render() -> String {
    let model = evaluation.model
    let page: HTML = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
      <title>Evaluation</title><style>\(Self.style)</style></head><body>
      <h1>Evaluation</h1>
      <p class="notice">Research use only. Not for diagnosis.</p>
      <p>Model \(model.name), SHA-256 <code>\(model.sha256)</code>, licence \(model.licence).
      \(evaluation.cases.count) pictures.</p>
      \(sections)
      </body></html>

      """
    return page.text
  }

  private var sections: [HTML] {
    let tables = EvaluationTables(evaluation)
    let plots = EvaluationPlots(cases: evaluation.cases, summary: evaluation.summary)
    let more = MeasureTables(evaluation)
    let calibration = CalibrationPlots(evaluation.cases)
    return [
      Self.section("Beside the method's paper", [tables.besidePaper().html], note: Self.paperNote),
      Self.section("Pictures", [tables.counts().html], note: Self.offCentreNote),
      Self.section(
        "Left ventricle beside human readers, means", [more.besidePeople().html], note: Self.peopleNote),
      Self.section(
        "Every picture, withheld or not; a missing point as 10 mm; the worst twentieth",
        [more.everyPicture().html]),
      Self.section(
        "Volumes, ejection fraction and the way of the annulus", [more.measures().html],
        note: Self.measuresNote),
      Self.section("Agreement of the structures: median (15 to 85 percentile)", [tables.structures().html]),
      Self.section("Hinge points: prediction minus truth, mm", [tables.points().html]),
      Self.section("Hinge points, both sides together", [tables.pooled().html]),
      Self.section("Annulus diameter, mm", [tables.diameters().html], note: Self.diameterNote),
      Self.section("Expected errors and confidence", [tables.uncertainty().html] + plots.confidence()),
      Self.section("Dice in training", TrainingPlot.svg(training)),
      Self.section("From picture to points", walk),
      Self.section("Share of pictures by Dice: ventricle blue, atrium orange", plots.dice()),
      Self.section(
        "Errors of the points: left blue, right orange, withheld hollow; boxes from 15 to 85 % of those measured",
        plots.errors()),
      Self.section(
        "Measured and true diameter, withheld hollow, pictures that cut the atrium ringed", plots.diameters()),
      Self.section(
        "Difference of the diameters, withheld hollow, and limits of agreement of those measured",
        plots.blandAltman()),
      Self.section(
        "Errors of the points in order, blue as measured, orange less each subgroup's median; 15 and 85 % dashed",
        calibration.sortedErrors()),
      Self.section(
        "Errors of the diameter in order, blue as measured, orange from points less each subgroup's median",
        calibration.sortedDiameters()),
      Self.section("Errors of each subgroup, point and axis: x blue, y orange", calibration.boxes()),
      Self.section("Median errors: left blue, right orange, their mean ringed", calibration.biases()),
      Self.section(
        "True and found place across, pictures that cut the atrium ringed", calibration.correlation()),
      Self.section("Pictures that cut the atrium: true points white, found pink", offCentre),
      Self.section("All pictures, largest error first", [tables.cases().html]),
    ].compactMap(\.self)
  }

  private static func section(_ title: HTML, _ parts: [HTML], note: HTML = "") -> HTML? {
    guard !parts.isEmpty else { return nil }
    return "<section><h2>\(title)</h2>\(note)<div class=\"row\">\(parts)</div></section>\n"
  }

  private static let paperNote: HTML = """
    <p>C. Schmidt and H. M. Overhoff, arXiv 2301.08782: 50 patients of CAMUS, four- and two-chamber view together; its
    point errors are those after each subgroup's median error was subtracted.</p>
    """
  private static let peopleNote: HTML = """
    <p>One cardiologist against himself, both views together: S. Leclerc et al., IEEE TMI 38(9), 2019, doi
    10.1109/TMI.2019.2900516.</p>
    """
  private static let measuresNote: HTML = """
    <p>By the same 20 discs and the same axes from the truth and its points and from the prediction and the points found;
    biplane of all patients, whatever the lengths of the two views. Displacement: towards the apex along the long axis of
    end diastole. The cardiologist's two biplane ejection fractions correlate by 0.896 (Leclerc et al.).</p>
    """
  private static let diameterNote: HTML = """
    <p>The difference in per cent is of the two medians, as in the method's paper; the paired ones are the mean and the
    median of each picture's difference, with the 95 % interval of a bootstrap over patients.</p>
    """
  private static let offCentreNote: HTML = """
    <p>Off-centre: more than a tenth of the true atrium's outline lies within 2 mm of the edge of what was scanned.</p>
    """
  static let style: HTML = """
    body{font:15px/1.5 system-ui,sans-serif;max-width:84rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}\
    .notice{font-weight:600}table{border-collapse:collapse;margin:.5rem 0 2rem}\
    th,td{padding:.2rem .7rem;border-bottom:1px solid #d8dee4;text-align:right;font-variant-numeric:tabular-nums}\
    th{background:#f3f5f7}th:first-child,td:first-child{text-align:left}td{white-space:nowrap}\
    section{overflow-x:auto}code{font-size:85%}.row{display:flex;flex-wrap:wrap;gap:1rem}\
    figure{margin:0;max-width:22rem}figcaption{font-size:13px;color:#57606a}img{max-width:100%;height:auto}\
    .plot{width:21rem;font-size:12px;fill:#1b1f24}.title{font-weight:600}.axis{stroke:#e1e5ea}\
    polyline{fill:none;stroke-width:1.6}polyline.a{stroke:#1f6feb}polyline.b{stroke:#bc6c00}\
    polyline.even{stroke:#8b949e;stroke-dasharray:4 3}circle{fill-opacity:.45;stroke-width:0}\
    circle.a{fill:#1f6feb;stroke:#1f6feb}circle.b{fill:#bc6c00;stroke:#bc6c00}\
    polyline.limit{stroke-width:1;stroke-dasharray:4 3}.boxes{font-size:12px;fill:#1b1f24}\
    circle.withheld{fill-opacity:0;stroke-width:1.4}circle.cut{stroke:#c4006e;stroke-width:2}
    """
}
