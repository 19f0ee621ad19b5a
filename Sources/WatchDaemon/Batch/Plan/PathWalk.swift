import Glibc
import Platform
import Spool
import Study

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
        let entry: String?
        do throws(FileError) { entry = try Self.nextName(folder.stream) } catch {
          closedir(open.removeLast().stream)
          return .problem(.unreadable, path: folder.path)
        }
        guard let name = entry else {
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

  /// `nil` at the folder's end, which is not the same as a folder that cannot be read any further.
  private static func nextName(_ stream: OpaquePointer) throws(FileError) -> String? {
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw FileError(.list, .inbox) }
        return nil
      }
      let name = FileName.text(ofEntry: entry)
      if name != "." && name != ".." { return name }
    }
  }

  /// A path that holds wherever a task runs. A link that a person names is theirs to name; one inside a folder might
  /// lead anywhere.
  private static func resolved(_ path: String) -> String {
    var status = stat()
    if FileName.withPath(path, { lstat($0, &status) }) == 0, status.isSymbolicLink,
      let target = FileName.withPath(path, { realpath($0, nil) })
    {
      defer { free(target) }
      return FileName.text(ofPath: target)
    }
    var trimmed = path[...]
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
    if trimmed.hasPrefix("/") { return String(trimmed) }
    guard let folder = getcwd(nil, 0) else { return String(trimmed) }
    defer { free(folder) }
    let here = FileName.text(ofPath: folder)
    return trimmed == "." ? here : (here == "/" ? "" : here) + "/" + trimmed
  }
}
