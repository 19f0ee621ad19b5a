import Clips
import Platform
import Spool
import Study

/// A claim of the daemon's, as the walk of a study gets it.
struct ClaimSource: StudySource {
  let study: ClaimedStudy
  let staging: StagingFolder
  let context: StudyContext
  /// What intake read of the files' headers.
  let memory: HeaderMemory

  var rules: StudyRules { .claimed }
  var earlier: [ClaimedInput] { study.earlier }

  func succession() -> Succession { study.succession }

  /// Files that were read when they came are not read again; those that cannot be read now are tried again before they
  /// are quarantined.
  func files() throws -> SourceFiles {
    var source = SourceFiles(
      studyInstanceUID: study.uid, files: [], others: decided, isClosedAtLimit: study.closedAtLimit)
    for input in study.inputs {
      if input.sopInstanceUID == nil {
        try take(input, into: &source)
        continue
      }
      switch try read(input) {
      case .success(let file)?: source.files.append(file)
      case .failure(let fault)?:
        if let failure = fault.failure { try putOff(failure) }
        try retry(fault.reason, fault.detail, at: .header)
        source.hasUnreadable = true
        source.others.append(StudyReport.Input(input, .quarantined, fault.reason))
      case nil: continue
      }
    }
    return source
  }

  /// A file of a study without an instance is a reader's correction, which was read when it came.
  private func take(_ input: ClaimedInput, into source: inout SourceFiles) throws {
    guard let path = input.path else { return }
    let bytes = try Files.read(path, limit: ReaderCorrection.mostBytes + 1, .claimed)
    do throws(ReaderCorrection.Refusal) {
      source.corrections.append(
        CorrectionFile(sha256: input.sha256, content: try ReaderCorrection(bytes), time: input.time))
    } catch {
      throw StudyFailure(.permanent, .header, .correctionRefused, detail: error.sentence)
    }
  }

  func keptCorrections() throws -> [CorrectionFile] {
    try study.earlierCorrections.compactMap { input in
      guard let path = input.path, var kept = try Self.keptCorrection(path, input.sha256) else { return nil }
      kept.time = input.time
      return kept
    }
  }

  /// A correction that was applied before; `nil` where it is there no more. One that cannot be read for now is waited
  /// for: the next revision would take the reader's word back.
  static func keptCorrection(_ path: String, _ sha256: String) throws(FileError) -> CorrectionFile? {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(path, limit: ReaderCorrection.mostBytes + 1, .done) } catch
    {
      if error.isOfTheEnvironment { throw error }
      return nil
    }
    guard SHA256.hexDigest(of: bytes) == sha256, let content = try? ReaderCorrection(bytes) else {
      return nil
    }
    return CorrectionFile(sha256: sha256, content: content)
  }

  /// Copies of bytes that came before need no mention.
  private var decided: [StudyReport.Input] {
    study.setAside.compactMap { input in
      guard let end = input.end, end.reason != .duplicate else { return nil }
      return StudyReport.Input(input, end.state, end.reason)
    }
  }

  private func read(_ input: ClaimedInput) throws -> Result<StudyFile, ClipReadError>? {
    try context.checkpoint()
    guard let path = input.path else { return nil }
    let header = memory.header(of: input.sha256).map(Result.success) ?? ClipHeaders().headers(of: [path])[0]
    return header.map { header in
      StudyFile(
        path: path, origin: input.names[0], laterOrigins: Array(input.names.dropFirst()),
        sha256: input.sha256, header: header, modified: input.modified)
    }
  }

  func keptFiles(besides present: Set<String?>) throws -> [StudyFile] {
    try keptFiles { !present.contains($0) }
  }

  func keptFiles(ofClips instances: Set<String>) throws -> [StudyFile] {
    try keptFiles { $0.map(instances.contains) ?? false }
  }

  private func keptFiles(where isWanted: (String?) -> Bool) throws -> [StudyFile] {
    let last = Dictionary(
      study.earlier.map { ($0.sopInstanceUID, $0) }, uniquingKeysWith: { _, last in last })
    var kept: [StudyFile] = []
    for (instance, input) in last where isWanted(instance) {
      // In an inbox that is only read, the file may have been replaced where it lay.
      guard let path = input.path, try digest(of: path) == input.sha256 else { continue }
      switch try read(input) {
      case .success(let file)?: kept.append(file)
      case .failure(let fault)?:
        if let failure = fault.failure { try putOff(failure) }
        try retry(fault.reason, fault.detail, at: .header)
      case nil: continue
      }
    }
    return kept
  }

  /// - Returns: `nil` where the file is not to be read, and waiting would not mend it.
  private func digest(of path: String) throws -> String? {
    do throws(FileError) { return try Files.digest(path, .done) } catch {
      if error.isOfTheEnvironment { throw error }
      return nil
    }
  }

  func stage(as revision: PublishedRevision) -> StagingFolder { staging }

  func enter(_ stage: StudyStage) throws { try context.enter(stage) }

  func checkpoint(_ stage: StudyStage) -> Checkpoint {
    if stage == .header { return Checkpoint { [context] _ in context.mayGoOn(with: .header) } }
    return Checkpoint { [context] step in context.mayGoOn(with: step == .decoding ? .decode : .inference) }
  }

  func accept(_ clip: ClipReport) throws {
    if clip.status == .failed { try retry(clip.reason, clip.detail, at: .decode) }
  }

  /// What is not the file's fault costs it no attempt.
  func putOff(_ failure: FileError) throws { if failure.isOfTheEnvironment { throw failure } }

  /// A file that was read when it came and cannot be opened now, or a decoder that cannot be started, is the machine's
  /// trouble: it is tried again before the clip counts as failed.
  private func retry(_ reason: ReasonCode?, _ detail: String?, at stage: StudyStage) throws {
    if reason == .unreadable, !study.isLastAttempt {
      throw StudyFailure(.transient, stage, reason, detail: detail ?? "A file cannot be read.")
    }
  }
}

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
    let source = ClaimSource(study: study, staging: staging, context: context, memory: memory)
    do { return ClaimWork(try StudyWalk(pipeline, source), source) } catch {
      throw StudyFailure(error, in: context)
    }
  }
}

