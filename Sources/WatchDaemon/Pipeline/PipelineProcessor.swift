import Clips
import Foundation
import Glibc
import Lab
import Platform
import Spool
import Study

/// The pipeline as the daemon drives it.
struct PipelineProcessor: StudyProcessor {
  let pipeline: StudyPipeline
  let memory: HeaderMemory

  static func make(
    _ configuration: Configuration, _ memory: HeaderMemory
  ) throws(DaemonFailure) -> PipelineProcessor {
    do throws(CommandFailure) {
      let cores = MachineShare.processors
      let settings = AnalysisSettings(
        configuration: configuration, operatorView: nil,
        threads: configuration.effectiveThreads(cores: cores),
        namesFiles: false)
      let segmenters = try SegmenterSet(
        .init(general: ModelLocation.resolve(configuration.model), byView: configuration.viewModels),
        precision: .init(wanted: configuration.precision))
      return PipelineProcessor(
        pipeline: StudyPipeline(segmenters: segmenters, settings: settings), memory: memory)
    } catch {
      throw .processor(error.sentence)
    }
  }

  func begin(
    _ study: ClaimedStudy, into staging: StagingFolder, context: StudyContext
  ) throws(StudyFailure) -> any StudyWork {
    try PipelineWork(study, processor: self, staging: staging, context: context)
  }
}

/// One study in the pipeline: a turn a clip, and one for the report.
private final class PipelineWork: StudyWork {
  private let study: ClaimedStudy
  private let staging: StagingFolder
  private let context: StudyContext
  private let memory: HeaderMemory
  private let unreadable: [ClaimedInput: HeaderFault]
  /// Files that are not analysed, by digest: they contradict what is published or one another, or another copy counts.
  private let settled: [String: InputEnd]
  /// None of the files may be used, and nothing was published before.
  private let hasNothing: Bool
  private let alreadyPublished: StudyReport?
  private var walk: StudyWalk

  init(
    _ study: ClaimedStudy, processor: PipelineProcessor, staging: StagingFolder, context: StudyContext
  ) throws(StudyFailure) {
    self.study = study
    self.staging = staging
    self.context = context
    memory = processor.memory
    try context.enter(.header)
    var files: [StudyFile] = []
    var unreadable: [ClaimedInput: HeaderFault] = [:]
    var settled: [String: InputEnd] = [:]
    let predecessor = try Self.predecessor(of: study)
    let corrections = CorrectionCheck(predecessor?.report, kept: study.earlier)
    for input in study.inputs {
      switch try Self.read(input, processor.memory, context) {
      case .success(let file)?:
        let end = try Self.end(of: file, by: corrections, context)
        if let end { settled[file.sha256] = end } else { files.append(file) }
      case .failure(let fault)?:
        try Self.retry(fault.reason, fault.detail, of: study, at: .header)
        unreadable[input] = fault
      case nil: continue
      }
    }
    let copies = try Self.copies(among: files, context)
    settled.merge(copies.ends) { first, _ in first }
    files = copies.used
    hasNothing = files.isEmpty && unreadable.isEmpty && study.previous == nil
    if predecessor == nil {
      files += try Self.again(study, besides: files, processor.memory, context)
    }
    self.settled = settled
    self.unreadable = unreadable
    let input = StudyInput(
      studyInstanceUID: study.uid,
      files: files.sorted { ($0.header.sopInstanceUID ?? "") < ($1.header.sopInstanceUID ?? "") },
      others: Self.others(study, unreadable, settled), isClosedAtLimit: study.closedAtLimit)
    let isNothingNew = files.isEmpty && unreadable.isEmpty
    alreadyPublished = predecessor.map(\.report).flatMap { report in
      isNothingNew || report.isFinal && processor.pipeline.isUnchanged(report, input) ? report : nil
    }
    walk = StudyWalk(processor.pipeline, input, replacing: predecessor)
  }

  private static func read(
    _ input: ClaimedInput, _ memory: HeaderMemory, _ context: StudyContext
  ) throws(StudyFailure) -> Result<StudyFile, HeaderFault>? {
    try context.checkpoint()
    guard let path = input.path else { return nil }
    let header = memory.header(of: input.sha256).map(Result.success) ?? ClipHeaders().header(of: path)
    return header.map { header in
      StudyFile(
        path: path, origin: input.names[0], laterOrigins: Array(input.names.dropFirst()),
        sha256: input.sha256, header: header, modified: input.modified)
    }
  }

  private static func copies(
    among files: [StudyFile], _ context: StudyContext
  ) throws(StudyFailure) -> InstanceCopies {
    let checkpoint = Checkpoint { _ in context.mayGoOn(with: .header) }
    do { return try InstanceCopies(of: files) { try $0.pixelDigest(checkpoint) } } catch {
      throw context.reasonToEnd()
        ?? StudyFailure(.interrupted, context.stage, detail: "The work was stopped.")
    }
  }

  private static func end(
    of file: StudyFile, by corrections: CorrectionCheck, _ context: StudyContext
  ) throws(StudyFailure) -> InputEnd? {
    do { return try corrections.end(of: file, Checkpoint { _ in context.mayGoOn(with: .header) }) } catch {
      throw context.reasonToEnd()
        ?? StudyFailure(.interrupted, context.stage, detail: "The work was stopped.")
    }
  }

