import Clips
import Dispatch
import Glibc
import Platform
import Spool
import Synchronization

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

/// A file that was read once: its digest, its header or why there is none.
struct ReadInput: Sendable {
  var path: String
  var sha256: String
  var header: HeaderResult
  /// Time of the last change of the content, nanoseconds since 1970.
  var modified: Int64
}

/// Reads digests and headers, several files at once. Headers are read in child processes: a file that crashes the
/// parser is a file with a reason.
enum InputAssessment {
  /// Files whose headers one process reads.
  private static let filesABatch = 16

  /// In the order of the paths.
  static func read(_ paths: [String], threads: Int) -> [ReadInput] {
    let size = max(1, min(filesABatch, paths.count / max(1, threads)))
    let batches = stride(from: 0, to: paths.count, by: size).map { paths[$0..<min($0 + size, paths.count)] }
    let results = Mutex([[ReadInput]](repeating: [], count: batches.count))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, batches.count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < batches.count else { return }
        let inputs = read(batches[index])
        results.withLock { $0[index] = inputs }
      }
    }
    return results.withLock { $0.flatMap { $0 } }
  }

  private static func read(_ paths: ArraySlice<String>) -> [ReadInput] {
    let digests = paths.map { try? SHA256.hexDigest(ofFile: $0) }
    let readable = zip(paths, digests).compactMap { path, digest in digest == nil ? nil : path }
    var headers = ClipHeaders().headers(of: readable)[...]
    return zip(paths, digests).map { path, sha256 in
      guard let sha256, let header = headers.popFirst() else {
        let fault = ClipReadError(
          reason: .unreadable, detail: "The file cannot be read; check its permissions.")
        return ReadInput(path: path, sha256: "", header: .failure(fault), modified: 0)
      }
      let modified = (try? Files.examine(path, .inbox))?.modifiedNanoseconds ?? 0
      return ReadInput(path: path, sha256: sha256, header: header, modified: modified)
    }
  }
}

/// The archives among the inputs of a `process` call, taken apart into a folder that goes with the call.
struct OpenedArchives {
  /// What was among the inputs and in archives, each under the path that a person knows it by: `box.zip/IM1`.
  private(set) var inputs: [ReadInput] = []
  /// Where a file from an archive lies, by that path.
  private(set) var copies: [String: String] = [:]
  /// Files whose end is decided: archives, and what in them is never written.
  private(set) var ends: [FileEnd] = []
  private let folder: String
  private let threads: Int
  private var count = 0

  /// - Parameters:
  ///   - read: All inputs, archives among them.
  ///   - folder: An empty one.
  /// - Throws: `FileError` where the folder's disk failed.
  init(_ read: [ReadInput], into folder: String, threads: Int) throws {
    self.folder = folder
    self.threads = threads
    for input in read { try add(input) }
  }

  private mutating func add(_ input: ReadInput) throws {
    guard case .failure(let fault) = input.header, fault.reason == .notDICOM,
      (try? BoxUnpacker.form(of: input.path)) != nil
    else { return inputs.append(input) }
    count += 1
    let part = "\(folder)/\(count)"
    try Files.makeFolder(part, mode: 0o700, .staging)
    do {
      let archive = try BoxUnpacker().unpack(input.path, named: input.path, into: part)
      add(filesOf: archive, of: input, from: part)
    } catch let failure as ArchiveFailure {
      try Files.discardTree(part, .staging)
      if failure.kind == .document { return inputs.append(input) }
      ends.append(end(of: input, UnpackedBox.notReadable(failure.detail)))
    } catch let error as ClipReadError {
      ends.append(end(of: input, InputEnd(state: .quarantined, reason: error.reason, detail: error.detail)))
    }
  }

  private mutating func add(filesOf archive: UnpackedBox, of input: ReadInput, from part: String) {
    ends.append(end(of: input, archive.end))
    ends += archive.leftOut.map { FileEnd(refused: input.path + "/" + $0) }
    let open = archive.files.filter { $0.end == nil }
    let read = InputAssessment.read(open.map { part + "/" + $0.spoolName }, threads: threads)
    for (file, read) in zip(open, read) {
      let path = input.path + "/" + file.name
      copies[path] = read.path
      inputs.append(
        ReadInput(path: path, sha256: file.sha256, header: read.header, modified: file.stamp.modified))
    }
    for file in archive.files {
      guard let end = file.end else { continue }
      ends.append(
        FileEnd(
          file: input.path + "/" + file.name, sha256: file.sha256, state: end.state, reason: end.reason,
          studyInstanceUID: nil))
    }
  }

  private func end(of input: ReadInput, _ end: InputEnd) -> FileEnd {
    FileEnd(
      file: input.path, sha256: input.sha256, state: end.state, reason: end.reason, studyInstanceUID: nil,
      detail: end.detail)
  }
}
