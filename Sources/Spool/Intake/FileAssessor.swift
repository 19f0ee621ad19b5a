import Clips
import Glibc
import Platform
import Reports
import Study

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
      if case .failure(let fault) = header, fault.reason == .notDICOM,
        let correction = try correction(at: path, file, sha256)
      {
        assessed = correction
        if file.box != nil { assessed.finish() }
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

  /// `nil` when another file is there. Opening neither follows a link nor waits for a pipe's writer.
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

/// Why a file's header could not be had. The reader of clips says the same in its own error.
package typealias HeaderResult = Result<ClipHeader, HeaderFault>

/// A header that could not be read: the reason and a sentence without path or patient data.
package struct HeaderFault: Error, Sendable, Equatable {
  package var reason: ReasonCode
  package var detail: String
  /// The StudyInstanceUID that the file states all the same.
  package var study: String?
  /// The system call that failed, of opening the file or of starting what reads it.
  package var failure: FileError?

  package init(reason: ReasonCode, detail: String, study: String? = nil, failure: FileError? = nil) {
    self.reason = reason
    self.detail = detail
    self.study = study
    self.failure = failure
  }
}

/// A file that was read once: what it holds and where it belongs.
package struct AssessedFile: Sendable, Equatable {
  package var path: String
  /// The lower-case hexadecimal digest of the whole file.
  package var sha256: String
  package var verdict: Verdict
  /// The valid StudyInstanceUID that a file of no study states: what is wrong with it is shown under that study.
  package var statedStudy: String?
  /// Time of the last change of the content, nanoseconds since 1970: of two copies of an instance the later one counts.
  package var modified: Int64 = 0

  package enum Verdict: Sendable, Equatable {
    /// Part of a study.
    case member(StudyMember)
    /// Part of no study, and its end is decided.
    case loose(StudyReport.Input.State, ReasonCode, detail: String)
    /// A reader's correction of a study's result.
    case correction(study: String)
    /// An archive that can be taken apart.
    case box
    /// It may become readable: its end is missing or it may not be read yet.
    case unfinished(ReasonCode, detail: String)
  }

  package init(path: String, sha256: String, verdict: Verdict) {
    self.path = path
    self.sha256 = sha256
    self.verdict = verdict
  }

  package init(path: String, sha256: String, header: HeaderResult, modified: Int64 = 0) {
    self.init(path: path, sha256: sha256, verdict: Verdict(header))
    self.modified = modified
    if member == nil { statedStudy = Self.statedStudy(of: header) }
  }

  private static func statedStudy(of header: HeaderResult) -> String? {
    switch header {
    case .success(let header): header.studyInstanceUID.flatMap { DICOMUID.isValid($0) ? $0 : nil }
    case .failure(let fault): fault.study
    }
  }
}

/// What a study needs to know of one of its files.
package struct StudyMember: Sendable, Equatable {
  package var studyInstanceUID: String
  package var sopInstanceUID: String
  package var identity: ClipHeader.Identity
  /// Bytes that decoding is expected to hold at once.
  package var decodingBytes: Int
}

extension AssessedFile.Verdict {
  package init(_ header: HeaderResult) {
    switch header {
    case .success(let header): self = Self.verdict(of: header)
    case .failure(let fault): self = Self.verdict(of: fault)
    }
  }

  private static func verdict(of header: ClipHeader) -> Self {
    if header.sopClassUID == mediaStorageDirectory {
      return .loose(.ignored, .notAnImage, detail: "The file is a DICOMDIR: an index of other files.")
    }
    if isOwnResult(header) {
      return .loose(
        .ignored, .ownResult, detail: "The file is a result of this program, which came back.")
    }
    guard let study = header.studyInstanceUID, DICOMUID.isValid(study) else {
      return .loose(.quarantined, .invalidUID, detail: "The file has no valid StudyInstanceUID (0020,000D).")
    }
    guard let instance = header.sopInstanceUID, DICOMUID.isValid(instance) else {
      return .loose(.quarantined, .invalidUID, detail: "The file has no valid SOPInstanceUID (0008,0018).")
    }
    return .member(
      StudyMember(
        studyInstanceUID: study, sopInstanceUID: instance, identity: header.identity,
        decodingBytes: MemoryEstimate.bytes(for: header)))
  }

  private static func verdict(of fault: HeaderFault) -> Self {
    switch fault.reason {
    case .notDICOM, .notAnImage: .loose(.ignored, fault.reason, detail: fault.detail)
    case .truncated: .unfinished(fault.reason, detail: ReasonText.whole(fault.reason))
    case .unreadable: .unfinished(fault.reason, detail: fault.detail)
    // What a parser stumbled over says nothing to whoever has to send the file again.
    case .corrupt: .loose(.quarantined, fault.reason, detail: ReasonText.whole(fault.reason))
    default: .loose(.quarantined, fault.reason, detail: fault.detail)
    }
  }

  /// What an archive sends back must not make a new revision, which it would send back again.
  private static func isOwnResult(_ header: ClipHeader) -> Bool {
    header.texts["Manufacturer"] == StructuredReport.manufacturer
      && header.texts["ManufacturerModelName"] == Software.name && header.modality != "US"
  }

  /// Media Storage Directory Storage, PS3.4 table B.5-1 and PS3.3 F.2.
  private static let mediaStorageDirectory = "1.2.840.10008.1.3.10"
}
