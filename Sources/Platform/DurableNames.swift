import CPlatform
import Glibc

/// Renames and removals that survive a loss of power: the only ones for files of the inbox, the spool and the outbox.
///
/// A name is on the disk when its folder is synced, and each folder by itself. So when the changes of a step are made,
/// the folders that were entered are synced, each after those that it was made in, and then the folders that were left: whatever
/// comes between, a file lies under its old name, under the new one or under both, and never under none. What follows
/// from a step, a line in the journal above all, is written when `change` has returned.
///
/// A step that is repeated after a crash says with `enter` and `leave` what it finds done: made by a process that was
/// killed, it may be in memory only.
package struct DurableNames: ~Copyable {
  private struct Folder: Equatable {
    var path: String
    var place: FileError.Place
  }

  private var entered: [Folder] = []
  private var left: [Folder] = []
  /// Entered by a folder from another one.
  private var committed: [Folder] = []

  private init() {}

  /// Carries out the changes of one step, and returns when they are on the disk. Each folder is synced once.
  package static func change<Answer>(
    _ body: (inout DurableNames) throws(FileError) -> Answer
  ) throws(FileError) -> Answer {
    var names = DurableNames()
    let answer = try body(&names)
    for folder in names.committed { try Files.commit(folder.path, folder.place) }
    for folder in names.entered { try sync(folder) }
    for folder in names.left where !names.entered.contains(folder) { try sync(folder) }
    return answer
  }

  /// Gives a file or folder another name. Where both names are of one file, as a loss of power leaves them, the old one
  /// goes: rename(2) would leave both.
  package mutating func rename(
    _ old: String, _ oldPlace: FileError.Place, to new: String, _ newPlace: FileError.Place
  ) throws(FileError) {
    let place = oldPlace == .inbox ? oldPlace : newPlace
    try Files.rename(old, to: new, place)
    if let rest = try Files.examine(old, place), rest.isRegular, let file = try Files.examine(new, place),
      Inode(rest) == Inode(file)
    {
      try Files.remove(old, place)
    }
    let (target, source) = (Files.parent(of: new) ?? "/", Files.parent(of: old) ?? "/")
    if target != source, try Files.examine(new, place)?.isFolder == true {
      committed.append(Folder(path: target, place: newPlace))
    }
    enter(target, newPlace)
    leave(source, oldPlace)
  }

  /// Removes a file; one that is not there is fine.
  package mutating func remove(_ path: String, _ place: FileError.Place) throws(FileError) {
    try Files.remove(path, place)
    leave(Files.parent(of: path) ?? "/", place)
  }

  /// Removes a folder with all that it holds; links are removed, never followed.
  package mutating func removeTree(_ path: String, _ place: FileError.Place) throws(FileError) {
    try Files.removeTree(path, place)
    leave(Files.parent(of: path) ?? "/", place)
  }

  /// Removes a folder in which nothing is left; one that is not there is fine.
  package mutating func removeIfEmpty(_ path: String, _ place: FileError.Place) throws(FileError) {
    try Files.removeIfEmpty(path, place)
    leave(Files.parent(of: path) ?? "/", place)
  }

  /// Makes a folder and those that are missing between it and `base`, which is there. One that exists may be one that a
  /// killed process made, so that all of them count as new.
  package mutating func makeFolder(
    _ path: String, in base: String, mode: mode_t = 0o750, _ place: FileError.Place
  ) throws(FileError) {
    try Files.makeFolder(path, mode: mode, place)
    var above: [String] = []
    var folder = path
    while folder != base, folder.hasPrefix(base), let parent = Files.parent(of: folder) {
      above.append(parent)
      folder = parent
    }
    for folder in above.reversed() { enter(folder, place) }
  }

  /// Something in a folder has a new name.
  package mutating func enter(_ folder: String, _ place: FileError.Place) {
    let folder = Folder(path: folder, place: place)
    if !entered.contains(folder) { entered.append(folder) }
  }

  /// Something has left a folder.
  package mutating func leave(_ folder: String, _ place: FileError.Place) {
    let folder = Folder(path: folder, place: place)
    if !left.contains(folder) { left.append(folder) }
  }

  /// A folder that is gone since has no names, and that it is gone is known to the one above.
  private static func sync(_ folder: Folder) throws(FileError) {
    var path = folder.path
    while true {
      do throws(FileError) { return try Files.syncNames(of: path, folder.place) } catch {
        guard error.code == ENOENT, let parent = Files.parent(of: path) else { throw error }
        path = parent
      }
    }
  }
}

