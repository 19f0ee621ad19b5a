import Foundation
import Glibc
import Platform
import Study

/// A result that stands in the outbox.
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

/// Puts results into the outbox, each of them whole or not at all.
///
/// A result is staged on the outbox's own file system, every file and folder is synced, and one rename makes it
/// appear under its name. A revision that stands is never replaced or touched.
package struct OutboxPublisher: Sendable {
  package let outbox: String
  package var mode = OutboxMode.standard
  /// Last revisions by study, where that is not the first, as of a look through the outbox; `nil` without one.
  package private(set) var later: [String: PublishedRevision]?

  package init(outbox: String, mode: OutboxMode = .standard) {
    self.outbox = outbox
    self.mode = mode
  }

  /// Looks through the outbox once, for whoever then asks for the latest revisions of many studies: a revision of which
  /// the ones before were taken away is found by that alone.
  package init(lookingThrough outbox: String, mode: OutboxMode = .standard) throws(FileError) {
    self.init(outbox: outbox, mode: mode)
    later = PublishedRevision.latest(of: try Files.names(in: outbox, .outbox)).filter { $0.value.number > 1 }
  }

  package enum Publication: Equatable, Sendable {
    case published(PublishedRevision)
    /// The revision stood there already; the staged folder is left as it was.
    case occupied(PublishedRevision)
  }

  package func folder(of revision: PublishedRevision) -> String { outbox + "/" + revision.name }

  /// The revisions of a study that stand in the outbox, ascending.
  package func revisions(of uid: String) throws(FileError) -> [PublishedRevision] {
    try Files.names(in: outbox, .outbox)
      .compactMap { name in
        guard name.hasPrefix(uid), let (study, number) = PublishedRevision.parse(name) else { return nil }
        return study == uid ? number : nil
      }
      .sorted()
      .map { PublishedRevision(study: uid, number: $0) }
  }

  /// The last revision of a study that stands in the outbox. Without a look through the outbox before, it is listed for
  /// this study; after one, revisions are counted up from the last that was seen, else from the first, without a look at
  /// the rest of the outbox, which may hold a hundred thousand.
  package func latestRevision(of uid: String) throws(FileError) -> PublishedRevision? {
    guard DICOMUID.isValid(uid) else { return nil }
    guard let later else { return try revisions(of: uid).last }
    var latest: PublishedRevision?
    if let known = later[uid], try Files.exists(folder(of: known), .outbox) { latest = known }
    while true {
      let next = PublishedRevision(study: uid, number: (latest?.number ?? 0) + 1)
      guard try Files.exists(folder(of: next), .outbox) else { return latest }
      latest = next
    }
  }

  /// Makes a staged folder appear as a revision.
  ///
  /// The order is what makes a result whole or absent, whatever happens: its files and folders are on the disk before
  /// the rename, and whoever keeps a journal has written down by then what is about to appear. After a crash between the
  /// rename and the next record, that is how the result in the outbox is known.
  ///
  /// When this returns `published`, the result survives a loss of power. When it throws, either nothing has
  /// appeared, or all of it has and only the last sync is in doubt: the caller repeats and finds it `occupied`.
  /// - Parameter intend: Called when the staged folder is on the disk and is about to appear.
  package func publish(
    _ staging: StagingFolder, as revision: PublishedRevision,
    intend: () throws(FileError) -> Void = { () throws(FileError) in }
  ) throws(FileError) -> Publication {
    try mode.apply(to: staging.path)
    try Files.syncTree(staging.path, .staging)
    try intend()
    let target = folder(of: revision)
    if try Files.exists(target, .outbox) { return .occupied(revision) }
    // The look before is for a file of that name; a folder is never replaced, for rename(2) does so with empty ones only.
    if Glibc.rename(staging.path, target) != 0 {
      guard errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR else {
        throw FileError(.rename, .outbox)
      }
      return .occupied(revision)
    }
    FaultPoint.renamed.reach()
    try Files.sync(outbox, .outbox)
    return .published(revision)
  }
}
