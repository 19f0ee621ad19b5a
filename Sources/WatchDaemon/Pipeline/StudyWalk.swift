/// A study on its way through the pipeline, one clip at a time, so that whoever drives it can let others have a turn
/// in between.
struct StudyWalk {
  private let pipeline: StudyPipeline
  private let study: StudyInput
  private let others: [StudyReport.Input]
  private let predecessor: StudyPipeline.Predecessor?
  private var outcomes: [ClipAnalysis.Outcome] = []
  private var log = StudyLog()
  private let start = ContinuousClock.now

  init(
    _ pipeline: StudyPipeline, _ study: StudyInput, others: [StudyReport.Input] = [],
    replacing predecessor: StudyPipeline.Predecessor? = nil
  ) {
    self.pipeline = pipeline
    self.study = study
    self.others = others
    self.predecessor = predecessor
    log.add("study-started", stage: "study", at: .now, .count("files", study.files.count + others.count))
  }

  /// Analyses the next clip; `nil` when none is left.
  mutating func analyseNext() -> ClipReport? {
    guard outcomes.count < study.files.count else { return nil }
    let outcome = pipeline.analysis.analyse(study.files[outcomes.count])
    log.add(outcome)
    outcomes.append(outcome)
    return outcome.report
  }

  /// Writes what was found into an empty staging folder, the record last.
  /// - Parameter adjust: Has the last word on the report.
  func finish(into staging: String, adjust: (inout StudyReport) -> Void = { _ in }) throws -> StudyReport {
    let clock = ContinuousClock()
    var log = log
    var report = StudyReport(study, outcomes, others: others, card: pipeline.analysis.segmenter.card)
    report.configuration = StudyReport.Configuration(sha256: pipeline.configurationDigest)
    if let predecessor { report.supersede(predecessor) }
    adjust(&report)
    let publishing = clock.now
    try pipeline.writer.write(report, study, outcomes, predecessor: predecessor, into: staging)
    report.timings.publish = publishing.duration(to: clock.now).milliseconds
    report.timings.total = start.duration(to: clock.now).milliseconds
    log.add("study-written", stage: "publish", at: .now, durationMilliseconds: report.timings.publish)
    try pipeline.writer.writeRecord(report, log: log, into: staging)
    return report
  }
}
