import Clips
import Platform
import Reports
import Study

/// The analysis of a study's clips, one at a time, and the result that is written of them.
struct StudyAnalysis {
  private let pipeline: StudyPipeline
  private let study: StudyInput
  private let predecessor: Predecessor?
  private var outcomes: [ClipAnalysis.Outcome] = []
  private let identity: StudyReport.Study?
  private var log = StudyLog()
  private let start = ContinuousClock.now

  /// - Parameter identity: What the result is published as, where that is not a first revision: with a predecessor
  ///   always.
  init(
    _ pipeline: StudyPipeline, _ study: StudyInput, replacing predecessor: Predecessor? = nil,
    as identity: StudyReport.Study? = nil
  ) {
    self.pipeline = pipeline
    self.study = study
    self.predecessor = predecessor
    self.identity = identity
    log.add(
      "study-started", stage: "study", at: .now, .count("files", study.files.count + study.others.count))
    for copy in study.others where copy.reason == .superseded {
      log.add(superseded: copy)
    }
  }

  /// Analyses the next clip; `nil` when none is left. A clip that is stopped at a checkpoint is still the next one.
  mutating func analyseNext(_ checkpoint: Checkpoint = .none) throws(Checkpoint.Stop) -> ClipReport? {
    guard outcomes.count < study.files.count else { return nil }
    let kept = outcomes.reduce(0) { $0 + ($1.segmented?.frameBytes ?? 0) }
    let outcome = try pipeline.analysis.analyse(
      study.files[outcomes.count], roomForFrames: MemoryEstimate.roomForFrames - kept, checkpoint)
    log.add(outcome)
    outcomes.append(outcome)
    return outcome.report
  }

  /// Writes what was found into an empty staging folder, the record last.
  /// - Throws: what the writers throw: a full disk, a share that is gone.
  mutating func write(into staging: String) throws -> StudyReport {
    var report = StudyReport(study, outcomes, model: pipeline.model)
    report.configuration = StudyReport.Settings(sha256: pipeline.configurationDigest)
    if let predecessor {
      for input in report.replaced(in: predecessor.report) { log.add(superseded: input) }
      report.supersede(predecessor, isClosedAtLimit: study.isClosedAtLimit)
    }
    if let identity { report.study = identity }
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    report = try report.recorded()
    let publishing = ContinuousClock.now
    try pipeline.writer.write(report, study, outcomes, predecessor: predecessor, into: staging, log: &log)
    report.timings.publish = publishing.duration(to: .now).milliseconds
    report.timings.total = start.duration(to: .now).milliseconds
    log.add("study-written", stage: "publish", at: .now, durationMilliseconds: report.timings.publish)
    try pipeline.writer.writeRecord(report, log: log, into: staging)
    return report
  }
}

extension StudyLog {
  /// Another copy of an instance counts now.
  fileprivate mutating func add(superseded input: StudyReport.Input) {
    add(
      "copy-superseded", stage: "study", at: .now, .clip(sopInstanceUID: input.sopInstanceUID ?? ""),
      .digest("sha256", input.sha256))
  }

  /// One clip's walk.
  fileprivate mutating func add(_ outcome: ClipAnalysis.Outcome) {
    let report = outcome.report
    let status = Fact.status(report.status)
    let clip = Fact.clip(sopInstanceUID: report.sopInstanceUID)
    add("clip-sampled", stage: "decode", at: .now, durationMilliseconds: outcome.decoding.milliseconds, clip)
    add(
      "clip-segmented", stage: "inference", at: .now, durationMilliseconds: outcome.inference.milliseconds,
      clip)
    if let reason = report.reason {
      add("clip-ended", stage: "clip", at: .now, clip, status, .reason(reason))
    } else {
      add(
        "clip-ended", stage: "clip", at: .now, clip, status, .count("frames", report.frames),
        .count("beats", report.beats.count))
    }
  }
}
