import Hinge
import Reports
import Study

/// The evaluation's figures, drawn after those of the method's paper (Schmidt and Overhoff, arXiv 2301.08782).
struct EvaluationPlots {
  let cases: [EvaluatedCase]
  let summary: EvaluationSummary

  typealias Subgroup = (view: CAMUSDataset.View, phase: CyclePhase)

  private var subgroups: [Subgroup] {
    Set(cases.map(\.entry.view)).sorted().flatMap { view in CyclePhase.allCases.map { (view, $0) } }
  }

  private func members(_ subgroup: Subgroup) -> [EvaluatedCase] {
    cases.filter { $0.entry.view == subgroup.view && $0.entry.phase == subgroup.phase }
  }

  private func name(_ subgroup: Subgroup) -> String { "\(subgroup.view.rawValue) \(subgroup.phase.rawValue)" }

  private func group(_ subgroup: Subgroup) -> EvaluationGroup? {
    summary.groups.first { $0.view == subgroup.view && $0.phase == subgroup.phase && !$0.offCentre }
  }

  private static func dot(
    _ item: EvaluatedCase, _ x: Double, _ y: Double, _ side: EvaluatedCase.Side = .left
  ) -> Plot.Dot {
    let isWithheld = item.status == .withheld
    return Plot.Dot(
      x: x, y: y,
      style: (side == .left ? "a" : "b") + (isWithheld ? " withheld" : "") + (item.cutsAtrium ? " cut" : ""),
      title: item.entry.name + (isWithheld ? ", withheld" : ""))
  }

  /// Where the points lie about the truth, one plot a subgroup, with the box of the 15 to 85 percentiles.
  func errors() -> [HTML] {
    let reach = NiceAxis(from: -8, to: 8)
    return subgroups.map { subgroup in
      let group = group(subgroup)
      var plot = Plot(
        title: name(subgroup), xTitle: "error across, mm", yTitle: "error upwards, mm", x: reach, y: reach)
      for item in members(subgroup) {
        for error in item.errors ?? [] {
          plot.dots.append(Self.dot(item, error.x, -error.y, error.side))
        }
      }
      for (side, figures) in [("a", group?.left), ("b", group?.right)] {
        guard let figures else { continue }
        plot.lines.append(Plot.Line(box: figures.x.error, figures.y.error.negated, style: side))
      }
      return plot.svg()
    }
  }

  /// Measured against true diameter, pictures that cut the atrium marked.
  func diameters() -> [HTML] {
    let all = cases.flatMap { [$0.diameter, $0.truthDiameter].compactMap(\.self) }
    let axis = NiceAxis(from: all.min() ?? 0, to: all.max() ?? 1)
    return subgroups.map { subgroup in
      var plot = Plot(
        title: name(subgroup), xTitle: "true diameter, mm", yTitle: "measured diameter, mm", x: axis, y: axis)
      plot.lines.append(Plot.Line(points: [(axis.low, axis.low), (axis.high, axis.high)], style: "even"))
      plot.dots = members(subgroup).compactMap { item in
        guard let measured = item.diameter, let truth = item.truthDiameter else { return nil }
        return Self.dot(item, truth, measured)
      }
      return plot.svg()
    }
  }

  func blandAltman() -> [HTML] { subgroups.compactMap { agreement($0)?.svg() } }

  /// Difference against mean of measured and true diameter (Bland and Altman, Lancet 1986), with the mean and the
  /// limits of agreement of the measured pictures; `nil` where there are none.
  func agreement(_ subgroup: Subgroup) -> Plot? {
    guard let limits = group(subgroup)?.diameter?.blandAltman else { return nil }
    let pairs = members(subgroup).compactMap { item in
      item.diameter.flatMap { a in item.truthDiameter.map { (item, (a + $0) / 2, a - $0) } }
    }
    let x = NiceAxis(from: pairs.map(\.1).min() ?? 0, to: pairs.map(\.1).max() ?? 1)
    let reach = max(8, pairs.map { abs($0.2) }.max() ?? 0)
    var plot = Plot(
      title: name(subgroup), xTitle: "mean of measured and true diameter, mm", yTitle: "difference, mm", x: x,
      y: NiceAxis(from: -reach, to: reach))
    for level in [limits.lowerLimit, limits.meanDifference, limits.upperLimit] {
      plot.lines.append(Plot.Line(points: [(x.low, level), (x.high, level)], style: "even"))
    }
    plot.dots = pairs.map { Self.dot($0.0, $0.1, $0.2) }
    return plot
  }

