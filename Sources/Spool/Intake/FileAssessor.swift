import Clips
import Glibc
import Platform

/// Reads what a DICOM file says of itself.
package protocol HeaderReading: Sendable {
  func header(of path: String) -> HeaderResult
}

/// Reads a file of the inbox once: its digest and its header, and that both are of what the scan saw.
package struct FileAssessor: Sendable {
  package enum Outcome: Sendable {
    case read(ReadFile)
    /// It is another one by now, or none.
    case changed(String)
    /// The share or the disk failed, not the file.
    case failed(String, FileError)
  }

  package var inbox: String
  package var spool: Spool
  package var headers: any HeaderReading
  package var memory: HeaderMemory

  package init(inbox: String, spool: Spool, headers: any HeaderReading, memory: HeaderMemory) {
    self.inbox = inbox
    self.spool = spool
    self.headers = headers
    self.memory = memory
  }

  func assess(_ file: ScanReport.File) -> Outcome {
    let path = file.box.map { spool.unpackedFile($0) } ?? inbox + "/" + file.path
    do throws(FileError) {
      guard let sha256 = try digest(of: path, file.stamp) else { return .changed(file.path) }
      let header = try header(of: path, digest: sha256)
      let status = try Files.examine(path, .inbox)
      guard let status, status.isRegular, FileStamp(status) == file.stamp else { return .changed(file.path) }
      if case .success(let header) = header { memory.keep(header, of: sha256) }
      var assessed = AssessedFile(
        path: file.path, sha256: sha256, header: header, modified: file.stamp.modified)
      if file.box != nil {
        assessed.finish()
      } else if case .failure(let fault) = header, fault.reason == .notDICOM {
        assessed.verdict = BoxUnpacker().verdict(of: path) ?? assessed.verdict
      }
      return .read(ReadFile(stamp: file.stamp, assessed: assessed, box: file.box))
    } catch {
      if error.isOfTheEnvironment { return .failed(file.path, error) }
      if error.code == ENOENT || error.code == ELOOP || error.code == ENOTDIR { return .changed(file.path) }
      let fault = HeaderFault(reason: .unreadable, detail: "The file cannot be read: \(error.reason).")
      return .read(
        ReadFile(
          stamp: file.stamp, assessed: AssessedFile(path: file.path, sha256: "", header: .failure(fault))))
    }
  }

  /// `nil` when another file stands there. Opening neither follows a link nor waits for a pipe's writer.
  private func digest(of path: String, _ stamp: FileStamp) throws(FileError) -> String? {
    let descriptor = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, .inbox)
    let status = try descriptor.status(.inbox)
    guard status.isRegular, FileStamp(status) == stamp else { return nil }
    return try descriptor.sha256(.inbox)
  }

  /// A name that is no UTF-8 cannot be given to other code: the file is read through a copy.
  private func header(of path: String, digest: String) throws(FileError) -> HeaderResult {
    if FileName.isPlain(path) { return headers.header(of: path) }
    let copy = spool.scratch + "/" + digest
    let input = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, .inbox)
    let output = try Descriptor.open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600, .spool)
    defer { unlink(copy) }
    try input.copy(to: output, .spool)
    return headers.header(of: copy)
  }
}

extension AssessedFile {
  /// What an archive held is there as a whole: nothing more comes.
  fileprivate mutating func finish() {
    if case .unfinished(let reason, let detail) = verdict, reason != .unreadable {
      verdict = .loose(.quarantined, reason, detail: detail)
    }
  }
}

extension BoxUnpacker {
  /// `nil` for what is no archive.
  package func verdict(of path: String) -> AssessedFile.Verdict? {
    guard Self.form(of: path) != nil else { return nil }
    do {
      try check(path)
      return .box
    } catch let failure as ArchiveFailure {
      let end = UnpackedBox.notReadable(failure.detail)
      switch failure.kind {
      case .document: return nil
      case .cut: return .unfinished(.archiveNotReadable, detail: end.detail ?? "")
      case .refused: return .loose(end.state, .archiveNotReadable, detail: end.detail ?? "")
      }
    } catch {
      return .unfinished(.unreadable, detail: "The file cannot be read.")
    }
  }
}
