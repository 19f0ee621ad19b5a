import Clips
import Platform
import Study

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
