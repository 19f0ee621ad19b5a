import Clips
import Platform
import Spool
import Study

/// Files that `hinged process` or a shard of a plan was given, read already; one outbox may get results of several such
/// processes at once.
struct GivenSource: StudySource {
  let input: StudyInput
  let publisher: OutboxPublisher
  /// Follows on the study in the names of staging folders, so that whoever does the same work next knows them.
  var stagingMark = ""
  var checkpoint = Checkpoint.none
  var onClip: (ClipReport) -> Void = { _ in }

  var rules: StudyRules { .given }
  var earlier: [ClaimedInput] { [] }

  func succession() throws -> Succession { try Succession(of: input.studyInstanceUID, in: publisher) }

  func files() -> SourceFiles {
    SourceFiles(
      studyInstanceUID: input.studyInstanceUID, files: input.files, others: input.others,
      isClosedAtLimit: input.isClosedAtLimit)
  }

  func keptFiles(besides present: Set<String?>) -> [StudyFile] { [] }

  func stage(as revision: PublishedRevision) throws -> StagingFolder {
    try StagingFolder(in: publisher.outbox, name: revision.name + stagingMark, mode: publisher.mode)
  }

  func enter(_ stage: StudyStage) {}

  func checkpoint(_ stage: StudyStage) -> Checkpoint { checkpoint }

  func accept(_ clip: ClipReport) { onClip(clip) }

  /// Whoever named the file is told, and tries again.
  func putOff(_ failure: FileError) {}
}

extension GivenSource {
  struct Result {
    var report: StudyReport
    var revision: PublishedRevision
    /// Published now, and not found in the outbox.
    var isNew: Bool
    /// How files ended that were not analysed, by digest; the report has the others.
    var ends: [String: InputEnd]
  }

  /// Walks the study in one go, and publishes what is new.
  /// - Throws: `Checkpoint.Stop` where the checkpoint asks for it; what the writers throw. Nothing is published then.
  func publish(_ pipeline: StudyPipeline) throws -> Result {
    while true {
      var walk = try StudyWalk(pipeline, self)
      do {
        if let result = try end(of: &walk) { return result }
      } catch {
        walk.discard()
        throw error
      }
      // Another process was faster: its result is the one to follow now, and may be of the same files.
      walk.discard()
    }
  }

  /// - Returns: `nil` where the place of the result was taken meanwhile.
  private func end(of walk: inout StudyWalk) throws -> Result? {
    while true {
      switch try walk.step() {
      case nil: continue
      case .alreadyPublished(let report, let revision)?:
        return Result(report: report, revision: revision, isNew: false, ends: walk.ends)
      case .staged(let report, let staging)?:
        let revision = walk.succession.revision
        guard case .published = try publisher.publish(staging, as: revision) else { return nil }
        return Result(report: report, revision: revision, isNew: true, ends: walk.ends)
      case .nothingToPublish?: preconditionFailure("a study that was given gets a result")
      }
    }
  }
}
