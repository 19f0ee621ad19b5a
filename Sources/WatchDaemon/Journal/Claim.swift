/// Files that the daemon took at one time, and what is decided of them. Pure; the journal keeps it.
struct Claim: Sendable, Equatable {
  /// Counts from 1; part of folder names.
  var id: Int
  /// A valid StudyInstanceUID, or `nil` for files of no study.
  var study: String?
  /// The valid StudyInstanceUID that files of no study state.
  var statedStudy: String?
  /// Its one file is an archive, to be taken apart.
  var isBox: Bool?
  /// The files leave the inbox; otherwise they are read where they lie.
  var moves: Bool
  /// UTC, milliseconds. Content times of the outputs come from here, so that a replay gives the same bytes.
  var claimedAt: Int64
  /// When the first of the files was seen, UTC, milliseconds.
  var firstSeenAt: Int64
  /// The study was still growing at its hard limit.
  var closedAtLimit: Bool
  /// Keyed hashes of what the files state about the patient.
  var identity: [String: String]
  var files: [ClaimedFile]

  /// The study that the files belong to, or say that they belong to.
  var namedStudy: String? { study ?? statedStudy }

  var folderName: String { "c\(id)" }

  /// Some files are yet to be processed; otherwise all ends were decided when the claim was made.
  var needsProcessing: Bool { study != nil && files.contains { $0.end == nil } }

  /// The largest of its clips: they are decoded one after the other.
  var decodingBytes: Int { files.lazy.filter { $0.end == nil }.map(\.decodingBytes).max() ?? 0 }
}

/// One file of a claim.
struct ClaimedFile: Sendable, Equatable {
  /// Counts from 1; the file's name in the spool is made of it, never of the name it came with.
  var index: Int
  /// Path below the inbox, with `FileName`'s escapes; of a file from an archive one that no file of the inbox can have
  /// (`SourcePath`).
  var source: String
  var stamp: FileStamp
  var sha256: String
  var sopInstanceUID: String?
  var decodingBytes: Int
  /// `nil` until it is decided.
  var end: InputEnd?
  /// Where it lay, if it was taken out of an archive and not out of the inbox.
  var box: BoxedFile?

  var spoolName: String { Self.spoolName(index) }

  /// A name of the program's own.
  static func spoolName(_ index: Int) -> String {
    let digits = String(index)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}

/// What tells a file from its earlier or later self.
struct FileStamp: Codable, Sendable, Equatable, Hashable {
  var size: Int
  /// Time of the last change of the content, nanoseconds since 1970.
  var modified: Int64
}

/// The one state in which a file ends.
struct InputEnd: Codable, Sendable, Hashable {
  var state: StudyReport.Input.State
  var reason: ReasonCode?
  /// A sentence without paths and without patient data.
  var detail: String?

  /// The file goes to `quarantine/` and not to `done/`.
  var isSetAside: Bool { state == .quarantined || state == .held }
}
