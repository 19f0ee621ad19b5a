/// A planned study's latest result in an outbox, where that covers all its files.
struct PlannedResult: Sendable {
  var summary: StudySummary
  var revision: PublishedRevision

  /// `nil` where there is none. A result of other files under the same UID is none of this plan.
  init?(of study: PlannedStudy, in outbox: String) {
    let publisher = OutboxPublisher(outbox: outbox)
    guard let revision = publisher.latestRevision(of: study.study),
      let bytes = try? Files.read(publisher.folder(of: revision) + "/study.json", .outbox),
      let summary = StudySummary(json: bytes), summary.study.uid == study.study
    else { return nil }
    let covered = Set(summary.inputs.compactMap(\.uid))
    guard study.files.allSatisfy({ covered.contains($0.instance) }) else { return nil }
    (self.summary, self.revision) = (summary, revision)
  }
}
