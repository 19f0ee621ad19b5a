import Platform
import Study

/// A result in the outbox.
package struct PublishedRevision: Codable, Sendable, Equatable {
  /// 1 for the first.
  package var number: Int
  /// The folder's name in the outbox: the StudyInstanceUID, with `.r2` and so on from the second revision.
  package var name: String

  package static func name(study uid: String, number: Int) -> String {
    number == 1 ? uid : "\(uid).r\(number)"
  }

  package init(study uid: String, number: Int) {
    precondition(DICOMUID.isValid(uid), "a path is made of a valid UID only")
    precondition(number >= 1, "revisions count from 1")
    self.number = number
    name = Self.name(study: uid, number: number)
  }

  /// The study and the number that a folder's name states; `nil` for everything else that lies in an outbox.
  package static func parse(_ name: String) -> (study: String, number: Int)? {
    if DICOMUID.isValid(name) { return (name, 1) }
    guard let mark = name.range(of: ".r", options: .backwards),
      let number = Int(name[mark.upperBound...]), number > 1
    else { return nil }
    let study = String(name[..<mark.lowerBound])
    guard DICOMUID.isValid(study), Self.name(study: study, number: number) == name else { return nil }
    return (study, number)
  }

  /// The last revision of each study among the names of folders.
  package static func latest(of names: [String]) -> [String: PublishedRevision] {
    var latest: [String: PublishedRevision] = [:]
    for name in names {
      guard let (study, number) = parse(name), number > latest[study]?.number ?? 0 else { continue }
      latest[study] = PublishedRevision(study: study, number: number)
    }
    return latest
  }
}

/// Which published revision the next result of a study follows: the last one that is in the outbox or that the
/// journal knows, whichever is later. One that was taken away from the outbox is followed all the same, for its number
/// may have been read somewhere and is never given again.
package struct Succession: Sendable, Equatable {
  /// What the result is to be published as.
  package var revision: PublishedRevision
  /// What it supersedes; `nil` for a first revision.
  package var previous: PublishedRevision?
  /// The folder of the last revision that is in the outbox; `nil` where none does.
  package var folder: String?

  /// - Parameter known: The last revision that the journal knows.
  /// - Throws: where the outbox cannot be read: what is there might be missed.
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