/// What tells a file from every other one, whatever names it has.
package struct Inode: Sendable, Equatable, Hashable {
  var device: dev_t
  var number: ino_t

  package init(_ status: stat) {
    device = status.st_dev
    number = status.st_ino
  }
}

extension Files {
  /// Makes a folder's entries survive a loss of power, as far as its file system can do that.
  package static func syncNames(of folder: String, _ place: FileError.Place) throws(FileError) {
    do throws(FileError) {
      let descriptor = try Descriptor.open(folder, O_RDONLY | O_DIRECTORY, place)
      try descriptor.syncWherePossible(place)
    } catch {
      // Who may change a folder of the inbox may not be allowed to read it.
      guard error.operation == .open, error.isRefusedOfInbox else { throw error }
      SyncRefusals.note(error)
    }
  }

  /// Puts a folder that came from another one on the disk where syncing the two of them is not enough.
  fileprivate static func commit(_ folder: String, _ place: FileError.Place) throws(FileError) {
    let descriptor = try Descriptor.open(folder, O_RDONLY | O_DIRECTORY, place)
    guard hd_commit_btrfs(descriptor.raw) == 0 else { throw FileError(.sync, place) }
  }

  /// Makes a folder that nobody made so far, the outbox say, with those above it, for good.
  package static func makeRoot(
    _ path: String, mode: mode_t = 0o750, _ place: FileError.Place
  ) throws(FileError) {
    try makeFolder(path, mode: mode, place)
    var folder = path
    while let parent = parent(of: folder) {
      // What lies above is others' and may not be readable: then it was there before.
      try? syncNames(of: parent, place)
      folder = parent
    }
  }

  /// Removes a file that is nobody's where it comes back after a loss of power: whoever starts next clears it away.
  package static func discard(_ path: String, _ place: FileError.Place) throws(FileError) {
    assertIsPassing(place)
    try remove(path, place)
  }

  /// As `discard`, a folder with all that it holds.
  package static func discardTree(_ path: String, _ place: FileError.Place) throws(FileError) {
    assertIsPassing(place)
    try removeTree(path, place)
  }

  private static func assertIsPassing(_ place: FileError.Place) {
    precondition(
      place == .staging || place == .scratch, "what is to last goes by DurableNames, also when it is removed")
  }
}

extension Descriptor {
  /// As `sync`, where a share that refuses is no failure: what was asked for is done, and may be undone by a loss of
  /// power. The log says so once.
  package func syncWherePossible(_ place: FileError.Place) throws(FileError) {
    while fsync(raw) != 0 {
      if errno == EINTR { continue }
      let error = FileError(.sync, place)
      guard SyncRefusals.codes.contains(error.code) || error.isRefusedOfInbox else { throw error }
      return SyncRefusals.note(error)
    }
  }
}

/// File systems that do not sync, each told of once.
private enum SyncRefusals {
  static let codes: Set<Int32> = [EINVAL, EROFS, ENOSYS, EOPNOTSUPP, EBADF, EISDIR]

  private static let told = Guarded<Set<FileError.Place>>([])

  static func note(_ error: FileError) {
    guard told.withLock({ $0.insert(error.place).inserted }) else { return }
    Log().warning(
      "\(error): its file system does not do that, so that a loss of power may undo what was done there last")
  }
}
