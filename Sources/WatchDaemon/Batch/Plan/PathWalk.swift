import Glibc

/// What lies at and below the paths that were named, one at a time. Only the folders that are open are in memory,
/// whatever they hold.
final class PathWalk {
  enum Found: Equatable {
    case file(path: String, FileStamp)
    /// Nothing that is ever opened, or a folder that cannot be listed.
    case problem(ReasonCode, path: String)
  }

  private let nextRoot: () throws(FileError) -> String?
  private var open: [(path: String, stream: OpaquePointer)] = []

  /// - Parameter nextRoot: The next path that was named; `nil` when there is none left.
  init(_ nextRoot: @escaping () throws(FileError) -> String?) { self.nextRoot = nextRoot }

  convenience init(roots: [String]) {
    var rest = roots[...]
    self.init { () throws(FileError) in rest.popFirst() }
  }

  deinit { for folder in open { closedir(folder.stream) } }

  /// `nil` at the end. Folders are looked through in the order in which they lie on the disk.
  func next() throws(FileError) -> Found? {
    while true {
      while let folder = open.last {
        guard let name = Self.nextName(folder.stream) else {
          closedir(open.removeLast().stream)
          continue
        }
        if let found = look(at: (folder.path == "/" ? "" : folder.path) + "/" + name) { return found }
      }
      guard let root = try nextRoot() else { return nil }
      if let found = look(at: Self.resolved(root)) { return found }
    }
  }

  private func look(at path: String) -> Found? {
    var status = stat()
    guard FileName.withPath(path, { lstat($0, &status) }) == 0 else {
      return .problem(.unreadable, path: path)
    }
    if status.isRegular {
      return .file(path: path, FileStamp(size: Int(status.st_size), modified: status.modifiedNanoseconds))
    }
    guard status.isFolder else { return .problem(.notAFile, path: path) }
    guard let stream = FileName.withPath(path, { opendir($0) }) else {
      return .problem(.unreadable, path: path)
    }
    open.append((path, stream))
    return nil
  }

  private static func nextName(_ stream: OpaquePointer) -> String? {
    while let entry = readdir(stream) {
      let name = FileName.text(ofEntry: entry)
      if name != "." && name != ".." { return name }
    }
    return nil
  }

  /// A path that holds wherever a task runs. A link that a person names is theirs to name; one inside a folder might
  /// lead anywhere.
  private static func resolved(_ path: String) -> String {
    var status = stat()
    if lstat(path, &status) == 0, status.isSymbolicLink, let target = realpath(path, nil) {
      defer { free(target) }
      return String(cString: target)
    }
    var trimmed = path[...]
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
    if trimmed.hasPrefix("/") { return String(trimmed) }
    guard let folder = getcwd(nil, 0) else { return String(trimmed) }
    defer { free(folder) }
    return trimmed == "." ? String(cString: folder) : String(cString: folder) + "/" + trimmed
  }
}
