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
    try DurableNames.change { names throws(FileError) in
      if claim.isBox == true { try names.removeTree(spool.unpackedFolder(claim.id), .spool) }
      try close(claim, &names)
    }
  }

  /// What is left of a claim goes to `done/` as a whole.
  private func close(_ claim: Claim, _ names: inout DurableNames) throws(FileError) {
    let folder = spool.claimedFolder(claim)
    guard try Files.exists(folder, .claimed) else {
      if try Files.exists(spool.doneFolder(claim), .done) {
        names.enter(spool.done, .done)
        names.enter(spool.doneStudyFolder(claim), .done)
      }
      if claim.moves { names.leave(spool.claimed, .claimed) }
      return
    }
    guard claim.moves, try !Files.names(in: folder, .claimed).isEmpty else {
      return try names.removeTree(folder, .claimed)
    }
    try names.makeFolder(spool.doneStudyFolder(claim), in: spool.done, mode: 0o700, .done)
    try names.rename(folder, .claimed, to: spool.doneFolder(claim), .done)
  }

  /// The reason is there before the first file is.
  private func quarantine(_ files: [ClaimedFile], of state: StudyState) throws(FileError) {
    let folder = spool.quarantineFolder(state.claim)
    try DurableNames.change { names throws(FileError) in
      try names.makeFolder(folder, in: spool.quarantine, mode: 0o700, .quarantine)
      // What a process that ended over it left of the reason.
      for name in try Files.names(in: folder, .quarantine) where name.hasPrefix(".") {
        try names.remove(folder + "/" + name, .quarantine)
      }
    }
    let reason = QuarantineReason(state, files: files, hash: hash)
    try AtomicFile.write(reason.json, to: folder + "/" + QuarantineReason.fileName, mode: 0o600, .quarantine)
    try DurableNames.change { names throws(FileError) in
      names.enter(folder, .quarantine)
      names.leave(spool.claimedFolder(state.claim), .claimed)
      for file in files {
        let source = spool.claimedFile(state.claim, file)
        guard try Files.exists(source, .claimed) else { continue }
        try names.rename(source, .claimed, to: folder + "/" + file.spoolName, .quarantine)
      }
    }
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
