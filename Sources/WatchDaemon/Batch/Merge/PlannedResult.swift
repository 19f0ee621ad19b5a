import Platform
import Spool

/// A planned study's latest result in an outbox, where that covers all its files.
struct PlannedResult: Sendable {
  var summary: StudySummary
  var revision: PublishedRevision

  /// `nil` where there is none. A result of other files under the same UID is none of this plan.
  /// - Throws: `FileError` where it cannot be told, so that a share that is gone for a moment makes no study missing.
  init?(of study: PlannedStudy, by publisher: OutboxPublisher) throws(FileError) {
    guard let revision = try publisher.latestRevision(of: study.study) else { return nil }
    let path = publisher.folder(of: revision) + "/study.json"
    guard try Files.exists(path, .outbox), let summary = StudySummary(json: try Files.read(path, .outbox)),
      summary.study.uid == study.study
    else { return nil }
    let covered = Set(summary.inputs.compactMap(\.uid))
    guard study.files.allSatisfy({ covered.contains($0.instance) }) else { return nil }
    (self.summary, self.revision) = (summary, revision)
  }
}
