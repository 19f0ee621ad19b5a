import Foundation
import Platform

/// Brings the files of a concluded claim to where they end: `done/`, or `quarantine/` with a `reason.json`. Every
/// step may be repeated after a crash.
package struct Settlement: Sendable {
  package var spool: Spool
  package var hash: KeyedHash

  package init(spool: Spool, hash: KeyedHash) {
    self.spool = spool
    self.hash = hash
  }

  package func settle(_ state: StudyState) throws(FileError) {
    let claim = state.claim
    let setAside = claim.files.filter { $0.end?.isSetAside == true }
    if !setAside.isEmpty { try quarantine(setAside, of: state) }
    if claim.isBox == true { try Files.removeTree(spool.unpackedFolder(claim.id), .spool) }
    let folder = spool.claimedFolder(claim)
    guard try Files.exists(folder, .claimed) else { return }
    if claim.moves, try !Files.names(in: folder, .claimed).isEmpty {
      try Files.makeFolder(spool.doneStudyFolder(claim), mode: 0o700, .done)
      try Files.rename(folder, to: spool.doneFolder(claim), .done)
      try Files.sync(spool.doneStudyFolder(claim), .done)
      try Files.sync(spool.done, .done)
    } else {
      try Files.removeTree(folder, .claimed)
    }
    try Files.sync(spool.claimed, .spool)
  }

  /// The reason is there before the first file is.
  private func quarantine(_ files: [ClaimedFile], of state: StudyState) throws(FileError) {
    let folder = spool.quarantineFolder(state.claim)
    try Files.makeFolder(folder, mode: 0o700, .quarantine)
    let reason = QuarantineReason(state, files: files, hash: hash)
    try AtomicFile.write(reason.json, to: folder + "/" + QuarantineReason.fileName, mode: 0o600, .quarantine)
    for file in files {
      let source = spool.claimedFile(state.claim, file)
      guard try Files.exists(source, .claimed) else { continue }
      try Files.rename(source, to: folder + "/" + file.spoolName, .quarantine)
    }
    try Files.sync(folder, .quarantine)
    try Files.sync(spool.quarantine, .quarantine)
  }

  /// Where a settled file lies; `nil` when it is there no more.
  package func path(of file: ClaimedFile, in claim: Claim, inbox: String) throws(FileError) -> String? {
    let folder = file.end?.isSetAside == true ? spool.quarantineFolder(claim) : spool.doneFolder(claim)
    let path = claim.moves ? folder + "/" + file.spoolName : inbox + "/" + file.source
    guard FileName.isPlain(path) else { return nil }
    return try Files.exists(path, .done) ? path : nil
  }
}

/// `reason.json` of a quarantine folder: why its files are there. Names of files appear as keyed hashes.
struct QuarantineReason {
  static let fileName = "reason.json"
  static let schemaName = "hinged.quarantine/1"

  var state: StudyState
  package var files: [ClaimedFile]
  var hash: KeyedHash

  init(_ state: StudyState, files: [ClaimedFile], hash: KeyedHash) {
    self.state = state
    self.files = files
    self.hash = hash
  }

  var json: [UInt8] {
    let value = JSONValue.object([
      ("schema", .string(Self.schemaName)), ("claim", .integer(state.claim.id)),
      ("study_uid", .optional(state.claim.namedStudy)),
      ("time", .string(UTCTime(milliseconds: state.concludedAt ?? state.claim.claimedAt).iso8601)),
      ("attempts", .integer(state.attempts)), ("failure", failure), ("files", .array(files.map(entry))),
    ])
    return Array(((try? value.pretty()) ?? "{}\n").utf8)
  }

  private var failure: JSONValue {
    guard state.published == nil, let failure = state.lastFailure else { return .null }
    return .object([
      ("stage", .string(failure.stage.rawValue)), ("reason", .optional(failure.reason?.rawValue)),
      ("detail", .string(failure.detail)),
    ])
  }

  private func entry(_ file: ClaimedFile) -> JSONValue {
    .object([
      ("name", .string(file.spoolName)), ("file", .string(hash.name(of: file.source))),
      ("sha256", .string(file.sha256)), ("sop_instance_uid", .optional(file.sopInstanceUID)),
      ("state", .optional(file.end?.state.rawValue)), ("reason", .optional(file.end?.reason?.rawValue)),
      ("detail", .optional(file.end?.detail)),
    ])
  }
}
