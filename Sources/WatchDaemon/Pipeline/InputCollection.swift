import Glibc
import Platform

/// The files that a person named, one by one or by folder.
struct InputCollection: Sendable, Equatable {
  /// Regular files in a stable order, each once.
  package private(set) var files: [String] = []
  /// What was named or found and is no regular file: links, pipes, devices, sockets. They are never opened.
  private(set) var refused: [String] = []

  /// Looks through files and folders, folders to any depth in the order of their names.
  /// - Throws: `CommandFailure` where a named path does not exist or a folder cannot be listed.
  init(paths: [String]) throws(CommandFailure) {
    var seen: Set<String> = []
    for path in paths { try add(path, named: true, seen: &seen) }
  }

  private mutating func add(_ path: String, named: Bool, seen: inout Set<String>) throws(CommandFailure) {
    var status = stat()
    // A link that a person names is theirs to name; a link inside a folder might lead anywhere.
    let found = FileName.withPath(path) { named ? stat($0, &status) : lstat($0, &status) }
    guard found == 0 else {
      let reason = String(cString: strerror(errno))
      throw CommandFailure(code: ExitCode.noInput, sentence: "\(path): \(reason); check the path")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      if seen.insert("\(status.st_dev):\(status.st_ino)").inserted { files.append(path) }
    case S_IFDIR:
      guard seen.insert("\(status.st_dev):\(status.st_ino)").inserted else { return }
      for name in try Self.names(in: path) {
        try add(path.hasSuffix("/") ? path + name : path + "/" + name, named: false, seen: &seen)
      }
    default:
      refused.append(path)
    }
  }

  private static func names(in folder: String) throws(CommandFailure) -> [String] {
    do throws(FileError) { return try Files.names(in: folder, .inbox) } catch {
      throw CommandFailure(
        code: ExitCode.noInput, sentence: "\(folder): the folder cannot be listed; check its permissions")
    }
  }
}
