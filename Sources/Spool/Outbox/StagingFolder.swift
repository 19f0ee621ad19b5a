import Glibc
import Platform
import Study

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
  package func discard() throws(FileError) { try Files.removeTree(path, .staging) }

  /// Removes staging folders that no living process holds.
  package static func removeAbandoned(in outbox: String) throws(FileError) {
    let parent = outbox + "/" + parentName
    for name in try Files.names(in: parent, .staging) {
      let path = parent + "/" + name
      if isAbandoned(path) { try Files.removeTree(path, .staging) }
    }
  }

  /// Removes the staging folders of work that nobody else can be at.
  /// - Parameter mark: With what the names that they were made with end.
  package static func removeAll(in outbox: String, marked mark: String) throws(FileError) {
    let parent = outbox + "/" + parentName
    for name in try Files.names(in: parent, .staging) where name.contains(mark + ".") {
      try Files.removeTree(parent + "/" + name, .staging)
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
