import Clips
import Platform
import Reports
import Study

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
  /// The valid StudyInstanceUID that a file of no study states: what is wrong with it is told under that study.
  package var statedStudy: String?
  /// Time of the last change of the content, nanoseconds since 1970: of two copies of an instance the later one counts.
  package var modified: Int64 = 0

  package enum Verdict: Sendable, Equatable {
    /// Part of a study.
    case member(StudyMember)
    /// Part of no study, and its end is decided.
    case loose(StudyReport.Input.State, ReasonCode, detail: String)
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
