import Foundation

/// The pipeline as the daemon drives it.
struct PipelineProcessor: StudyProcessor {
  let pipeline: StudyPipeline

  static func make(_ configuration: Configuration) throws(DaemonFailure) -> PipelineProcessor {
    do throws(CommandFailure) {
      let cores = ProcessInfo.processInfo.activeProcessorCount
      let settings = AnalysisSettings(
        configuration: configuration, operatorView: nil,
        threads: configuration.effectiveThreads(cores: cores),
        namesFiles: false)
      let segmenter = try Segmenter(
        path: ModelLocation.resolve(configuration.model), precision: .init(wanted: configuration.precision))
      return PipelineProcessor(pipeline: StudyPipeline(segmenter: segmenter, settings: settings))
    } catch {
      throw .processor(error.sentence)
    }
  }

  func begin(
    _ study: ClaimedStudy, into staging: StagingFolder, context: StudyContext
  ) throws(StudyFailure) -> any StudyWork {
    try PipelineWork(study, pipeline: pipeline, staging: staging, context: context)
  }
}

/// One study in the pipeline: a turn a clip, and one for the report.
private final class PipelineWork: StudyWork {
  private let study: ClaimedStudy
  private let staging: StagingFolder
  private let context: StudyContext
  private let unreadable: [ClaimedInput: HeaderFault]
  private var walk: StudyWalk

  init(
    _ study: ClaimedStudy, pipeline: StudyPipeline, staging: StagingFolder, context: StudyContext
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
      switch ClipHeaders().header(of: path) {
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
    walk = StudyWalk(pipeline, input, replacing: predecessor)
  }

  func step() throws(StudyFailure) -> StudyOutcome? {
    try context.enter(.inference)
    if walk.analyseNext() != nil { return nil }
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