  /// The share of pictures whose Dice is at most so much, of ventricle and atrium.
  func dice() -> [HTML] {
    subgroups.map { subgroup in
      var plot = Plot(
        title: name(subgroup), xTitle: "Dice", yTitle: "share of pictures up to it",
        x: NiceAxis(from: 0.75, to: 1), y: NiceAxis(from: 0, to: 1))
      let group = members(subgroup)
      for (style, values) in [
        ("a", group.compactMap(\.agreement.ventricle?.dice)),
        ("b", group.compactMap(\.agreement.atrium?.dice)),
      ] {
        let sorted = values.sorted()
        let steps = sorted.enumerated().map { i, dice in
          (x: max(dice, plot.x.low), y: Double(i + 1) / Double(sorted.count))
        }
        plot.lines.append(Plot.Line(points: steps, style: style))
      }
      return plot.svg()
    }
  }

  /// Expected share of pictures with both points within 5 mm against the true one, by fifths of the confidence.
  func confidence() -> [HTML] {
    let given = cases.compactMap { item in
      item.confidence.flatMap { confidence in
        item.errors.map { (confidence, $0.allSatisfy { $0.distance <= ExpectedErrors.radius }) }
      }
    }.sorted { $0.0 < $1.0 }
    guard given.count >= 25, let least = given.first?.0, let most = given.last?.0, most > least else {
      return []
    }
    let axis = NiceAxis(from: min(least, 0.5), to: 1)
    var plot = Plot(
      title: "Confidence", xTitle: "expected share within 5 mm", yTitle: "share within 5 mm", x: axis, y: axis
    )
    plot.lines.append(Plot.Line(points: [(axis.low, axis.low), (axis.high, axis.high)], style: "even"))
    plot.dots = (0..<5).map { fifth in
      let part = given[given.count * fifth / 5..<given.count * (fifth + 1) / 5]
      let n = Double(part.count)
      return Plot.Dot(
        x: part.reduce(0) { $0 + $1.0 } / n, y: Double(part.count { $0.1 }) / n, style: "a",
        title: "\(part.count) pictures")
    }
    return [plot.svg()]
  }
}

extension PercentileRange {
  /// The range of the values with the other sign.
  fileprivate var negated: PercentileRange {
    var other = self
    (other.p15, other.p50, other.p85) = (-p85, -p50, -p15)
    return other
  }
}

/// The errors of an evaluation before and after each subgroup's median was subtracted, which the method's paper calls
/// calibration. Only measured pictures count, as there.
struct SubgroupErrors {
  struct Row {
    var item: EvaluatedCase
    /// Left first.
    var raw: [EvaluatedCase.SidedError]
    var adjusted: [EvaluatedCase.SidedError]
  }

  /// Of one view and phase.
  struct Subgroup {
    var view: CAMUSDataset.View
    var phase: CyclePhase
    var rows: [Row]

    var name: String { "\(view.rawValue) \(phase.rawValue)" }
  }

  let subgroups: [Subgroup]

  init(_ cases: [EvaluatedCase]) {
    let bias = BiasMedians(cases)
    subgroups = Set(cases.map(\.entry.view)).sorted().flatMap { view in
      CyclePhase.allCases.map { phase in
        let rows = cases.compactMap { item -> Row? in
          guard item.entry.view == view, item.entry.phase == phase, item.status == .measured,
            let errors = item.errors
          else { return nil }
          return Row(item: item, raw: errors, adjusted: errors.map { bias.adjusted($0, of: item) })
        }
        return Subgroup(view: view, phase: phase, rows: rows)
      }
    }.filter { !$0.rows.isEmpty }
  }
}

extension SubgroupErrors.Row {
  /// Found less true diameter in millimetres; with the adjusted errors, of the points less their subgroup's bias.
  func diameterError(_ errors: [EvaluatedCase.SidedError]) -> Double? {
    guard let truth = item.truth, truth.count == 2, errors.count == 2 else { return nil }
    let x = (truth[1].x - truth[0].x) * item.spacing.x
    let y = (truth[1].y - truth[0].y) * item.spacing.y
    let foundX = x + errors[1].x - errors[0].x
    let foundY = y + errors[1].y - errors[0].y
    return (foundX * foundX + foundY * foundY).squareRoot() - (x * x + y * y).squareRoot()
  }
}
