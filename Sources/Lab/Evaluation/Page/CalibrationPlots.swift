import Hinge
import Platform
import Reports

/// Plots of errors before and after calibration, after the method's paper (Schmidt and Overhoff, arXiv 2301.08782).
struct CalibrationPlots {
  let errors: SubgroupErrors

  init(_ cases: [EvaluatedCase]) { errors = SubgroupErrors(cases) }

  /// Errors of the points in the order of their size, across and down, before and after.
  func sortedErrors() -> [HTML] {
    let rows = errors.subgroups.flatMap(\.rows)
    return [("across", \EvaluatedCase.SidedError.x), ("down", \.y)].compactMap { name, axis in
      sorted(
        "Errors \(name)", before: rows.flatMap { $0.raw.map { $0[keyPath: axis] } },
        after: rows.flatMap { $0.adjusted.map { $0[keyPath: axis] } })
    }
  }

  /// Errors of the diameter of each subgroup in the order of their size, before and after.
  func sortedDiameters() -> [HTML] {
    errors.subgroups.compactMap { subgroup in
      sorted(
        subgroup.name, before: subgroup.rows.compactMap { $0.diameterError($0.raw) },
        after: subgroup.rows.compactMap { $0.diameterError($0.adjusted) })
    }
  }

  /// Blue before and orange after, each with its 15 and 85 percentile dashed.
  private func sorted(_ title: String, before: [Double], after: [Double]) -> HTML? {
    guard before.count > 1 else { return nil }
    let reach = max((before + after).map(abs).max() ?? 1, 1)
    var plot = Plot(
      title: title, xTitle: "share of errors up to it", yTitle: "error, mm", x: NiceAxis(from: 0, to: 1),
      y: NiceAxis(from: -reach, to: reach))
    for (values, style) in [(before, "a"), (after, "b")] {
      let last = Double(max(values.count - 1, 1))
      plot.lines.append(
        Plot.Line(
          points: values.sorted().enumerated().map { (Double($0.offset) / last, $0.element) }, style: style))
      guard let range = PercentileRange(values) else { continue }
      for level in [range.p15, range.p85] {
        plot.lines.append(Plot.Line(points: [(0, level), (1, level)], style: "\(style) limit"))
      }
    }
    return plot.svg()
  }

  /// The median error of each point of each subgroup, and the mean of all of them as a hollow ring.
  func biases() -> [HTML] {
    let biases = errors.subgroups.flatMap { subgroup in
      [(0, "a", "left"), (1, "b", "right")].compactMap { index, style, side -> Plot.Dot? in
        let errors = subgroup.rows.map { $0.raw[index] }
        guard let x = Percentiles.median(errors.map(\.x)), let y = Percentiles.median(errors.map(\.y)) else {
          return nil
        }
        return Plot.Dot(x: x, y: -y, style: style, title: "\(subgroup.name), \(side)")
      }
    }
    guard let x = Percentiles.mean(biases.map(\.x)), let y = Percentiles.mean(biases.map(\.y)) else {
      return []
    }
    let reach = max(biases.flatMap { [abs($0.x), abs($0.y)] }.max() ?? 0, 1)
    let axis = NiceAxis(from: -reach, to: reach)
    var plot = Plot(
      title: "Bias of the subgroups", xTitle: "median error across, mm", yTitle: "median error upwards, mm",
      x: axis,
      y: axis)
    plot.lines = [
      Plot.Line(points: [(axis.low, 0), (axis.high, 0)], style: "even"),
      Plot.Line(points: [(0, axis.low), (0, axis.high)], style: "even"),
    ]
    plot.dots = biases + [Plot.Dot(x: x, y: y, style: "a withheld cut", title: "mean of the subgroups")]
    return [plot.svg()]
  }

  /// Found against true place across, with the correlation; pictures that cut the atrium ringed.
  func correlation() -> [HTML] {
    errors.subgroups.compactMap { subgroup in
      let places = subgroup.rows.flatMap { row in
        zip(row.item.truth ?? [], row.raw).map { truth, error in
          (row: row, truth: truth.x * row.item.spacing.x, found: truth.x * row.item.spacing.x + error.x)
        }
      }
      let all = places.flatMap { [$0.truth, $0.found] }
      guard let low = all.min(), let high = all.max() else { return nil }
      let axis = NiceAxis(from: low, to: high)
      let r = MeasureAgreement.correlation(places.map { ($0.truth, $0.found) })
      var plot = Plot(
        title: subgroup.name + (r.map { ", r \(Decimal.text($0, 3))" } ?? ""), xTitle: "true x, mm",
        yTitle: "found x, mm", x: axis, y: axis)
      plot.lines = [Plot.Line(points: [(axis.low, axis.low), (axis.high, axis.high)], style: "even")]
      plot.dots = places.map {
        Plot.Dot(
          x: $0.truth, y: $0.found, style: $0.row.item.cutsAtrium ? "a cut" : "a",
          title: $0.row.item.entry.name)
      }
      return plot.svg()
    }
  }

  /// Box plots of the errors of every subgroup, point and axis.
  func boxes() -> [HTML] {
    let boxes = errors.subgroups.flatMap { subgroup in
      [(0, "left"), (1, "right")].flatMap { index, side in
        [("x", \EvaluatedCase.SidedError.x), ("y", \.y)].compactMap { name, axis in
          BoxChart.Box(
            "\(subgroup.name) \(side) \(name)", subgroup.rows.map { $0.raw[index][keyPath: axis] },
            style: name == "x" ? "a" : "b")
        }
      }
    }
    return boxes.isEmpty ? [] : [BoxChart(yTitle: "error, mm", boxes: boxes).svg()]
  }
}
