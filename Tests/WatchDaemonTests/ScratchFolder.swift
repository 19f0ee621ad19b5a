import Glibc

@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// A folder of a test's own, removed with all that it holds when the test lets go of it.
final class ScratchFolder: Sendable {
  let path: String

  init(in parent: String = "/tmp") {
    var template = Array((parent + "/hinged-test-XXXXXX").utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      guard let made = mkdtemp(buffer.baseAddress!) else { preconditionFailure("no temporary folder") }
      return String(cString: made)
    }
  }

  deinit { try? Files.removeTree(path, .spool) }

  func write(_ text: String, to name: String) throws {
    let target = path + "/" + name
    if let parent = Files.parent(of: target) { try Files.makeFolder(parent, .inbox) }
    let descriptor = try Descriptor.open(target, O_WRONLY | O_CREAT | O_TRUNC, .inbox)
    try descriptor.write(Array(text.utf8), .inbox)
  }

  func text(of name: String) throws -> String {
    String(decoding: try Files.read(path + "/" + name, .inbox), as: UTF8.self)
  }

  /// Paths of all files below, relative and ascending.
  func files(below folder: String = "") throws -> [String] {
    let root = folder.isEmpty ? path : path + "/" + folder
    return try Files.names(in: root, .inbox)
      .flatMap { name -> [String] in
        let relative = folder.isEmpty ? name : folder + "/" + name
        return Files.isFolder(path + "/" + relative) ? try files(below: relative) : [relative]
      }
  }
}

extension Files {
  static func isFolder(_ path: String) -> Bool { (try? examine(path, .spool))?.isFolder == true }
}
