/// What the person who runs the program decides about the analysis; part of what the result depends on.
struct AnalysisSettings: Sendable, Equatable {
  /// The view that the operator states for every clip.
  var operatorView: ClipReport.View.Code?
  /// The view by the configuration's rules for one file; asked with the header and the file's name.
  var ruleView: @Sendable (ClipHeader, String) -> ClipReport.View.Code? = { _, _ in nil }
  /// Frames in work at once.
  var threads: Int
  /// Whether results name the files that they came from. File names carry patient names, so a daemon says no.
  var namesFiles: Bool

  static func == (a: AnalysisSettings, b: AnalysisSettings) -> Bool {
    a.operatorView == b.operatorView && a.threads == b.threads && a.namesFiles == b.namesFiles
  }
}
