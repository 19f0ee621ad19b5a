import Clips
import Foundation
import Platform
import Reports
import Spool
import Study

/// The walk of one study from its files to the files of its result, for whichever source it comes from: its files are
/// compared with what is published and with one another, its clips are analysed one a turn, and the result is written
/// into a staging folder. To publish it is up to whoever drives the walk.
///
/// On one thread at a time, as is its source.
struct StudyWalk {
  /// What came of the study.
  enum Outcome {
    /// Written, to be published as the succession's revision.
    case staged(StudyReport, StagingFolder)
    /// The same work was published before, as that revision; nothing is to be published.
    case alreadyPublished(StudyReport, PublishedRevision)
    /// None of the files may be used, and nothing was published before.
    case nothingToPublish
  }

  let succession: Succession
  /// How files end that are not analysed, because of what is published or of one another, by digest.
  private(set) var ends: [String: InputEnd] = [:]
  private let source: any StudySource
  /// Known before a clip was analysed.
  private var outcome: Outcome?
  private var analysis: StudyAnalysis
  private var staging: StagingFolder?

  /// Reads the headers, and compares the files with what is published.
  /// - Throws: what the source throws; `FileError` where the outbox cannot be read.
  init(_ pipeline: StudyPipeline, _ source: any StudySource) throws {
    self.source = source
    try source.enter(.header)
    succession = try source.succession()
    let predecessor = try Predecessor(succession, isReplaceable: source.rules.keepsInputs)
    let given = try source.files()
    var input = StudyInput(
      studyInstanceUID: given.studyInstanceUID, files: given.files, others: given.others,
      isClosedAtLimit: given.isClosedAtLimit)
    let isCurrent = predecessor.map {
      source.rules.accept($0.report) && pipeline.isUnchanged($0.report, input)
    }
    if isCurrent != true || source.rules.explainsEnds {
      let corrections = CorrectionCheck(predecessor?.report, kept: source.earlier)
      ends = try input.settle(corrections, source.checkpoint(.header))
    }
    var judgement = ReadersJudgement(given.corrections, of: predecessor, succession)
    ends.merge(judgement.ends) { first, _ in first }
    let hasNews =
      !judgement.taken.isEmpty || (isCurrent != true && (!input.files.isEmpty || given.hasUnreadable))
    outcome = Self.outcome(succession, predecessor, hasNews: hasNews, source.rules)
    if predecessor == nil, outcome == nil {
      input.add(try source.keptFiles(besides: Set(input.files.map(\.header.sopInstanceUID))))
      judgement.taken = try source.keptCorrections()
    }
    var kept: [StudyFile] = []
    if let predecessor, outcome == nil, !judgement.taken.isEmpty {
      let present = Set(input.files.map(\.header.sopInstanceUID))
      let clips = predecessor.report.clips(touchedBy: judgement.taken.map(\.content))
      // A clip that was not measured is analysed by the view that the reader states; others are drawn again.
      let toMeasure = clips.toMeasure.filter { !present.contains($0) }
      input.add(try source.keptFiles(ofClips: Set(toMeasure)))
      kept = try source.keptFiles(ofClips: clips.toDraw.subtracting(present.compactMap(\.self)))
    }
    analysis = StudyAnalysis(
      pipeline, input, replacing: predecessor, corrections: judgement.taken, kept: kept,
      as: StudyReport.Study(
        uid: given.studyInstanceUID, revision: succession.revision.number,
        supersedes: succession.previous?.name))
  }

  /// - Returns: What is known before a clip is analysed; `nil` where a result is to be made.
  private static func outcome(
    _ succession: Succession, _ predecessor: Predecessor?, hasNews: Bool, _ rules: StudyRules
  ) -> Outcome? {
    if hasNews { return nil }
    guard let previous = succession.previous else {
      return rules.publishesWithoutFiles ? nil : .nothingToPublish
    }
    return predecessor.map { .alreadyPublished($0.report, previous) }
  }

  /// Does the next piece: a clip, or the writing after the last one.
  /// - Returns: `nil` when there is more to do.
  mutating func step() throws -> Outcome? {
    if let outcome { return outcome }
    let staging = try self.staging ?? source.stage(as: succession.revision)
    self.staging = staging
    // The deadline of the stage is a clip's.
    try source.enter(.decode)
    if let clip = try analysis.analyseNext(source.checkpoint(.decode)) {
      if let failure = clip.failure { try source.putOff(failure) }
      try source.accept(clip.report)
      return nil
    }
    try source.enter(.report)
    return .staged(try analysis.write(into: staging.path), staging)
  }

  /// Drops what was staged and is not to be published.
  mutating func discard() {
    try? staging?.discard()
    staging = nil
  }
}

extension StudyInput {
  /// Leaves one file an instance that contradicts nothing which is published, and moves the others to those that are not
  /// analysed.
  /// - Returns: How those ended, by digest.
  fileprivate mutating func settle(
    _ corrections: CorrectionCheck, _ checkpoint: Checkpoint
  ) throws -> [String: InputEnd] {
    var ends: [String: InputEnd] = [:]
    for file in files { ends[file.sha256] = try corrections.end(of: file, checkpoint) }
    let copies = try InstanceCopies(of: files.filter { ends[$0.sha256] == nil }) {
      try $0.pixelDigest(checkpoint)
    }
    ends.merge(copies.ends) { first, _ in first }
    others += files.compactMap { file in
      ends[file.sha256].map { end in
        StudyReport.Input(
          sopInstanceUID: file.header.sopInstanceUID, sha256: file.sha256, state: end.state,
          reason: end.reason)
      }
    }
    files = copies.used
    return ends
  }

