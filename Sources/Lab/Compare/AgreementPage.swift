import Platform
import Reports
import Study

/// How far readers and program agree, for a browser: one file without scripts or links.
package struct AgreementPage {
  let agreement: ReaderAgreement

  package init(agreement: ReaderAgreement) { self.agreement = agreement }

  package func render() -> String {
    let page: HTML = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
      <title>Readers and program</title><style>\(EvaluationPage.style)</style></head><body>
      <h1>Readers and program</h1>
      <p class="notice">Research use only. Not for diagnosis.</p>
      <p>What readers did with the clips of the latest result of each study, by the view that the program's numbers were
      of. Readers look first at what seems wrong: the figures are of those clips that a reader spoke of, not of all.</p>
      \(table)
      <h2>Difference of the diameters: the program's less the reader's, with the mean and the limits of agreement</h2>
      <div class="row">\(plots)</div>
      \(plots.isEmpty ? "<p>No reader has set points in a frame of the program's yet.</p>" as HTML : nil)
      </body></html>

      """
    return page.text
  }

  private var table: HTML {
    let rows: [HTML] = agreement.rows.dropFirst().map { row in
      "<tr>\(row.map { "<td>\($0)</td>" as HTML })</tr>\n"
    }
    let head: [HTML] = (agreement.rows.first ?? []).map { "<th scope=\"col\">\($0)</th>" }
    return "<table><thead><tr>\(head)</tr></thead><tbody>\(rows)</tbody></table>"
  }

  /// Bland and Altman, Lancet 327, 1986.
  private var plots: [HTML] {
    agreement.views.compactMap { name, tally in
      guard let limits = BlandAltman(differences: tally.differences) else { return nil }
      let pairs = tally.diameters.map { (mean: ($0.program + $0.reader) / 2, difference: $0.difference) }
      let x = NiceAxis(from: pairs.map(\.mean).min() ?? 0, to: pairs.map(\.mean).max() ?? 1)
      let reach = max(8, pairs.map { abs($0.difference) }.max() ?? 0)
      var plot = Plot(
        title: name, xTitle: "mean of the program's and the reader's diameter, mm", yTitle: "difference, mm",
        x: x, y: NiceAxis(from: -reach, to: reach))
      for level in [limits.lowerLimit, limits.meanDifference, limits.upperLimit] {
        plot.lines.append(Plot.Line(points: [(x.low, level), (x.high, level)], style: "even"))
      }
      plot.dots = pairs.map {
        Plot.Dot(
          x: $0.mean, y: $0.difference, style: "a",
          title: "\(Decimal.text($0.difference, 1)) mm at \(Decimal.text($0.mean, 1)) mm")
      }
      return plot.svg()
    }
  }
}
