import Clips
import Foundation
import Platform
import Spool
import Study

/// The studies among files that were given, one after the other into one outbox: what `hinged process` does.
struct GivenStudies {
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
    let (publisher, scratch) = try prepareOutbox()
    defer { try? scratch.discard() }
    progress.line("reading \(Plural.of(inputs.files.count, "file"))")
    let archives = try open(InputAssessment.read(inputs.files, threads: threads), into: scratch)
    let read = archives.inputs
    let grouping = StudyGrouping.group(
      read.map { AssessedFile(path: $0.path, sha256: $0.sha256, header: $0.header, modified: $0.modified) })
    let headers = Dictionary(read.map { ($0.path, $0.header) }, uniquingKeysWith: { first, _ in first })
    var result = Result(studies: grouping.studies.count)
    result.ends =
      archives.ends + grouping.loose.map { FileEnd($0) } + inputs.refused.map { FileEnd(refused: $0) }
    for study in grouping.studies {
      try process(study, headers: headers, copies: archives.copies, publisher, into: &result)
    }
    return result
  }

  private func open(_ read: [ReadInput], into scratch: StagingFolder) throws -> OpenedArchives {
    do {
      return try OpenedArchives(read, into: scratch.path, threads: threads)
    } catch let error as FileError {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "\(outbox): \(error); archives are taken apart there")
    }
  }

  /// Where it cannot be written is found out before there is anything to lose.
  /// - Returns: With a folder in it for what is taken apart.
  private func prepareOutbox() throws -> (OutboxPublisher, StagingFolder) {
    do {
      try Files.makeFolder(outbox, .outbox)
      try StagingFolder.removeAbandoned(in: outbox)
      let publisher = try OutboxPublisher(lookingThrough: outbox, mode: mode)
      return (publisher, try StagingFolder(in: outbox, name: "unpacked"))
    } catch {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "\(outbox): \(error); check the folder and its permissions")
    }
  }

  /// Publishes a study's result, unless the same result is in the outbox already.
  private func process(
    _ study: StudyGrouping.Study, headers: [String: HeaderResult], copies: [String: String],
    _ publisher: OutboxPublisher, into result: inout Result
  ) throws {
    if study.isHeld {
      result.ends += held(study)
      return
    }
    let input = StudyInput(study, headers: headers, copies: copies)
    do {
      let source = GivenSource(
        input: input, publisher: publisher,
        checkpoint: progress.counting(input.files.reduce(0) { $0 + $1.header.frames }),
        onClip: { progress.line(ClipLine.text($0)) })
      let outcome = try source.publish(pipeline)
      if outcome.isNew { indexer.update(outcome.revision.name) }
      let end = outcome.isNew ? outcome.report.status.rawValue : "already in the outbox, unchanged"
      progress.line("study \(study.uid): \(end)")
      for advice in [
        ViewAdvice.unknown(in: outcome.report.clips), ViewAdvice.fromPicture(in: outcome.report.clips),
      ] {
        if let advice { progress.line("study \(study.uid): \(advice)") }
      }
      result.reports.append(outcome.report)
      result.ends += study.ends(by: outcome.report, outcome.ends)
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
  /// - Parameter decided: How files ended that were not analysed, by digest.
  func ends(by report: StudyReport, _ decided: [String: InputEnd]) -> [FileEnd] {
    let inputs = Dictionary(report.inputs.map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first })
    let ends = (files + differing).map { file in
      if let end = decided[file.sha256] {
        return FileEnd(file, state: end.state, reason: end.reason, study: uid)
      }
      return FileEnd(
        file, state: inputs[file.sha256]?.state ?? .used, reason: inputs[file.sha256]?.reason, study: uid)
    }
    return ends + duplicates.map { FileEnd($0, state: .ignored, reason: .duplicate, study: uid) }
  }
}

/// How one input file of a `process` call ended: a line of its `--json` output.
struct FileEnd: Sendable, Equatable {
  var file: String
  var sha256: String?
  var state: StudyReport.Input.State
  var reason: ReasonCode?
  var studyInstanceUID: String?
  /// For the terminal, where there is more to say than the reason.
  var detail: String?

  /// The keys are the contract's: all of them on every line, `null` where there is nothing to say.
  var json: String {
    let members: [(key: String, value: JSONValue)] = [
      ("file", .string(file)), ("sha256", .optional(sha256)), ("state", .string(state.rawValue)),
      ("reason", .optional(reason?.rawValue)), ("study_uid", .optional(studyInstanceUID)),
    ]
    return (try? JSONValue.object(members).compact()) ?? "{}"
  }

  var text: String {
    "\(file): \(state.rawValue)" + (reason.map { " (\($0.rawValue))" } ?? "")
      + (detail.map { ": \($0)" } ?? "")
  }
}

extension FileEnd {
  init(_ loose: StudyGrouping.Loose) {
    self.init(
      file: loose.file.path, sha256: loose.file.sha256.isEmpty ? nil : loose.file.sha256, state: loose.state,
      reason: loose.reason, studyInstanceUID: loose.file.statedStudy)
  }

  /// A link, a pipe or a device: never opened.
  init(refused path: String) {
    self.init(file: path, sha256: nil, state: .ignored, reason: .notAFile, studyInstanceUID: nil)
  }

  init(_ file: AssessedFile, state: StudyReport.Input.State, reason: ReasonCode?, study: String) {
    self.init(file: file.path, sha256: file.sha256, state: state, reason: reason, studyInstanceUID: study)
  }
}
