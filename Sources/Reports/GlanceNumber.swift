import Study

/// What a cardiologist wants first: a number of the study, taken from the best of several kinds that the study has.
struct GlanceNumber {
  let title: String
  /// The best first, as the names of measures have them.
  let kinds: [String]
  /// Nothing is said where the study has none.
  var isOptional = false
  /// The measures of a kind that stand together.
  let names: @Sendable (String) -> [String]

  private static let chambers = ["biplane", "A4C", "A2C"]

  private static let all = [
    GlanceNumber(title: "Annulus ED / ES", kinds: ["A4C", "A2C", "apical"]) { kind in
      ["ED", "ES"].map { "Mitral annulus diameter \(kind) \($0)" }
    },
    GlanceNumber(title: "MAPSE", kinds: ["mean", "septal", "lateral"]) { ["MAPSE \($0)"] },
    GlanceNumber(title: "LV ejection fraction", kinds: chambers) { ["LV ejection fraction \($0)"] },
    GlanceNumber(title: "LV volume ED / ES", kinds: chambers) { kind in
      ["ED", "ES"].map { "LV volume \(kind) \($0)" }
    },
    GlanceNumber(title: "LA volume ES", kinds: chambers) { ["LA volume \($0) ES"] },
    GlanceNumber(title: "LV volume index ED / ES", kinds: ["biplane"], isOptional: true) { kind in
      ["ED", "ES"].map { "LV volume index \(kind) \($0)" }
    },
    GlanceNumber(title: "LA volume index ES", kinds: ["biplane"], isOptional: true) {
      ["LA volume index \($0) ES"]
    },
  ]

  static func all(of report: StudyReport) -> [GlanceNumber] {
    all.filter { !$0.isOptional || $0.found(in: report) != nil }
  }

  /// The first kind of which there is a number, and its measures: `nil` stands for one that was withheld.
  func found(in report: StudyReport) -> (kind: String, measures: [StudyReport.Measurement?])? {
    kinds.lazy.map { kind in (kind, names(kind).map(report.reported)) }.first { !$1.allSatisfy { $0 == nil } }
  }

  /// Whether the study was asked for it at all.
  func isKnown(to report: StudyReport) -> Bool {
    names(kinds[0]).contains { name in report.studyMeasurements.contains { $0.name == name } }
  }
}

extension StudyReport {
  /// The measures that were not withheld.
  var reported: [Measurement] { studyMeasurements.filter { $0.withheld == nil && $0.value != nil } }

  func reported(_ name: String) -> Measurement? { reported.first { $0.name == name } }
}

extension StudyReport.Measurement {
  /// `mean of 3 beats`; `nil` where beats are not told apart.
  var ofBeats: String? {
    guard let beats = beats?.compactMap({ $0 }) else { return nil }
    return beats.count == 1 ? "one beat" : "mean of \(beats.count) beats"
  }
}
