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
    var walk = StudyWalk(self, study, others: others, replacing: predecessor)
    while let clip = walk.analyseNext() { onClip(clip) }
    return try walk.finish(into: staging)
  }
}

extension StudyLog {
  /// One clip's walk.
  mutating func add(_ outcome: ClipAnalysis.Outcome) {
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