  /// Takes up files that were in a result which is gone.
  fileprivate mutating func add(_ kept: [StudyFile]) {
    if kept.isEmpty { return }
    files = (files + kept).sorted { ($0.header.sopInstanceUID ?? "") < ($1.header.sopInstanceUID ?? "") }
  }
}

/// The analysis of a study's clips, one at a time, and the result that is written of them.
struct StudyAnalysis {
  private let pipeline: StudyPipeline
  private let study: StudyInput
  private let predecessor: Predecessor?
  private let corrections: [CorrectionFile]
  /// Of clips whose pictures a correction changes.
  private let kept: [StudyFile]
  private var outcomes: [ClipAnalysis.Outcome] = []
  private let identity: StudyReport.Study?
  private var log = StudyLog()
  private let ahead: SamplesAhead
  private let start = ContinuousClock.now

  /// - Parameter identity: What the result is published as, where that is not a first revision: with a predecessor
  ///   always.
  init(
    _ pipeline: StudyPipeline, _ study: StudyInput, replacing predecessor: Predecessor? = nil,
    corrections: [CorrectionFile] = [], kept: [StudyFile] = [], as identity: StudyReport.Study? = nil
  ) {
    self.kept = kept
    self.pipeline = pipeline
    ahead = SamplesAhead(threads: pipeline.analysis.settings.threads)
    self.study = study
    self.predecessor = predecessor
    self.corrections = corrections
    self.identity = identity
    let precision = pipeline.analysis.segmenters.general.precision
    log.add(
      "study-started", stage: "study", at: .now, .count("files", study.files.count + study.others.count),
      .word("precision", precision.word), .word("kernels", precision.kernels))
    for copy in study.others where copy.reason == .superseded {
      log.add(superseded: copy)
    }
  }

  /// Analyses the next clip; `nil` when none is left. A clip that is stopped at a checkpoint is still the next one.
  mutating func analyseNext(_ checkpoint: Checkpoint = .none) throws(Checkpoint.Stop) -> ClipAnalysis.Outcome?
  {
    guard outcomes.count < study.files.count else { return nil }
    let held = outcomes.reduce(0) { $0 + ($1.segmented?.frameBytes ?? 0) }
    var file = study.files[outcomes.count]
    file.readerView = try readerView(of: file, checkpoint)
    let outcome = try pipeline.analysis.analyse(
      file, roomForFrames: MemoryEstimate.roomForFrames - held,
      ahead: ahead.take(outcomes.count, of: study.files), checkpoint)
    log.add(outcome)
    outcomes.append(outcome)
    return outcome
  }

  /// What a reader said of the view that these pixels show, the last word of all; `nil` for one that is not apical.
  private func readerView(
    of file: StudyFile, _ checkpoint: Checkpoint
  ) throws(Checkpoint.Stop) -> EchoView? {
    guard let uid = file.header.sopInstanceUID else { return nil }
    var words = (predecessor?.report.corrections ?? []).flatMap(\.clips).filter {
      $0.said.sopInstanceUID == uid
    }
    let pixels = predecessor?.report.clip(uid)?.pixels
    words += corrections.flatMap { $0.content.clips ?? [] }.filter { $0.sopInstanceUID == uid }.map {
      .init(said: $0, pixels: pixels)
    }
    guard let word = words.last(where: { $0.said.view != nil }), let view = word.said.view, view.isApical
    else { return nil }
    guard let seen = word.pixels else { return view }
    // Other pixels may show another view.
    let shown: String?
    do { shown = try file.pixelDigest(checkpoint) } catch let stop as Checkpoint.Stop { throw stop } catch {
      shown = nil
    }
    return shown == seen ? view : nil
  }

  /// Writes what was found into an empty staging folder, the record last.
  /// - Throws: what the writers throw: a full disk, a share that is gone.
  mutating func write(into staging: String) throws -> StudyReport {
    var report = StudyReport(study, outcomes, model: pipeline.model)
    report.configuration = StudyReport.Settings(sha256: pipeline.configurationDigest)
    if let predecessor, study.files.isEmpty, !corrections.isEmpty {
      report.keepMaker(of: predecessor.report)
    }
    if let predecessor {
      for input in report.replaced(in: predecessor.report) { log.add(superseded: input) }
      report.supersede(predecessor, isClosedAtLimit: study.isClosedAtLimit)
    }
    if let identity { report.study = identity }
    report.take(corrections, after: predecessor?.report)
    report.study.bodySurfaceArea =
      study.patient.bodySurfaceArea ?? predecessor?.report.study.bodySurfaceArea
    report.studyMeasurements = StudyMeasures.measurements(
      of: report.clips, bodySurfaceArea: report.study.bodySurfaceArea)
    report = try report.recorded()
    let publishing = ContinuousClock.now
    let page = try pipeline.writer.write(
      report, study, outcomes, predecessor: predecessor, kept: kept, into: staging, log: &log)
    report.timings.publish = publishing.duration(to: .now).milliseconds
    report.timings.total = start.duration(to: .now).milliseconds
    log.add("study-written", stage: "publish", at: .now, durationMilliseconds: report.timings.publish)
    try pipeline.writer.writeRecord(report, log: log, page: page, into: staging)
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
