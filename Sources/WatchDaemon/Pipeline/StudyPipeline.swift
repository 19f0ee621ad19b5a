import Clips
import Platform
import Study

/// How a study's files become the files of its result: every clip is analysed, what was found becomes one report,
/// and the report is written into a staging folder. Nothing here reads an inbox or publishes.
struct StudyPipeline: Sendable {
  let analysis: ClipAnalysis
  let writer: StudyWriter

  init(segmenters: SegmenterSet, settings: AnalysisSettings) {
    var settings = settings
    settings.precision = segmenters.general.precision
    settings.viewModels = segmenters.byView.mapValues(StudyReport.Model.init)
    analysis = ClipAnalysis(segmenters: segmenters, settings: settings)
    writer = StudyWriter(settings: settings)
  }

  /// SHA-256 of all settings that results depend on.
  var configurationDigest: String { analysis.settings.digest }

  /// The model of the clips whose view has none of its own.
  var model: StudyReport.Model { StudyReport.Model(analysis.segmenters.general) }

  /// Whether a result was made by the same models, configuration and version and covers all of these inputs.
  func isUnchanged(_ report: StudyReport, _ study: StudyInput) -> Bool {
    let known = Set(report.inputs.map(\.sha256))
    return report.model.sha256 == model.sha256
      && report.configuration?.sha256 == configurationDigest && report.software.version == Software.version
      && study.files.allSatisfy { known.contains($0.sha256) }
      && study.others.allSatisfy { known.contains($0.sha256) }
  }
}
