import Clips
import Lab
import Platform
import Spool
import Study

/// Gives a study its result in an outbox: the one that stands there, where the same work made it of the same inputs,
/// else a new revision. Several processes may do so in one outbox.
struct StudyPublishing: Sendable {
  let pipeline: StudyPipeline
  let publisher: OutboxPublisher
  /// Follows on the study in the names of staging folders, so that whoever does the same work next knows them.
  var stagingMark = ""

  var outbox: String { publisher.outbox }

  struct Outcome {
    var report: StudyReport
    var revision: PublishedRevision
    /// Published now.
    var isNew: Bool
    /// Digests of files that contradict what was published before, and were not used.
    var held: Set<String>
  }

  /// - Throws: `Checkpoint.Stop` where the checkpoint asks for it; what the writers throw. Nothing is published then.
  func result(
    for input: StudyInput, _ checkpoint: Checkpoint = .none, onClip: (ClipReport) -> Void = { _ in }
  ) throws -> Outcome {
    while true {
      let latest = try latest(of: input.studyInstanceUID)
      if let latest, pipeline.isUnchanged(latest.predecessor.report, input) {
        return Outcome(
          report: latest.predecessor.report, revision: latest.revision, isNew: false, held: [])
      }
      var input = input
      let held = try input.holdContradicting(CorrectionCheck(latest?.predecessor.report), checkpoint)
      _ = try input.settleCopies(checkpoint)
      if let latest, input.files.isEmpty || pipeline.isUnchanged(latest.predecessor.report, input) {
        return Outcome(
          report: latest.predecessor.report, revision: latest.revision, isNew: false, held: held)
      }
      // Where another process was faster, its result is the latest now.
      if let new = try publish(input, held: held, on: latest, checkpoint, onClip: onClip) { return new }
    }
  }

  private typealias Latest = (revision: PublishedRevision, predecessor: StudyPipeline.Predecessor)

  private func publish(
    _ input: StudyInput, held: Set<String>, on latest: Latest?, _ checkpoint: Checkpoint,
    onClip: (ClipReport) -> Void
  ) throws -> Outcome? {
    let revision = PublishedRevision(
      study: input.studyInstanceUID, number: (latest?.revision.number ?? 0) + 1)
    let staging = try StagingFolder(in: outbox, name: revision.name + stagingMark, mode: publisher.mode)
    do {
      let report = try pipeline.run(
        input, replacing: latest?.predecessor, into: staging.path, checkpoint, onClip: onClip)
      guard case .published = try publisher.publish(staging, as: revision) else {
        try staging.discard()
        return nil
      }
      return Outcome(report: report, revision: revision, isNew: true, held: held)
    } catch {
      try? staging.discard()
      throw error
    }
  }

  private func latest(of uid: String) throws -> Latest? {
    guard let revision = try publisher.latestRevision(of: uid) else { return nil }
    let folder = publisher.folder(of: revision)
    let bytes = try Files.read(folder + "/study.json", .outbox)
    let report = try StudyJSON.decode(.init(bytes))
    return (revision, StudyPipeline.Predecessor(report: report, folder: folder, name: revision.name))
  }
}

extension StudyInput {
  /// Takes files out that contradict what is published.
  /// - Returns: Their digests.
  fileprivate mutating func holdContradicting(
    _ corrections: CorrectionCheck, _ checkpoint: Checkpoint
  ) throws -> Set<String> {
    var held: Set<String> = []
    for file in files {
      guard let end = try corrections.end(of: file, checkpoint) else { continue }
      held.insert(file.sha256)
      others.append(
        StudyReport.Input(
          sopInstanceUID: file.header.sopInstanceUID, sha256: file.sha256, state: end.state,
          reason: end.reason))
    }
    files.removeAll { held.contains($0.sha256) }
    return held
  }
}
