import Study

/// Files that the daemon took at one time, and what is decided of them. Pure; the journal keeps it.
package struct Claim: Sendable, Equatable {
  /// Counts from 1; part of folder names.
  package var id: Int
  /// A valid StudyInstanceUID, or `nil` for files of no study.
  package var study: String?
  /// The valid StudyInstanceUID that files of no study state.
  package var statedStudy: String?
  /// Its one file is an archive, to be taken apart.
  package var isBox: Bool?
  /// The files leave the inbox; otherwise they are read where they lie.
  package var moves: Bool
  /// UTC, milliseconds. Content times of the outputs come from here, so that a replay gives the same bytes.
  package var claimedAt: Int64
  /// When the first of the files was seen, UTC, milliseconds.
  package var firstSeenAt: Int64
  /// The study was still growing at its hard limit.
  package var closedAtLimit: Bool
  /// Keyed hashes of what the files state about the patient.
  package var identity: [String: String]
  package var files: [ClaimedFile]

  /// The study that the files belong to, or say that they belong to.
  package var namedStudy: String? { study ?? statedStudy }

  package var folderName: String { Self.folderName(id) }

  static func folderName(_ id: Int) -> String { "c\(id)" }

  /// The claim that a folder is of; what came of an archive that was being taken apart has more behind the number.
  static func number(ofFolder name: String) -> Int? {
    guard name.first == "c" else { return nil }
    return Int(name.dropFirst().prefix { $0.isASCII && $0.isNumber })
  }

  /// Its file is a reader's correction of the study, which is none of the study's instances.
  package var isCorrection: Bool {
    study != nil && !files.isEmpty && files.allSatisfy { $0.sopInstanceUID == nil }
  }

  /// Some files are yet to be processed; otherwise all ends were decided when the claim was made.
  package var needsProcessing: Bool { study != nil && files.contains { $0.end == nil } }

  /// The largest of its clips: they are decoded one after the other.
  package var decodingBytes: Int { files.lazy.filter { $0.end == nil }.map(\.decodingBytes).max() ?? 0 }
}

/// One file of a claim.
package struct ClaimedFile: Sendable, Equatable {
  /// Counts from 1; the file's name in the spool is made of it, never of the name it came with.
  package var index: Int
  /// Path below the inbox, with `FileName`'s escapes; of a file from an archive one that no file of the inbox can have
  /// (`SourcePath`).
  package var source: String
  package var stamp: FileStamp
  package var sha256: String
  package var sopInstanceUID: String?
  package var decodingBytes: Int
  /// `nil` until it is decided.
  package var end: InputEnd?
  /// Where it lay, if it was taken out of an archive and not out of the inbox.
  package var box: BoxedFile?

  package var spoolName: String { Self.spoolName(index) }

  /// A name of the program's own.
  package static func spoolName(_ index: Int) -> String {
    let digits = String(index)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}

/// What tells a file from its earlier or later self.
package struct FileStamp: Codable, Sendable, Equatable, Hashable {
  package var size: Int
  /// Time of the last change of the content, nanoseconds since 1970.
  package var modified: Int64

  package init(size: Int, modified: Int64) {
    self.size = size
    self.modified = modified
  }
}

/// The one state in which a file ends.
package struct InputEnd: Codable, Sendable, Hashable {
  package var state: StudyReport.Input.State
  package var reason: ReasonCode?
  /// A sentence without paths and without patient data.
  package var detail: String?

  package init(state: StudyReport.Input.State, reason: ReasonCode? = nil, detail: String? = nil) {
    self.state = state
    self.reason = reason
    self.detail = detail
  }

  /// The file goes to `quarantine/` and not to `done/`.
  package var isSetAside: Bool { state == .quarantined || state == .held }
}