  /// Where the last revision is gone from the outbox, its inputs are what its results come from: the last file of each
  /// instance, and none of those that come anew.
  private static func again(
    _ study: ClaimedStudy, besides files: [StudyFile], _ memory: HeaderMemory, _ context: StudyContext
  ) throws(StudyFailure) -> [StudyFile] {
    let present = Set(files.map(\.header.sopInstanceUID))
    let last = Dictionary(
      study.earlier.map { ($0.sopInstanceUID, $0) }, uniquingKeysWith: { _, last in last })
    var again: [StudyFile] = []
    for (instance, input) in last where !present.contains(instance) {
      // In an inbox that is only read, the file may have been replaced where it lay.
      guard let path = input.path, try digest(of: path) == input.sha256 else { continue }
      switch try read(input, memory, context) {
      case .success(let file)?: again.append(file)
      case .failure(let fault)?: try retry(fault.reason, fault.detail, of: study, at: .header)
      case nil: continue
      }
    }
    return again
  }

  func step() throws(StudyFailure) -> StudyOutcome? {
    if let report = alreadyPublished, let previous = study.previous {
      return .alreadyPublished(previous, report.status, ends: ends(by: report))
    }
    if hasNothing { return .nothingToPublish(ends: decidedEnds) }
    if try analyseNext() { return nil }
    try context.enter(.report)
    do {
      let report = try walk.finish(
        into: staging.path,
        as: StudyReport.Study(
          uid: study.uid, revision: study.revision.number, supersedes: study.previous?.name))
      for input in study.inputs { memory.forget(input.sha256) }
      return .staged(report.status, ends: ends(by: report))
    } catch let error as FileError {
      throw StudyFailure(.report, error)
    } catch {
      throw StudyFailure(.transient, .report, .internalError, detail: "The result could not be written.")
    }
  }

  /// - Returns: Whether there was a clip left.
  private func analyseNext() throws(StudyFailure) -> Bool {
    let checkpoint = Checkpoint { [context] step in
      context.mayGoOn(with: step == .decoding ? .decode : .inference)
    }
    // The deadline is a clip's.
    try context.enter(.decode)
    let clip: ClipReport?
    do throws(Checkpoint.Stop) { clip = try walk.analyseNext(checkpoint) } catch {
      throw context.reasonToEnd()
        ?? StudyFailure(.interrupted, context.stage, detail: "The work was stopped.")
    }
    if let clip, clip.status == .failed {
      try Self.retry(clip.reason, clip.detail, of: study, at: .decode)
    }
    return clip != nil
  }

  /// A file that was read when it came and cannot be opened now, or a decoder that cannot be started, is the
  /// machine's trouble: it is tried again before the clip counts as failed.
  private static func retry(
    _ reason: ReasonCode?, _ detail: String?, of study: ClaimedStudy, at stage: StudyStage
  ) throws(StudyFailure) {
    if reason == .unreadable, !study.isLastAttempt {
      throw StudyFailure(.transient, stage, reason, detail: detail ?? "A file cannot be read.")
    }
  }

  private var decidedEnds: [Int: InputEnd] {
    [Int: InputEnd](
      uniqueKeysWithValues: study.inputs.compactMap { input in
        settled[input.sha256].map { (input.index, $0) }
      })
  }

  private func ends(by report: StudyReport) -> [Int: InputEnd] {
    let inputs = Dictionary(report.inputs.map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first })
    let details = Dictionary(
      report.clips.map { ($0.sopInstanceUID, $0.detail) }, uniquingKeysWith: { first, _ in first })
    return [Int: InputEnd](
      uniqueKeysWithValues: study.inputs.map { input in
        if let end = settled[input.sha256] { return (input.index, end) }
        let known = inputs[input.sha256]
        let detail = input.sopInstanceUID.flatMap { details[$0] } ?? nil
        return (input.index, InputEnd(state: known?.state ?? .used, reason: known?.reason, detail: detail))
      })
  }

  private static func others(
    _ study: ClaimedStudy, _ unreadable: [ClaimedInput: HeaderFault], _ settled: [String: InputEnd]
  ) -> [StudyReport.Input] {
    let setAside = study.setAside.filter { $0.end?.reason != .duplicate }
    let decided = setAside.compactMap { input in input.end.map { (input, $0.state, $0.reason) } }
    let failed = study.inputs.compactMap { input in
      unreadable[input].map { (input, StudyReport.Input.State.quarantined, Optional($0.reason)) }
    }
    let unused = study.inputs.compactMap { input in
      settled[input.sha256].map { (input, $0.state, $0.reason) }
    }
    return (decided + failed + unused).map { input, state, reason in
      StudyReport.Input(
        sopInstanceUID: input.sopInstanceUID, sha256: input.sha256, state: state, reason: reason)
    }
  }

  /// A result that cannot be read now is none that is gone: without it the next one would lack what it tells.
  private static func predecessor(
    of study: ClaimedStudy
  ) throws(StudyFailure) -> StudyPipeline.Predecessor? {
    guard let previous = study.previous, let folder = study.previousFolder else { return nil }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(folder + "/study.json", .outbox) } catch {
      if error.code == ENOENT { return nil }
      throw StudyFailure(.header, error)
    }
    guard let report = try? StudyJSON.decode(Data(bytes)) else { return nil }
    return StudyPipeline.Predecessor(report: report, folder: folder, name: previous.name)
  }

  /// - Returns: `nil` where the file is not to be read, and waiting would not mend it.
  private static func digest(of path: String) throws(StudyFailure) -> String? {
    do throws(FileError) { return try Files.digest(path, .done) } catch {
      if error.isOfTheEnvironment { throw StudyFailure(.header, error) }
      return nil
    }
  }
}

extension StudyReport {
  /// The same inputs would give the same again. What failed or was closed too early may do better.
  fileprivate var isFinal: Bool { status == .completed || status == .ineligible }
}