/// The walk of one claimed study, in turns.
private final class ClaimWork: StudyWork {
  private var walk: StudyWalk
  private let source: ClaimSource

  init(_ walk: StudyWalk, _ source: ClaimSource) {
    self.walk = walk
    self.source = source
  }

  func step() throws(StudyFailure) -> StudyOutcome? {
    do { return try walk.step().map(outcome) } catch { throw StudyFailure(error, in: source.context) }
  }

  private func outcome(_ outcome: StudyWalk.Outcome) -> StudyOutcome {
    switch outcome {
    case .staged(let report, _):
      for input in source.study.inputs { source.memory.forget(input.sha256) }
      return .staged(report.status, ends: ends(by: report))
    case .alreadyPublished(let report, let revision):
      return .alreadyPublished(revision, report.status, ends: ends(by: report))
    case .nothingToPublish:
      let decided = source.study.inputs.compactMap { input in
        walk.ends[input.sha256].map { (input.index, $0) }
      }
      return .nothingToPublish(ends: [Int: InputEnd](uniqueKeysWithValues: decided))
    }
  }

  private func ends(by report: StudyReport) -> [Int: InputEnd] {
    let inputs = Dictionary(report.inputs.map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first })
    let details = Dictionary(
      report.clips.map { ($0.sopInstanceUID, $0.detail) }, uniquingKeysWith: { first, _ in first })
    return [Int: InputEnd](
      uniqueKeysWithValues: source.study.inputs.map { input in
        if let end = walk.ends[input.sha256] { return (input.index, end) }
        let known = inputs[input.sha256]
        let detail = input.sopInstanceUID.flatMap { details[$0] } ?? nil
        return (input.index, InputEnd(state: known?.state ?? .used, reason: known?.reason, detail: detail))
      })
  }
}

extension ClaimedInput {
  /// Of the last change of its content.
  fileprivate var time: UTCTime { UTCTime(milliseconds: modified / 1_000_000) }
}

extension StudyFailure {
  /// What ended a walk, at the stage that it had reached.
  fileprivate init(_ error: any Error, in context: StudyContext) {
    switch error {
    case let failure as StudyFailure: self = failure
    case let error as FileError: self.init(context.stage, error)
    case is Checkpoint.Stop:
      self =
        context.reasonToEnd()
        ?? StudyFailure(.interrupted, context.stage, detail: "The work was stopped.")
    default:
      self.init(.transient, context.stage, .internalError, detail: "The result could not be written.")
    }
  }
}

extension StudyReport.Input {
  fileprivate init(_ input: ClaimedInput, _ state: State, _ reason: ReasonCode?) {
    self.init(sopInstanceUID: input.sopInstanceUID, sha256: input.sha256, state: state, reason: reason)
  }
}
