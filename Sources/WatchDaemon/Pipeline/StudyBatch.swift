/// Studies processed one after the other into one outbox, without an inbox: what `hinged process` does.
struct StudyBatch {
  let pipeline: StudyPipeline
  let outbox: String
  let progress: Progress
  private let indexer: OutboxIndexer

  init(pipeline: StudyPipeline, outbox: String, progress: Progress) {
    self.pipeline = pipeline
    self.outbox = outbox
    self.progress = progress
    indexer = OutboxIndexer(outbox: outbox) {
      StandardError.complain("\(outbox): the outbox's index is not up to date: \($0)")
    }
  }

  var threads: Int { pipeline.analysis.settings.threads }

  struct Result {
    /// One a study; none for a study that was held.
    var reports: [StudyReport] = []
    /// One an input file.
    var ends: [FileEnd] = []
    /// Studies among the inputs, held ones included.
    var studies = 0
    /// Studies whose result could not be written through a fault of the program.
    var faults = 0
  }

  /// Every study among the inputs, one after the other.
  func processAll(_ inputs: InputCollection) throws -> Result {
    try prepareOutbox()
    progress.line("reading \(Plural.of(inputs.files.count, "file"))")
    let read = InputAssessment.read(inputs.files, threads: threads)
    let grouping = StudyGrouping.group(read.map { ($0.path, $0.sha256, $0.header) })
    let headers = Dictionary(read.map { ($0.path, $0.header) }, uniquingKeysWith: { first, _ in first })
    var result = Result(studies: grouping.studies.count)
    result.ends = grouping.loose.map { FileEnd($0) } + inputs.refused.map { FileEnd(refused: $0) }
    for study in grouping.studies { try process(study, headers: headers, into: &result) }
    return result
  }

  private func prepareOutbox() throws {
    do {
      try Files.makeFolder(outbox, .outbox)
      try StagingFolder.removeAbandoned(in: outbox)
    } catch {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "\(outbox): \(error); check the folder and its permissions")
    }
  }

  /// Publishes a study's result, unless the same result stands in the outbox already.
  private func process(
    _ study: StudyGrouping.Study, headers: [String: HeaderResult], into result: inout Result
  ) throws {
    if study.isHeld {
      result.ends += held(study)
      return
    }
    let input = StudyInput(study, headers: headers)
    do {
      let predecessor = try latest(of: study.uid)
      let report: StudyReport
      if let predecessor, pipeline.isUnchanged(predecessor.report, input) {
        progress.line("study \(study.uid): already in the outbox, unchanged")
        report = predecessor.report
      } else {
        report = try publish(input, replacing: predecessor)
      }
      result.reports.append(report)
      result.ends += study.ends(by: report)
    } catch let error as FileError {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "\(outbox): \(error); nothing of study \(study.uid) was published"
      )
    } catch {
      // The other studies are not to blame.
      StandardError.complain("study \(study.uid): nothing was published: \(error)")
      result.faults += 1
      result.ends += study.files.map {
        FileEnd($0, state: .quarantined, reason: .internalError, study: study.uid)
      }
    }
  }

  private func publish(
    _ input: StudyInput, replacing predecessor: StudyPipeline.Predecessor?
  ) throws -> StudyReport {
    let publisher = OutboxPublisher(outbox: outbox)
    let revision = PublishedRevision(
      study: input.studyInstanceUID, number: (predecessor?.report.study.revision ?? 0) + 1)
    let staging = try StagingFolder(in: outbox, name: revision.name)
    do {
      let report = try pipeline.run(
        input, replacing: predecessor, into: staging.path,
        checkpoint: progress.counting(input.files.reduce(0) { $0 + $1.header.frames }),
        onClip: { progress.line(ClipLine.text($0)) })
      _ = try publisher.publish(staging, as: revision)
      indexer.update()
      progress.line("study \(input.studyInstanceUID): \(report.status.rawValue)")
      return report
    } catch {
      try? staging.discard()
      throw error
    }
  }

  private func latest(of uid: String) throws -> StudyPipeline.Predecessor? {
    let publisher = OutboxPublisher(outbox: outbox)
    guard let revision = try publisher.revisions(of: uid).last else { return nil }
    let folder = publisher.folder(of: revision)
    let bytes = try Files.read(folder + "/study.json", .outbox)
    return StudyPipeline.Predecessor(
      report: try StudyJSON.decode(.init(bytes)), folder: folder, name: revision.name)
  }

  private func held(_ study: StudyGrouping.Study) -> [FileEnd] {
    let attributes = study.disagreements.map(\.rawValue).joined(separator: ", ")
    progress.line("study \(study.uid): held, its files disagree on \(attributes)")
    let files = study.files + study.duplicates + study.conflicting
    return files.map { FileEnd($0, state: .held, reason: .identityConflict, study: study.uid) }
  }
}

extension StudyInput {
  init(_ study: StudyGrouping.Study, headers: [String: HeaderResult]) {
    let files = study.files.compactMap { file -> StudyFile? in
      guard case .success(let header) = headers[file.path] else { return nil }
      return StudyFile(path: file.path, origin: file.path, sha256: file.sha256, header: header)
    }
    self.init(studyInstanceUID: study.uid, files: files, others: study.otherInputs)
  }
}

extension StudyGrouping.Study {
  /// The files that are not analysed, with their ends. Copies have the same digest as the file that is used.
  var otherInputs: [StudyReport.Input] {
    conflicting.map {
      StudyReport.Input(
        sopInstanceUID: $0.member?.sopInstanceUID, sha256: $0.sha256, state: .held, reason: .uidConflict)
    }
  }

  /// How each of the study's files ended, by the report that was published.
  func ends(by report: StudyReport) -> [FileEnd] {
    let inputs = Dictionary(report.inputs.map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first })
    let used = files.map { file in
      FileEnd(
        file, state: inputs[file.sha256]?.state ?? .used, reason: inputs[file.sha256]?.reason, study: uid)
    }
    return used + duplicates.map { FileEnd($0, state: .ignored, reason: .duplicate, study: uid) }
      + conflicting.map { FileEnd($0, state: .held, reason: .uidConflict, study: uid) }
  }
}
