import Glibc

/// Thin shims over the file system calls: interrupted calls are repeated, a failure is a typed error with its
/// errno, and every descriptor is close-on-exec so that no worker inherits it.
package enum Files {
  /// What is at a path, symbolic links not followed; `nil` when nothing does.
  package static func examine(_ path: String, _ place: FileError.Place) throws(FileError) -> stat? {
    var status = stat()
    if FileName.withPath(path, { lstat($0, &status) }) == 0 { return status }
    guard errno == ENOENT || errno == ENOTDIR else { throw FileError(.examine, place) }
    return nil
  }

  /// Whether something is at a path. Not being able to find out is a failure, and not a no.
  package static func exists(_ path: String, _ place: FileError.Place) throws(FileError) -> Bool {
    try examine(path, place) != nil
  }

  /// Makes a folder and those above it; one that exists already is fine.
  package static func makeFolder(_ path: String, mode: mode_t = 0o750, _ place: FileError.Place)
    throws(FileError)
  {
    let make = { FileName.withPath(path) { mkdir($0, mode) } }
    if make() == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let parent = parent(of: path) else { throw FileError(.makeFolder, place) }
    try makeFolder(parent, mode: mode, place)
    guard make() == 0 || errno == EEXIST else { throw FileError(.makeFolder, place) }
  }

  /// The names in a folder in ascending order, without `.` and `..`. A folder that is not there has none.
  package static func names(in folder: String, _ place: FileError.Place) throws(FileError) -> [String] {
    guard let stream = FileName.withPath(folder, { opendir($0) }) else {
      if errno == ENOENT { return [] }
      throw FileError(.list, place)
    }
    defer { closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = FileName.text(ofEntry: entry)
      if name != "." && name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw FileError(.list, place) }
    return names.sorted()
  }

  static func rename(_ old: String, to new: String, _ place: FileError.Place) throws(FileError) {
    let result = FileName.withPath(old) { old in FileName.withPath(new) { Glibc.rename(old, $0) } }
    guard result == 0 else { throw FileError(.rename, place) }
  }

  /// As `rename`, where nothing is at the new path; else EEXIST.
  static func renameNew(_ old: String, to new: String, _ place: FileError.Place) throws(FileError) {
    let result = FileName.withPath(old) { old in FileName.withPath(new) { link(old, $0) } }
    if result == 0 { return try remove(old, place) }
    guard errno == EPERM || errno == EOPNOTSUPP else { throw FileError(.rename, place) }
    // A file system without hard links cannot do both at once.
    if try exists(new, place) { throw FileError(.rename, place, code: EEXIST) }
    try rename(old, to: new, place)
  }

  /// Removes a file; one that is not there is fine.
  static func remove(_ path: String, _ place: FileError.Place) throws(FileError) {
    guard FileName.withPath(path, { unlink($0) }) == 0 || errno == ENOENT else {
      throw FileError(.remove, place)
    }
  }

  /// Removes a folder with all that it holds; links are removed, never followed.
  static func removeTree(_ path: String, _ place: FileError.Place) throws(FileError) {
    guard let status = try examine(path, place) else { return }
    guard status.isFolder else { return try remove(path, place) }
    for name in try names(in: path, place) { try removeTree(path + "/" + name, place) }
    guard FileName.withPath(path, { rmdir($0) }) == 0 || errno == ENOENT else {
      throw FileError(.remove, place)
    }
  }

  /// Removes a folder in which nothing is left; one that is not there is fine.
  static func removeIfEmpty(_ path: String, _ place: FileError.Place) throws(FileError) {
    if FileName.withPath(path, { rmdir($0) }) == 0 { return }
    guard [ENOENT, ENOTEMPTY, EEXIST].contains(errno) else { throw FileError(.remove, place) }
  }

  /// Makes a file's content, or a folder's entries, survive a loss of power.
  package static func sync(_ path: String, _ place: FileError.Place) throws(FileError) {
    let descriptor = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW, place)
    try descriptor.sync(place)
  }

  /// Syncs every file and folder below `path`, and then `path` itself.
  package static func syncTree(_ path: String, _ place: FileError.Place) throws(FileError) {
    guard let status = try examine(path, place) else { return }
    if status.isFolder {
      for name in try names(in: path, place) { try syncTree(path + "/" + name, place) }
    }
    if status.isFolder || status.isRegular { try sync(path, place) }
  }

  /// A file's bytes.
  /// - Parameter limit: A longer file is refused with EFBIG.
  package static func read(_ path: String, limit: Int = 1 << 28, _ place: FileError.Place) throws(FileError)
    -> [UInt8]
  {
    let descriptor = try Descriptor.open(path, O_RDONLY, place)
    return try descriptor.readToEnd(limit: limit, place)
  }

  /// The lower-case SHA-256 of a file.
  package static func digest(_ path: String, _ place: FileError.Place) throws(FileError) -> String {
    let descriptor = try Descriptor.open(path, O_RDONLY, place)
    return try descriptor.sha256(place)
  }

  /// Copies a file's bytes to a new file, of whatever length.
  package static func copy(_ path: String, to copy: String, _ place: FileError.Place) throws {
    let original = try Descriptor.open(path, O_RDONLY, place)
    try AtomicFile.stream(to: copy, place) { try original.copy(to: $0, place) }
  }

  /// Bytes that this process may still write on the path's file system.
  package static func freeBytes(at path: String, _ place: FileError.Place) throws(FileError) -> Int {
    var status = statvfs()
    guard FileName.withPath(path, { statvfs($0, &status) }) == 0 else { throw FileError(.measure, place) }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }

  /// The folder above, or `nil` for the root and for a bare name.
  package static func parent(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
    return String(path[..<slash])
  }

  package static func lastComponent(of path: String) -> String {
    String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
  }
}

extension stat {
  package var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
  package var isRegular: Bool { st_mode & S_IFMT == S_IFREG }
  package var isSymbolicLink: Bool { st_mode & S_IFMT == S_IFLNK }
  package var modifiedNanoseconds: Int64 { Int64(st_mtim.tv_sec) * 1_000_000_000 + Int64(st_mtim.tv_nsec) }
}
