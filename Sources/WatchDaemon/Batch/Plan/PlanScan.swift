import Clips
import Dispatch
import Platform
import Spool
import Study

/// Reads the headers of all files below some paths, on several threads, and sorts what they say by study. What it
/// holds in memory does not grow with their number.
struct PlanScan: Sendable {
  /// Files whose headers one child process reads.
  static let filesAtOnce = 64

  let threads: Int
  let progress: CommandProgress

  /// Everything that was found, in scratch files.
  struct Result {
    package var files = 0
    /// `PlanRecord`s by study and path.
    var records: LineReader
    /// `ManifestProblem`s by path.
    var problems: LineReader
  }

  /// What the threads share.
  fileprivate struct Shared {
    let walk: PathWalk
    let records: LineSorter
    let problems: LineSorter
    var files = 0
    var failure: (any Error)?
  }

  func read(_ walk: PathWalk, scratch: ScratchSpace) throws -> Result {
    let shared = Guarded(
      Shared(
        walk: walk, records: try LineSorter("records", in: scratch),
        problems: try LineSorter("problems", in: scratch)))
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while let files = shared.withLock({ nextFiles(of: &$0) }) {
        let headers = ClipReader.readHeaders(paths: files.map(\.path))
        let read = zip(files, headers).map { ($0.path, $0.stamp, Self.withoutArchive($1, $0.path)) }
        shared.withLock { add(read, to: &$0) }
      }
    }
    return try shared.withLock { shared in
      Swift.Result { () throws -> Result in
        if let failure = shared.failure { throw failure }
        return Result(
          files: shared.files, records: try shared.records.sorted(), problems: try shared.problems.sorted())
      }
    }.get()
  }

  /// The next files; `nil` when there are none left or something failed.
  private func nextFiles(of shared: inout Shared) -> [(path: String, stamp: FileStamp)]? {
    guard shared.failure == nil else { return nil }
    var files: [(path: String, stamp: FileStamp)] = []
    do {
      while files.count < Self.filesAtOnce, let found = try shared.walk.next() {
        switch found {
        case .file(let path, let stamp): files.append((path, stamp))
        case .problem(let reason, let path): try shared.add(reason, path)
        }
      }
    } catch {
      shared.failure = error
      return nil
    }
    return files.isEmpty ? nil : files
  }

  private func add(
    _ read: [(path: String, stamp: FileStamp, header: Swift.Result<ClipHeader, ClipReadError>)],
    to shared: inout Shared
  ) {
    do {
      for file in read {
        switch file.header {
        case .success(let header): try shared.add(file.path, file.stamp, header)
        case .failure(let error):
          try shared.add(error.reason, file.path)
          if error.reason == .archiveNotReadable {
            StandardError.complain("\(file.path): \(error.detail)")
          }
        }
      }
    } catch {
      shared.failure = error
    }
    let before = shared.files
    shared.files += read.count
    if before / Self.filesALine != shared.files / Self.filesALine {
      progress.line("\(shared.files) files read")
    }
  }

  private static let filesALine = 10_000

  /// A plan names files that any task can read where they lie, so an archive is not opened: it is no file that does not
  /// matter, but one whose files are missing from the plan.
  private static func withoutArchive(
    _ header: Swift.Result<ClipHeader, ClipReadError>, _ path: String
  ) -> Swift.Result<ClipHeader, ClipReadError> {
    guard case .failure(let error) = header, error.reason == .notDICOM,
      let verdict = try? BoxUnpacker().verdict(of: path)
    else { return header }
    let detail =
      switch verdict {
      case .loose(_, .archiveNotReadable, let why), .unfinished(.archiveNotReadable, let why): why
      default: "The file is an archive, which a plan does not open; unpack it and plan what is in it."
      }
    return .failure(ClipReadError(reason: .archiveNotReadable, detail: detail))
  }
}

extension PlanScan.Shared {
  fileprivate mutating func add(_ path: String, _ stamp: FileStamp, _ header: ClipHeader) throws(FileError) {
    if let record = PlanRecord(path: path, stamp: stamp, header: header) {
      return try records.add(record.line)
    }
    let assessed = AssessedFile(path: path, sha256: "", header: .success(header))
    guard case .loose(_, let reason, _) = assessed.verdict else { return }
    try add(reason, path)
  }

  fileprivate mutating func add(_ reason: ReasonCode, _ path: String) throws(FileError) {
    try problems.add(
      JSONValue.string(path).line + "\t" + ManifestProblem(problem: reason.rawValue, paths: [path]).line)
  }
}
