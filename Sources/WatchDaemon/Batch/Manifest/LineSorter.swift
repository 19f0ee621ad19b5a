import Foundation
import Glibc
import Platform

/// Lines in a scratch file: written one after the other, then read back.
final class ScratchLines {
  let path: String
  private let output: Descriptor
  private var pending: [UInt8] = []

  private static let bufferBytes = 1 << 18

  init(_ name: String, in scratch: ScratchSpace) throws(FileError) {
    path = scratch.path + "/" + name
    output = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600, .scratch)
  }

  /// - Parameter line: Without line feeds.
  func add(_ line: some Sequence<UInt8>) throws(FileError) {
    pending += line
    pending.append(UInt8(ascii: "\n"))
    if pending.count >= Self.bufferBytes { try flush() }
  }

  func flush() throws(FileError) {
    try output.write(pending, .scratch)
    pending.removeAll(keepingCapacity: true)
  }

  func reader() throws(FileError) -> LineReader {
    try flush()
    return try LineReader(path, .scratch)
  }
}

/// Collects lines of any number and gives them back in the order of their bytes, each once. They lie in a scratch
/// file; sort(1) puts them in order in as much memory as it is given.
final class LineSorter {
  private let lines: ScratchLines
  private let scratch: ScratchSpace

  /// What sort(1) may hold in memory before it writes runs.
  private static let sortMegabytes = 64

  init(_ name: String, in scratch: ScratchSpace) throws(FileError) {
    lines = try ScratchLines(name, in: scratch)
    self.scratch = scratch
  }

  /// - Parameter line: Without line feeds.
  func add(_ line: String) throws(FileError) { try lines.add(line.utf8) }

  func sorted() throws -> LineReader {
    try lines.flush()
    let sorted = lines.path + ".sorted"
    let sort = Process()
    sort.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    sort.arguments = [
      "LC_ALL=C", "sort", "-u", "-S", "\(Self.sortMegabytes)M", "-T", scratch.path, "-o", sorted, lines.path,
    ]
    try sort.run()
    sort.waitUntilExit()
    guard sort.terminationStatus == 0 else {
      throw CommandFailure(
        code: ExitCode.temporary,
        sentence: "\(scratch.path): sort(1) could not put lines in order; make room there, or set TMPDIR")
    }
    try Files.discard(lines.path, .scratch)
    return try LineReader(sorted, .scratch)
  }
}

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

  deinit { try? Files.discardTree(path, .scratch) }

  /// Removes what the folder holds.
  func clear() throws(FileError) {
    for name in try Files.names(in: path, .scratch) { try Files.discardTree(path + "/" + name, .scratch) }
  }
}
