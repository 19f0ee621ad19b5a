import Foundation

/// The walk of a study: every clip is analysed, what was found becomes one report, and the report becomes the files
/// of a staging folder. Nothing here reads an inbox or publishes.
struct StudyPipeline: Sendable {
  let analysis: ClipAnalysis
  /// SHA-256 of all settings that results depend on.
  let configurationDigest: String
  let writer: StudyWriter

  /// What a new revision stands on.
  struct Predecessor: Sendable {
    var report: StudyReport
    /// The folder that it was published in.
    var folder: String
    /// The name of that folder.
    var name: String
  }

  /// - Parameters:
  ///   - others: files of the study that were not analysed, with their ends.
  ///   - staging: an empty folder that is published when this returns.
  /// - Throws: what the writers throw: a full disk, a share that is gone.
  func run(
    _ study: StudyInput, others: [StudyReport.Input] = [], replacing predecessor: Predecessor? = nil,
    into staging: String, onClip: (ClipReport) -> Void = { _ in }
  ) throws -> StudyReport {
    let clock = ContinuousClock()
    let start = clock.now
    var log = StudyLog()
    log.add("study-started", stage: "study", at: .now, .count("files", study.files.count + others.count))
    let outcomes = study.files.map { file in
      let outcome = analysis.analyse(file)
      log.add(outcome)
      onClip(outcome.report)
      return outcome
    }
    var report = StudyReport(study, outcomes, others: others, card: analysis.segmenter.card)
    report.configuration = StudyReport.Configuration(sha256: configurationDigest)
    if let predecessor { report.supersede(predecessor) }
    let publishing = clock.now
    try writer.write(report, study, outcomes, predecessor: predecessor, into: staging)
    report.timings.publish = publishing.duration(to: clock.now).milliseconds
    report.timings.total = start.duration(to: clock.now).milliseconds
    log.add("study-written", stage: "publish", at: .now, durationMilliseconds: report.timings.publish)
    try writer.writeRecord(report, log: log, into: staging)
    return report
  }
}

extension StudyLog {
  /// One clip's walk.
  fileprivate mutating func add(_ outcome: ClipAnalysis.Outcome) {
    let report = outcome.report
    let status = Fact.status(report.status)
    let clip = Fact.clip(sopInstanceUID: report.sopInstanceUID)
    add("clip-decoded", stage: "decode", at: .now, durationMilliseconds: outcome.decoding.milliseconds, clip)
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
