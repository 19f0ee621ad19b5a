import Platform

/// Which published revision the next result of a study follows: the last one that stands in the outbox or that the
/// journal knows, whichever is later. One that was taken away from the outbox is followed all the same, for its number
/// may have been read somewhere and is never given again.
package struct Succession: Sendable, Equatable {
  /// What the result is to be published as.
  package var revision: PublishedRevision
  /// What it supersedes; `nil` for a first revision.
  package var previous: PublishedRevision?
  /// The folder of the last revision that stands in the outbox; `nil` where none does.
  package var folder: String?

  /// - Parameter known: The last revision that the journal knows.
  /// - Throws: where the outbox cannot be read: what stands there might be missed.
  package init(
    of study: String, in publisher: OutboxPublisher, known: PublishedRevision? = nil
  ) throws(FileError) {
    let standing = try publisher.latestRevision(of: study)
    let last = max(known?.number ?? 0, standing?.number ?? 0)
    revision = PublishedRevision(study: study, number: last + 1)
    previous = last > 0 ? PublishedRevision(study: study, number: last) : nil
    folder = standing.map { publisher.folder(of: $0) }
  }
}
