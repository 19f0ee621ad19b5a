import Foundation

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
      let segmenter = try Segmenter(
        path: ModelLocation.resolve(configuration.model), precision: .init(wanted: configuration.precision))
      return PipelineProcessor(
        pipeline: StudyPipeline(segmenter: segmenter, settings: settings), memory: memory)
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
  private let unreadable: [ClaimedInput: HeaderFault]
  private let alreadyPublished: StudyReport?
  private var walk: StudyWalk

  init(
    _ study: ClaimedStudy, processor: PipelineProcessor, staging: StagingFolder, context: StudyContext
  ) throws(StudyFailure) {
    self.study = study
    self.staging = staging
    self.context = context
    try context.enter(.header)
    var files: [StudyFile] = []
    var unreadable: [ClaimedInput: HeaderFault] = [:]
    let predecessor = Self.predecessor(of: study)
    // Where the last revision is gone from the outbox, its inputs are what its results come from.
    let again = predecessor == nil ? study.earlier.filter { $0.path != nil } : []
    for input in study.inputs + again {
      try context.checkpoint()
      guard let path = input.path else { continue }
      switch processor.memory.header(of: input.sha256).map(Result.success) ?? ClipHeaders().header(of: path) {
      case .success(let header):
        files.append(StudyFile(path: path, origin: input.name, sha256: input.sha256, header: header))
      case .failure(let fault): unreadable[input] = fault
      }
    }
    self.unreadable = unreadable
    let input = StudyInput(
      studyInstanceUID: study.uid,
      files: files.sorted { ($0.header.sopInstanceUID ?? "") < ($1.header.sopInstanceUID ?? "") },
      others: Self.others(study, unreadable), isClosedAtLimit: study.closedAtLimit)
    alreadyPublished = predecessor.map(\.report).flatMap { report in
      report.isFinal && processor.pipeline.isUnchanged(report, input) ? report : nil
    }
    walk = StudyWalk(processor.pipeline, input, replacing: predecessor)
  }

  func step() throws(StudyFailure) -> StudyOutcome? {
    if let report = alreadyPublished, let previous = study.previous {
      return .alreadyPublished(previous, report.status, ends: ends(by: report))
    }
    if try analyseNext() { return nil }
    try context.enter(.report)
    do {
      let report = try walk.finish(
        into: staging.path,
        as: StudyReport.Study(
          uid: study.uid, revision: study.revision.number, supersedes: study.previous?.name))
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
    do throws(Checkpoint.Stop) { return try walk.analyseNext(checkpoint) != nil } catch {
      throw context.reasonToEnd()
        ?? StudyFailure(.interrupted, context.stage, detail: "The work was stopped.")
    }
  }

  private func ends(by report: StudyReport) -> [Int: InputEnd] {
    let inputs = Dictionary(report.inputs.map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first })
    let details = Dictionary(
      report.clips.map { ($0.sopInstanceUID, $0.detail) }, uniquingKeysWith: { first, _ in first })
    return [Int: InputEnd](
      uniqueKeysWithValues: study.inputs.map { input in
        let known = inputs[input.sha256]
        let detail = input.sopInstanceUID.flatMap { details[$0] } ?? nil
        return (input.index, InputEnd(state: known?.state ?? .used, reason: known?.reason, detail: detail))
      })
  }

  private static func others(
    _ study: ClaimedStudy, _ unreadable: [ClaimedInput: HeaderFault]
  ) -> [StudyReport.Input] {
    let setAside = study.setAside.filter { $0.end?.reason != .duplicate }
    let decided = setAside.compactMap { input in input.end.map { (input, $0.state, $0.reason) } }
    let failed = study.inputs.compactMap { input in
      unreadable[input].map { (input, StudyReport.Input.State.quarantined, Optional($0.reason)) }
    }
    return (decided + failed).map { input, state, reason in
      StudyReport.Input(
        sopInstanceUID: input.sopInstanceUID, sha256: input.sha256, state: state, reason: reason)
    }
  }

  private static func predecessor(of study: ClaimedStudy) -> StudyPipeline.Predecessor? {
    guard let previous = study.previous, let folder = study.previousFolder,
      let bytes = try? Files.read(folder + "/study.json", .outbox),
      let report = try? StudyJSON.decode(Data(bytes))
    else { return nil }
    return StudyPipeline.Predecessor(report: report, folder: folder, name: previous.name)
  }
}

extension StudyReport {
  /// The same inputs would give the same again. What failed or was closed too early may do better.
  fileprivate var isFinal: Bool { status == .completed || status == .ineligible }
}
