import Foundation
import Glibc
import Platform
import Study

/// Puts results into the outbox, each of them whole or not at all.
///
/// A result is staged on the outbox's own file system, every file and folder is synced, and one rename makes it
/// appear under its name. A published revision is never replaced or touched.
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
    /// The revision was there already; the staged folder is left as it was.
    case occupied(PublishedRevision)
  }

  package func folder(of revision: PublishedRevision) -> String { outbox + "/" + revision.name }

  /// The revisions of a study that are in the outbox, ascending.
  package func revisions(of uid: String) throws(FileError) -> [PublishedRevision] {
    try Files.names(in: outbox, .outbox)
      .compactMap { name in
        guard name.hasPrefix(uid), let (study, number) = PublishedRevision.parse(name) else { return nil }
        return study == uid ? number : nil
      }
      .sorted()
      .map { PublishedRevision(study: uid, number: $0) }
  }

  /// The last revision of a study that is in the outbox. Without a look through the outbox before, it is listed for
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
    // The look before is for a file of that name; a folder is never replaced, for a rename does so with empty ones only.
    do throws(FileError) {
      try DurableNames.change { names throws(FileError) in
        try names.rename(staging.path, .staging, to: target, .outbox)
        FaultPoint.renamed.reach()
      }
    } catch {
      guard error.operation == .rename, [ENOTEMPTY, EEXIST, ENOTDIR].contains(error.code) else { throw error }
      return .occupied(revision)
    }
    return .published(revision)
  }

  /// Puts on the disk what a process before this one made appear.
  package func settle() throws(FileError) {
    try DurableNames.change { names in
      names.enter(outbox, .outbox)
      names.leave(outbox + "/" + StagingFolder.parentName, .staging)
    }
  }
}

/// A folder in the outbox, hidden and on its file system, in which a result grows before it is published whole.
///
/// It is held by a lock as long as its process lives: what a killed process left is recognised by its lock being
/// free and is removed by the next one, while another process that publishes to the same outbox is left alone.
package final class StagingFolder: Sendable {
  /// Where the writers of a result put their files.
  package let path: String
  private let descriptor: Int32

  package static let parentName = ".staging"

  /// Makes an empty staging folder that is nobody else's, on this host or another.
  /// - Parameters:
  ///   - name: What is staged, a valid path component; the folder's name begins with it.
  ///   - mode: Of the result. A folder that has it from the first needs no change of its rights, which a service
  ///     manager may forbid where it hands its group on.
  package init(in outbox: String, name: String, mode: OutboxMode = .standard) throws(FileError) {
    let parent = outbox + "/" + Self.parentName
    try Files.makeFolder(parent, .staging)
    let token = String(UInt64.random(in: .min ... .max), radix: 16)
    path = "\(parent)/\(name).\(Host.label)-\(getpid())-\(token)"
    try Files.makeFolder(path, mode: mode.folders, .staging)
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(.open, .staging) }
    // A file system that cannot lock a folder (NFS) leaves the clean-up to age alone.
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
  }

  deinit { close(descriptor) }

  /// Removes the folder with its content, for a result that is not to be published.
  package func discard() throws(FileError) { try Files.discardTree(path, .staging) }

  /// Removes staging folders that no living process holds.
  package static func removeAbandoned(in outbox: String) throws(FileError) {
    let parent = outbox + "/" + parentName
    for name in try Files.names(in: parent, .staging) {
      let path = parent + "/" + name
      if isAbandoned(path) { try Files.discardTree(path, .staging) }
    }
  }

  /// Removes the staging folders of work that nobody else can be at.
  /// - Parameter mark: With what the names that they were made with end.
  package static func removeAll(in outbox: String, marked mark: String) throws(FileError) {
    let parent = outbox + "/" + parentName
    for name in try Files.names(in: parent, .staging) where name.contains(mark + ".") {
      try Files.discardTree(parent + "/" + name, .staging)
    }
  }

  private static func isAbandoned(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    guard errno != EWOULDBLOCK else { return false }
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mtim.tv_sec < time(nil) - secondsUntilOld
  }

  private static let secondsUntilOld = 86_400
}
