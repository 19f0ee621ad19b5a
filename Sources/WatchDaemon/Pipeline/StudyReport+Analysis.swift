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

  /// Inputs of an earlier report in whose place this one has another file of their instance.
  func replaced(in earlier: StudyReport) -> [Input] {
    let files = Dictionary(
      inputs.map { ($0.sopInstanceUID ?? "", $0.sha256) }, uniquingKeysWith: { first, _ in first })
    return earlier.inputs.filter { input in
      guard input.state == .used || input.state == .excluded, let uid = input.sopInstanceUID,
        let sha256 = files[uid]
      else { return false }
      return sha256 != input.sha256
    }
  }

  /// Makes this the next revision: clips that only the earlier one had keep their results.
  mutating func supersede(_ predecessor: StudyPipeline.Predecessor, isClosedAtLimit: Bool) {
    let earlier = predecessor.report
    study.revision = earlier.study.revision + 1
    study.supersedes = predecessor.name
    let present = Set(clips.map(\.sopInstanceUID))
    clips += earlier.clips.filter { !present.contains($0.sopInstanceUID) }.map {
      $0.measured(by: earlier.model)
    }
    let known = Set(inputs.map(\.sha256))
    inputs += earlier.inputs.filter {
      !known.contains($0.sha256) && !present.contains($0.sopInstanceUID ?? "")
    }
    status = Self.status(of: clips, isClosedAtLimit: isClosedAtLimit)
  }
}

extension ClipReport {
  /// With the model named that earlier versions named for the study alone.
  fileprivate func measured(by model: StudyReport.Model) -> ClipReport {
    var clip = self
    if curves != nil { clip.model = clip.model ?? model }
    return clip
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
