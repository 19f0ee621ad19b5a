import Clips
import Glibc
import Platform
import Reports
import Study

/// Reads what DICOM files say of themselves.
package protocol HeaderReading: Sendable {
  /// One answer a path, in their order.
  func headers(of paths: [String]) -> [HeaderResult]
}

/// Reads files of the inbox once: the digest and the header of each, and that both are of what the scan saw.
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

  /// The outcomes in the order of the files. Their headers are asked for together: starting the process that reads
  /// them costs more than reading one.
  func assess(_ files: [ScanReport.File]) -> [Outcome] {
    let paths = files.map { file in file.box.map { spool.unpackedFile($0) } ?? inbox + "/" + file.path }
    let digests = zip(files, paths).map { file, path in
      Result { () throws(FileError) in try digest(of: path, file.stamp) }
    }
    let readable = zip(paths, digests).compactMap { path, digest in (try? digest.get()) == nil ? nil : path }
    var answers = headers.headers(of: readable)[...]
    return files.indices.map { index in
      do throws(FileError) {
        guard let sha256 = try digests[index].get(), let header = answers.popFirst() else {
          return .changed(files[index].path)
        }
        return try outcome(of: files[index], at: paths[index], sha256, header)
      } catch {
        return outcome(of: files[index], error)
      }
    }
  }

  private func outcome(
    of file: ScanReport.File, at path: String, _ sha256: String, _ header: HeaderResult
  ) throws(FileError) -> Outcome {
    // What lies elsewhere, a decoder that cannot be started say, does not speak against the file itself.
    if case .failure(let fault) = header, let failure = fault.failure { throw failure }
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
  }

  private func outcome(of file: ScanReport.File, _ error: FileError) -> Outcome {
    if error.isOfTheEnvironment { return .failed(file.path, error) }
    if error.code == ENOENT || error.code == ELOOP || error.code == ENOTDIR { return .changed(file.path) }
    let fault = ClipReadError(reason: .unreadable, detail: "The file cannot be read: \(error.reason).")
    return .read(
      ReadFile(
        stamp: file.stamp, assessed: AssessedFile(path: file.path, sha256: "", header: .failure(fault))))
  }

  /// `nil` when another file is there. Opening neither follows a link nor waits for a pipe's writer.
  private func digest(of path: String, _ stamp: FileStamp) throws(FileError) -> String? {
    let descriptor = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, .inbox)
    let status = try descriptor.status(.inbox)
    guard status.isRegular, FileStamp(status) == stamp else { return nil }
    return try descriptor.sha256(.inbox)
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

/// What a file says of itself, or why that cannot be had.
package typealias HeaderResult = Result<ClipHeader, ClipReadError>

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

  private static func verdict(of fault: ClipReadError) -> Self {
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
