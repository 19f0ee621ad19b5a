import Foundation
import Platform
import Study

/// A comparison for a person.
package struct ComparisonText {
  var comparison: ResultsComparison

  package init(comparison: ResultsComparison) {
    self.comparison = comparison
  }

  package var text: String {
    let heads = [
      head("A", comparison.paths.a, comparison.models.a), head("B", comparison.paths.b, comparison.models.b),
    ]
    let studies = comparison.studies.flatMap(lines)
    let alone =
      comparison.onlyA.map { "study \($0): only in A" } + comparison.onlyB.map { "study \($0): only in B" }
    return (heads + studies + alone + [""] + summary).joined(separator: "\n") + "\n"
  }

  private func head(_ side: String, _ path: String, _ models: [StudyReport.Model]) -> String {
    let names = models.map { model in
      "\(model.name) \(model.sha256.prefix(8))" + (model.precision.map { " \($0.rawValue)" } ?? "")
    }
    return "\(side)  \(path)" + (names.isEmpty ? "" : "\n   \(names.joined(separator: ", "))")
  }

  private func lines(_ study: StudyComparison) -> [String] {
    ["study \(study.uid): \(sides(study.status) { $0.rawValue })"] + study.clips.flatMap(lines)
      + study.onlyA.map { "  clip \($0): only in A" } + study.onlyB.map { "  clip \($0): only in B" }
      + study.measures.filter { $0.value.a != nil || $0.value.b != nil || $0.withheld.differ }.map(line)
  }

  private func lines(_ clip: ClipComparison) -> [String] {
    var head = "  clip \(clip.file ?? clip.sopInstanceUID): \(sides(clip.status) { $0.rawValue })"
    if clip.reason.differ { head += ", reason \(sides(clip.reason) { $0?.rawValue ?? "none" })" }
    if clip.view.differ { head += ", view \(sides(clip.view) { $0.rawValue })" }
    var lines = [head] + clip.phases.flatMap(lines)
    let frames = clip.frames
    if frames.both + frames.onlyA + frames.onlyB > 0 {
      let unit = frames.shifts.first?.millimetres == nil ? "px" : "mm"
      let sizes = frames.shifts.map { $0.millimetres ?? $0.pixels }
      var line = "    every frame  \(Plural.of(frames.both, "frame")) with points in both"
      if let summary = DifferenceSummary("", unit, sizes) {
        line +=
          ", shift \(number(summary.median, unit)) in the median, \(number(summary.largest, unit)) at most"
      }
      if frames.onlyA + frames.onlyB > 0 { line += "; \(frames.onlyA) only in A, \(frames.onlyB) only in B" }
      lines.append(line)
    }
    return lines
  }

  private func lines(_ phase: PhaseComparison) -> [String] {
    var line = "    \(phase.phase.rawValue)  frame \(sides(phase.frame) { $0.map(String.init) ?? "none" })"
    if let left = phase.left, let right = phase.right {
      line += ", left \(shift(left)), right \(shift(right))"
    }
    let millimetres = phase.diameterMillimetres
    line +=
      ", diameter "
      + (millimetres.a ?? millimetres.b == nil
        ? values(phase.diameterPixels, "px") : values(millimetres, "mm"))
    if phase.withheld.differ { line += ", withheld \(sides(phase.withheld) { $0?.rawValue ?? "no" })" }
    return [line]
  }

  private func line(_ measure: MeasureComparison) -> String {
    var line = "  \(measure.name)  \(values(measure.value, measure.unit))"
    if measure.withheld.differ { line += ", withheld \(sides(measure.withheld) { $0?.rawValue ?? "no" })" }
    return line
  }

  private var summary: [String] {
    let head =
      "\(Plural.of(comparison.studies.count, "study")), \(Plural.of(comparison.clips.count, "clip")), "
      + "\(comparison.changedClips) with another status or view; differences, whatever their sign:"
    let rows = comparison.summary.map { row in
      [row.quantity, String(row.count), number(row.median, row.unit), number(row.largest, row.unit)]
    }
    let table = [["", "values", "median", "largest"]] + rows
    let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    return [head]
      + table.map { cells in
        let padded = zip(cells, widths).enumerated().map { index, cell in
          let fill = String(repeating: " ", count: cell.1 - cell.0.count)
          return index == 0 ? cell.0 + fill : fill + cell.0
        }
        return "  " + padded.joined(separator: "  ")
      }
  }

  private func sides<Value>(_ sides: Sides<Value>, _ text: (Value) -> String) -> String {
    sides.differ ? "\(text(sides.a)) -> \(text(sides.b))" : text(sides.a)
  }

  private func shift(_ shift: PointShift) -> String {
    shift.millimetres.map { number($0, "mm") } ?? number(shift.pixels, "px")
  }

  /// `33.1 -> 33.4 mm (+0.3)`
  private func values(_ sides: Sides<Double?>, _ unit: String) -> String {
    guard let a = sides.a, let b = sides.b else {
      return "\(sides.a.map { number($0, unit) } ?? "none") -> \(sides.b.map { number($0, unit) } ?? "none")"
    }
    return String(format: "%.1f -> %.1f %@ (%+.1f)", a, b, unit, b - a)
  }

  private func number(_ value: Double, _ unit: String) -> String { String(format: "%.1f %@", value, unit) }
}
