import Clips
import Platform
import Spool
import Study

/// Studies processed one after the other into one outbox, without an inbox: what `hinged process` does.
struct StudyBatch {
  let pipeline: StudyPipeline
  let outbox: String
  let mode: OutboxMode
  let progress: CommandProgress
  private let indexer: OutboxIndexer

  init(
    pipeline: StudyPipeline, outbox: String, mode: OutboxMode, form: OutboxIndex.Form,
    progress: CommandProgress
  ) {
    self.pipeline = pipeline
    self.outbox = outbox
    self.mode = mode
    self.progress = progress
    indexer = OutboxIndexer(outbox: outbox, mode: mode, form: form) {
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
    let publishing = StudyPublishing(pipeline: pipeline, publisher: try prepareOutbox())
    progress.line("reading \(Plural.of(inputs.files.count, "file"))")
    let scratch = try StagingFolder(in: outbox, name: "unpacked")
    defer { try? scratch.discard() }
    let boxes = try open(InputAssessment.read(inputs.files, threads: threads), into: scratch)
    let read = boxes.inputs
    let grouping = StudyGrouping.group(
      read.map { AssessedFile(path: $0.path, sha256: $0.sha256, header: $0.header, modified: $0.modified) })
    let headers = Dictionary(read.map { ($0.path, $0.header) }, uniquingKeysWith: { first, _ in first })
    var result = Result(studies: grouping.studies.count)
    result.ends =
      boxes.ends + grouping.loose.map { FileEnd($0) } + inputs.refused.map { FileEnd(refused: $0) }
    for study in grouping.studies {
      try process(study, headers: headers, copies: boxes.copies, publishing, into: &result)
    }
    return result
  }

  private func open(_ read: [ReadInput], into scratch: StagingFolder) throws -> OpenedBoxes {
    do {
      return try OpenedBoxes(read, into: scratch.path, threads: threads)
    } catch let error as FileError {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "\(outbox): \(error); archives are taken apart there")
    }
  }

  private func prepareOutbox() throws -> OutboxPublisher {
    do {
      try Files.makeFolder(outbox, .outbox)
      try StagingFolder.removeAbandoned(in: outbox)
      return try OutboxPublisher(lookingThrough: outbox, mode: mode)
    } catch {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "\(outbox): \(error); check the folder and its permissions")
    }
  }

  /// Publishes a study's result, unless the same result stands in the outbox already.
  private func process(
    _ study: StudyGrouping.Study, headers: [String: HeaderResult], copies: [String: String],
    _ publishing: StudyPublishing,
    into result: inout Result
  ) throws {
    if study.isHeld {
      result.ends += held(study)
      return
    }
    let input = StudyInput(study, headers: headers, copies: copies)
    do {
      let outcome = try publishing.result(
        for: input, progress.counting(input.files.reduce(0) { $0 + $1.header.frames }),
        onClip: { progress.line(ClipLine.text($0)) })
      if outcome.isNew { indexer.update(outcome.revision.name) }
      let end = outcome.isNew ? outcome.report.status.rawValue : "already in the outbox, unchanged"
      progress.line("study \(study.uid): \(end)")
      for advice in [
        ViewAdvice.unknown(in: outcome.report.clips), ViewAdvice.fromPicture(in: outcome.report.clips),
      ] {
        if let advice { progress.line("study \(study.uid): \(advice)") }
      }
      result.reports.append(outcome.report)
      result.ends += study.ends(by: outcome.report, held: outcome.held)
    } catch let error as FileError {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "\(outbox): \(error); nothing of study \(study.uid) was published"
      )
    } catch {
      // The other studies are not to blame.
      StandardError.complain("study \(study.uid): nothing was published: \(error)")
      result.faults += 1
      result.ends += (study.files + study.differing).map {
        FileEnd($0, state: .quarantined, reason: .internalError, study: study.uid)
      }
    }
  }

  private func held(_ study: StudyGrouping.Study) -> [FileEnd] {
    let attributes = study.disagreements.map(\.rawValue).joined(separator: ", ")
    progress.line("study \(study.uid): held, its files disagree on \(attributes)")
    let files = study.files + study.differing + study.duplicates
    return files.map { FileEnd($0, state: .held, reason: .identityConflict, study: study.uid) }
  }
}

extension StudyInput {
  /// - Parameter copies: Where a file is to be read instead, by its path.
  init(_ study: StudyGrouping.Study, headers: [String: HeaderResult], copies: [String: String] = [:]) {
    let files = (study.files + study.differing).compactMap { file -> StudyFile? in
      guard case .success(let header) = headers[file.path] else { return nil }
      let others = study.duplicates.filter { $0.sha256 == file.sha256 }.map(\.path)
      return StudyFile(
        path: copies[file.path] ?? file.path, origin: file.path, laterOrigins: others, sha256: file.sha256,
        header: header, modified: file.modified)
    }
    self.init(studyInstanceUID: study.uid, files: files)
  }
}

extension StudyGrouping.Study {
  /// How each of the study's files ended, by the report that was published.
  /// - Parameter held: Digests of files that contradict what was published before.
  func ends(by report: StudyReport, held: Set<String>) -> [FileEnd] {
    let inputs = Dictionary(report.inputs.map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first })
    let ends = (files + differing).map { file in
      if held.contains(file.sha256) {
        return FileEnd(file, state: .held, reason: .uidConflict, study: uid)
      }
      return FileEnd(
        file, state: inputs[file.sha256]?.state ?? .used, reason: inputs[file.sha256]?.reason, study: uid)
    }
    return ends + duplicates.map { FileEnd($0, state: .ignored, reason: .duplicate, study: uid) }
  }
}
