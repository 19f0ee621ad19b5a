/// How a study's files become the files of its result: every clip is analysed, what was found becomes one report,
/// and the report is written into a staging folder. Nothing here reads an inbox or publishes.
struct StudyPipeline: Sendable {
  let analysis: ClipAnalysis
  let writer: StudyWriter

  /// What a new revision stands on.
  struct Predecessor: Sendable {
    var report: StudyReport
    /// The folder that it was published in.
    var folder: String
    /// The name of that folder.
    var name: String
  }

  /// SHA-256 of all settings that results depend on.
  var configurationDigest: String { analysis.settings.digest }

  /// The whole walk in one go.
  /// - Throws: what the writers throw: a full disk, a share that is gone.
  func run(
    _ study: StudyInput, replacing predecessor: Predecessor? = nil, into staging: String,
    onClip: (ClipReport) -> Void = { _ in }
  ) throws -> StudyReport {
    let walk = StudyWalk(self, study, replacing: predecessor, into: staging)
    while walk.hasClipsLeft { onClip(walk.analyseNextClip()) }
    return try walk.finish()
  }

  /// Whether a result was made by the same model, configuration and version and covers all of these inputs.
  func isUnchanged(_ report: StudyReport, _ study: StudyInput) -> Bool {
    let known = Set(report.inputs.map(\.sha256))
    return report.model.sha256 == analysis.segmenter.sha256
      && report.configuration?.sha256 == configurationDigest && report.software.version == Software.version
      && study.files.allSatisfy { known.contains($0.sha256) }
      && study.others.allSatisfy { known.contains($0.sha256) }
  }
}

/// The walk of one study, clip by clip, so that whoever drives it can turn to another study in between.
final class StudyWalk {
  private let pipeline: StudyPipeline
  private let study: StudyInput
  private let predecessor: StudyPipeline.Predecessor?
  private let staging: String
  private let started = ContinuousClock.now
  private var outcomes: [ClipAnalysis.Outcome] = []
  private var log = StudyLog()

  /// - Parameter staging: an empty folder, which is to be published when `finish` has returned.
  init(
    _ pipeline: StudyPipeline, _ study: StudyInput, replacing predecessor: StudyPipeline.Predecessor?,
    into staging: String
  ) {
    self.pipeline = pipeline
    self.study = study
    self.predecessor = predecessor
    self.staging = staging
    log.add(
      "study-started", stage: "study", at: .now, .count("files", study.files.count + study.others.count))
  }

  var hasClipsLeft: Bool { outcomes.count < study.files.count }

  func analyseNextClip() -> ClipReport {
    let outcome = pipeline.analysis.analyse(study.files[outcomes.count])
    outcomes.append(outcome)
    log.add(outcome)
    return outcome.report
  }

  /// Writes the result, its record last.
  func finish() throws -> StudyReport {
    precondition(!hasClipsLeft, "every clip is analysed before the study is written")
    var report = StudyReport(study, outcomes, card: pipeline.analysis.segmenter.card)
    report.configuration = StudyReport.Configuration(sha256: pipeline.configurationDigest)
    if let predecessor { report.supersede(predecessor) }
    let publishing = ContinuousClock.now
    try pipeline.writer.write(report, study, outcomes, predecessor: predecessor, into: staging)
    report.timings.publish = publishing.duration(to: .now).milliseconds
    report.timings.total = started.duration(to: .now).milliseconds
    log.add("study-written", stage: "publish", at: .now, durationMilliseconds: report.timings.publish)
    try pipeline.writer.writeRecord(report, log: log, into: staging)
    return report
  }
}

extension StudyLog {
  /// One clip's walk.
  fileprivate mutating func add(_ outcome: ClipAnalysis.Outcome) {
    let report = outcome.report
    let status = Fact.status(report.status)
    let clip = Fact.clip(sopInstanceUID: report.sopInstanceUID)
    add("clip-sampled", stage: "decode", at: .now, durationMilliseconds: outcome.decoding.milliseconds, clip)
    add("clip-segmented", stage: "inference", at: .now, durationMilliseconds: outcome.inference.milliseconds, clip)
    if let reason = report.reason {
      add("clip-ended", stage: "clip", at: .now, clip, status, .reason(reason))
    } else {
      add(
        "clip-ended", stage: "clip", at: .now, clip, status, .count("frames", report.frames),
        .count("beats", report.beats.count))
    }
  }
}
