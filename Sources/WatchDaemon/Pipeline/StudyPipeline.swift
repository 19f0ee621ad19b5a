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

extension StudyReport {
  /// The report of a study from the outcomes of its files, one an instance.
  init(_ study: StudyInput, _ outcomes: [ClipAnalysis.Outcome], model: Model) {
    let clips = outcomes.map(\.report)
    self.init(
      study: Study(uid: study.studyInstanceUID, revision: 1, supersedes: nil),
      status: Self.status(of: clips, isClosedAtLimit: study.isClosedAtLimit),
      clips: clips, studyMeasurements: [],
      inputs: zip(study.files, clips).map { Input($0, $1) } + study.others,
      model: model,
      software: Software(name: Platform.Software.name, version: Platform.Software.version),
      timings: Timings(
        decode: outcomes.map(\.decoding.milliseconds).reduce(0, +),
        inference: outcomes.map(\.inference.milliseconds).reduce(0, +), publish: 0, total: 0))
  }

  /// Completed: every eligible clip was measured or is indeterminate. Partial: some of them failed, or the study
  /// was closed at its limit. Ineligible: readable, but nothing to measure. Failed: nothing could be processed.
  static func status(of clips: [ClipReport], isClosedAtLimit: Bool) -> Status {
    let judged = clips.contains { $0.status == .measured || $0.status == .indeterminate }
    let failed = clips.contains { $0.status == .failed }
    let readable = clips.contains { $0.status == .excluded || $0.status == .ignored }
    if failed && !judged && !readable { return .failed }
    if failed || isClosedAtLimit { return .partial }
    return judged ? .completed : .ineligible
  }
}

extension StudyReport.Input {
  init(_ file: StudyFile, _ clip: ClipReport) {
    let state: State =
      switch clip.status {
      case .measured, .indeterminate: .used
      case .excluded: .excluded
      case .ignored: .ignored
      case .failed: .quarantined
      }
    self.init(
      sopInstanceUID: file.header.sopInstanceUID, sha256: file.sha256, state: state, reason: clip.reason)
  }
}
