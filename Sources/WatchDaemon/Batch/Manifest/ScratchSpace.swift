import Glibc
import Platform

/// A folder of this process's own for what it needs for a while, removed with all that it holds when let go of.
/// It lies in TMPDIR, which a cluster sets to a disk of the node.
final class ScratchSpace: Sendable {
  let path: String

  /// TMPDIR, where it is set.
  static var temporaryFolder: String? {
    getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  init(in folder: String = temporaryFolder ?? "/tmp") throws(CommandFailure) {
    var template = Array((folder + "/hinged-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      let reason = String(cString: strerror(errno))
      throw CommandFailure(
        code: ExitCode.temporary,
        sentence: "\(folder): no folder can be made there: \(reason); TMPDIR names another place")
    }
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit { try? Files.removeTree(path, .scratch) }

  /// Removes what the folder holds.
  func clear() throws(FileError) {
    for name in try Files.names(in: path, .scratch) { try Files.removeTree(path + "/" + name, .scratch) }
  }
}
