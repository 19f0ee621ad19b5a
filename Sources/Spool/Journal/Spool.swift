import Glibc
import Platform

/// Where everything lies in the spool. Patients' data is in it: it is its owner's alone.
package struct Spool: Sendable, Equatable {
  package let path: String

  package init(path: String) {
    self.path = path
  }

  package var journal: String { path + "/journal" }
  /// Settled claims that the journal only names.
  package var settled: SettledFolder { SettledFolder(path: path + "/settled") }
  package var lock: String { path + "/lock" }
  package var key: String { path + "/key" }
  /// Blocks held back, to be given up when the disk is full.
  var reserve: String { path + "/reserve" }
  package var status: String { path + "/status.json" }
  /// What was last known of the file system that the inbox lies on.
  package var inboxMount: String { path + "/inbox-mount" }
  /// The same of the outbox's.
  package var outboxMount: String { path + "/outbox-mount" }
  /// Claims whose files in quarantine a person has seen.
  package var acknowledged: String { path + "/acknowledged" }
  /// What is wrong with the daemon, and what is yet to be told of it.
  package var troubles: String { path + "/troubles" }
  package var claimed: String { path + "/claimed" }
  package var done: String { path + "/done" }
  package var quarantine: String { path + "/quarantine" }
  /// What was taken out of archives and is not claimed yet, a folder an archive.
  package var unpacked: String { path + "/unpacked" }
  /// Where `requeue` leaves its requests for the daemon.
  package var requests: String { path + "/requests" }

  /// Makes the folders that are missing.
  package func prepare() throws(FileError) {
    try Files.makeRoot(path, mode: 0o700, .spool)
    try closeToOthers()
    try DurableNames.change { names throws(FileError) in
      for folder in [claimed, done, quarantine, unpacked, requests, settled.path] {
        try names.makeFolder(folder, in: path, mode: 0o700, .spool)
      }
      // Copies of inputs, of a version that made some.
      try names.removeTree(path + "/scratch", .spool)
    }
  }

  /// What lies here is patients' data, and files that were moved here keep their mode. A folder that somebody made
  /// for it may be open to others; one that belongs to another user gives a warning.
  private func closeToOthers() throws(FileError) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o077 != 0 else { return }
    guard chmod(path, 0o700) == 0 else { throw FileError(.write, .spool) }
  }

  /// Of a folder in which an archive is being taken apart.
  package static let partSuffix = ".part"

  package func unpackedFolder(_ claim: Int) -> String { unpacked + "/c\(claim)" }

  package func unpackedFile(_ file: BoxedFile) -> String {
    unpackedFolder(file.claim) + "/" + ClaimedFile.spoolName(file.index)
  }

  /// Whether a file that was taken out of an archive has another name, which is that of a claim: nothing else in the
  /// spool is ever linked.
  package func isSecondName(_ unpacked: String) throws(FileError) -> Bool {
    try Files.examine(unpacked, .spool).map { $0.isRegular && $0.st_nlink > 1 } ?? false
  }

  /// The highest number of a claim that has a folder here; 0 where none has.
  /// - Parameter isJournalNew: Then inputs that are done with are looked through as well, a folder for each study.
  func lastClaim(isJournalNew: Bool) throws(FileError) -> Int {
    var folders = [claimed, quarantine, unpacked]
    if isJournalNew { folders += try Files.names(in: done, .done).map { done + "/" + $0 } }
    var last = 0
    for folder in folders {
      for name in try Files.names(in: folder, .spool) { last = max(last, Claim.number(ofFolder: name) ?? 0) }
    }
    return last
  }

  /// Folders of inputs that belong to none of these claims: only a person knows what to do with them.
  package func orphans(besides claims: Set<Int>) throws(FileError) -> [String] {
    try Files.names(in: claimed, .claimed).filter { name in
      Claim.number(ofFolder: name).map { !claims.contains($0) } ?? false
    }
  }

  func claimedFolder(_ claim: Claim) -> String { claimed + "/" + claim.folderName }

  package func claimedFile(_ claim: Claim, _ file: ClaimedFile) -> String {
    claimedFolder(claim) + "/" + file.spoolName
  }

  func quarantineFolder(_ claim: Claim) -> String { quarantine + "/" + claim.folderName }

  /// Processed inputs lie by study; those of no study lie together.
  package func doneStudyFolder(_ claim: Claim) -> String { done + "/" + (claim.study ?? "loose") }

  package func doneFolder(_ claim: Claim) -> String { doneStudyFolder(claim) + "/" + claim.folderName }
}
