import Dispatch
import Platform
import Spool
import Synchronization

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
  static func read(_ paths: [String], threads: Int) -> [ReadInput] {
    let results = Mutex([ReadInput?](repeating: nil, count: paths.count))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, paths.count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < paths.count else { return }
        let input = read(paths[index])
        results.withLock { $0[index] = input }
      }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  private static func read(_ path: String) -> ReadInput {
    guard let sha256 = try? SHA256.hexDigest(ofFile: path) else {
      let fault = HeaderFault(reason: .unreadable, detail: "The file cannot be read; check its permissions.")
      return ReadInput(path: path, sha256: "", header: .failure(fault), modified: 0)
    }
    let modified = (try? Files.examine(path, .inbox))?.modifiedNanoseconds ?? 0
    return ReadInput(
      path: path, sha256: sha256, header: ClipHeaders().header(of: path), modified: modified)
  }
}
