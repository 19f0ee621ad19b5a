import Clips
import Glibc
import Platform
import Spool

/// The files of a planned study, read once and found to be those that were planned.
struct PlannedInput {
  var group: StudyGrouping.Study
  var headers: [String: HeaderResult]
  /// Where a file's copy lies, by its path.
  var copies: [String: String] = [:]

  var input: StudyInput { StudyInput(group, headers: headers, copies: copies) }

  /// A file is not what it was, or cannot be read.
  struct Refusal: Error, Equatable {
    var fault: BatchFault

    init(fault: BatchFault) { self.fault = fault }

    /// `nil` where the disk or the share failed. The files of an archive have rights of their own: one that may not be
    /// read says nothing of the others.
    init?(_ error: FileError) {
      guard error.place == .claimed, !error.isOfTheEnvironment || error.isRefused else { return nil }
      fault = .unreadable
    }
  }

  /// Whether all files are as they were when the study was planned, by size and time.
  static func isUntouched(_ study: PlannedStudy) throws(FileError) -> Bool {
    for file in study.files where try stamp(of: file.path) != file.stamp { return false }
    return true
  }

  /// - Parameters:
  ///   - scratch: Where the files are copied to first, so that a share is read once; `nil` to read them in place.
  ///   - threads: Files read at once.
  /// - Throws: `Refusal`, or `FileError` where the disk or the share failed.
  static func read(_ study: PlannedStudy, scratch: ScratchSpace?, threads: Int) throws -> PlannedInput {
    do {
      guard try isUntouched(study) else { throw Refusal(fault: .inputChanged) }
      let copies = try scratch.map { try copy(study, into: $0) } ?? [:]
      let read = InputAssessment.read(study.files.map { copies[$0.path] ?? $0.path }, threads: threads)
      guard try isUntouched(study) else { throw Refusal(fault: .inputChanged) }
      return try PlannedInput(study, read, copies: copies)
    } catch let error as FileError {
      if let refusal = Refusal(error) { throw refusal }
      throw error
    }
  }

  private init(_ study: PlannedStudy, _ read: [ReadInput], copies: [String: String]) throws(Refusal) {
    var assessed: [AssessedFile] = []
    headers = [:]
    for (file, input) in zip(study.files, read) {
      switch input.header {
      case .success(let header):
        guard FileIdentity.digest(of: header) == file.identity else { throw Refusal(fault: .inputChanged) }
      case .failure(let fault):
        throw Refusal(fault: fault.reason == .unreadable ? .unreadable : .inputChanged)
      }
      assessed.append(
        AssessedFile(
          path: file.path, sha256: input.sha256, header: input.header, modified: file.stamp.modified))
      headers[file.path] = input.header
    }
    let grouping = StudyGrouping.group(assessed)
    guard let group = grouping.studies.first, grouping.studies.count == 1, group.uid == study.study,
      !group.isHeld
    else { throw Refusal(fault: .inputChanged) }
    self.group = group
    self.copies = copies
  }

  private static func stamp(of path: String) throws(FileError) -> FileStamp? {
    guard let status = try Files.examine(path, .claimed), status.isRegular else { return nil }
    return FileStamp(size: Int(status.st_size), modified: status.modifiedNanoseconds)
  }

  private static func copy(_ study: PlannedStudy, into scratch: ScratchSpace) throws(FileError) -> [String:
    String]
  {
    try scratch.clear()
    var copies: [String: String] = [:]
    for (index, file) in study.files.enumerated() {
      let copy = scratch.path + "/\(index)"
      let source = try Descriptor.open(file.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, .claimed)
      let target = try Descriptor.open(copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600, .scratch)
      try source.copy(to: target, .scratch)
      copies[file.path] = copy
    }
    return copies
  }
}
