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
        assessed.verdict = try BoxUnpacker().verdict(of: path) ?? assessed.verdict
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

  /// What speaks against the file itself; what lies elsewhere, a decoder that cannot be started say, is thrown as if
  /// the digest could not be had.
  private func header(of path: String, digest: String) throws(FileError) -> HeaderResult {
    let header = try anyHeader(of: path, digest: digest)
    if case .failure(let fault) = header, let failure = fault.failure { throw failure }
    return header
  }

  /// A name that is no UTF-8 cannot be given to other code: the file is read through a copy.
  private func anyHeader(of path: String, digest: String) throws(FileError) -> HeaderResult {
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
  package func verdict(of path: String) throws(FileError) -> AssessedFile.Verdict? {
    guard try Self.form(of: path) != nil else { return nil }
    do {
      try check(path)
      return .box
    } catch let error as FileError {
      throw error
    } catch let error as ClipReadError {
      if let failure = error.failure { throw failure }
      return .unfinished(.unreadable, detail: error.detail)
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

/// Headers by the digest of their file: what intake has read need not be read again, in a process of its own each,
/// when the study is worked on. It holds the latest; what is not in it is read from the file.
package final class HeaderMemory: Sendable {
  private struct Content {
    var headers: [String: ClipHeader] = [:]
    /// Digests in a ring, the oldest at `next` once the ring is full.
    var order: [String] = []
    var next = 0
  }

  private let capacity: Int
  private let content = Guarded(Content())

  package init(capacity: Int = 4_096) { self.capacity = capacity }

  func keep(_ header: ClipHeader, of digest: String) {
    content.withLock { content in
      guard content.headers.updateValue(header, forKey: digest) == nil else { return }
      if content.order.count < capacity { return content.order.append(digest) }
      content.headers[content.order[content.next]] = nil
      content.order[content.next] = digest
      content.next = (content.next + 1) % capacity
    }
  }

  package func header(of digest: String) -> ClipHeader? { content.withLock { $0.headers[digest] } }

  /// Its file was worked on: a daemon that runs for months is not to hold headers that nobody asks for again.
  package func forget(_ digest: String) { content.withLock { $0.headers[digest] = nil } }
}
