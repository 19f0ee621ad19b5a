import Hinge
import Study

/// Two sets of results: every study that both have, and how large the differences are over all of them.
package struct ResultsComparison: Sendable {
  package var paths: Sides<String>
  package var studies: [StudyComparison]
  /// StudyInstanceUIDs that only one has.
  var onlyA: [String]
  var onlyB: [String]

  package init(_ a: Results, _ b: Results) {
    paths = Sides(a: a.path, b: b.path)
    let uids = a.byStudy.keys.sorted()
    studies = uids.compactMap { uid in
      guard let one = a.byStudy[uid], let other = b.byStudy[uid] else { return nil }
      return StudyComparison(one, other)
    }
    onlyA = uids.filter { b.byStudy[$0] == nil }
    onlyB = b.byStudy.keys.filter { a.byStudy[$0] == nil }.sorted()
  }

  /// Models that measured clips of either side.
  var models: Sides<[StudyReport.Model]> {
    func distinct(_ models: [StudyReport.Model]) -> [StudyReport.Model] {
      models.reduce(into: []) { list, model in if !list.contains(model) { list.append(model) } }
    }
    let clips = studies.flatMap(\.clips)
    return Sides(a: distinct(clips.map(\.model.a)), b: distinct(clips.map(\.model.b)))
  }
}

/// How large a quantity's differences are, whatever their sign.
package struct DifferenceSummary: Sendable, Equatable {
  var quantity: String
  package var unit: String
  package var count: Int
  var median: Double
  var largest: Double

  package init?(_ quantity: String, _ unit: String, _ differences: [Double]) {
    let sizes = differences.map(abs)
    guard let median = Percentiles.median(sizes), let largest = sizes.max() else { return nil }
    self.quantity = quantity
    self.unit = unit
    count = sizes.count
    self.median = median
    self.largest = largest
  }
}

extension ResultsComparison {
  package var clips: [ClipComparison] { studies.flatMap(\.clips) }

  /// Clips whose status or view is another one.
  var changedClips: Int { clips.count { $0.status.differ || $0.view.differ } }

  /// Points in millimetres, and in pixels where a clip is not calibrated; diameters; then every measure.
  package var summary: [DifferenceSummary] {
    var list: [DifferenceSummary?] = []
    for phase in CyclePhase.allCases {
      let phases = clips.flatMap(\.phases).filter { $0.phase == phase }
      list += Self.points(
        "hinge points \(phase.rawValue)", phases.flatMap { [$0.left, $0.right].compactMap { $0 } })
      list.append(
        DifferenceSummary(
          "annulus diameter \(phase.rawValue)", "mm",
          phases.compactMap { Self.difference($0.diameterMillimetres) }))
      list.append(
        DifferenceSummary(
          "annulus diameter \(phase.rawValue)", "px",
          phases.filter { $0.diameterMillimetres.a == nil }.compactMap { Self.difference($0.diameterPixels) })
      )
    }
    list += Self.points("hinge points, every frame", clips.flatMap(\.frames.shifts))
    let measures = studies.flatMap(\.measures)
    var seen: Set<String> = []
    for measure in measures where seen.insert(measure.name).inserted {
      let differences = measures.filter { $0.name == measure.name }.compactMap(\.difference)
      list.append(DifferenceSummary(measure.name, measure.unit, differences))
    }
    return list.compactMap { $0 }
  }

  private static func points(_ quantity: String, _ shifts: [PointShift]) -> [DifferenceSummary?] {
    [
      DifferenceSummary(quantity, "mm", shifts.compactMap(\.millimetres)),
      DifferenceSummary(quantity, "px", shifts.filter { $0.millimetres == nil }.map(\.pixels)),
    ]
  }

  static func difference(_ sides: Sides<Double?>) -> Double? {
    guard let a = sides.a, let b = sides.b else { return nil }
    return b - a
  }
}
