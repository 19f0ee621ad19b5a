import Glibc
import Platform

/// Brings the settled files of a claim back to the inbox, to be claimed again. Every step may be repeated after a
/// crash. Where the inbox is only read they are there already.
package struct Restitution: Sendable {
  package var spool: Spool
  package var inbox: String

  package init(spool: Spool, inbox: String) {
    self.spool = spool
    self.inbox = inbox
  }

  package func giveBack(_ claim: Claim) throws(FileError) {
    if claim.moves {
      let target = inbox + "/" + SourcePath.requeued(claim)
      for file in claim.files { try giveBack(file, of: claim, to: target) }
    }
    try Files.removeTree(spool.quarantineFolder(claim), .quarantine)
    try Files.removeTree(spool.doneFolder(claim), .done)
  }

  private func giveBack(_ file: ClaimedFile, of claim: Claim, to folder: String) throws(FileError) {
    let settled = file.end?.isSetAside == true ? spool.quarantineFolder(claim) : spool.doneFolder(claim)
    let source = settled + "/" + file.spoolName
    guard try Files.exists(source, .done) else { return }
    let target = folder + "/" + file.source
    let parent = Files.parent(of: target) ?? folder
    try Files.makeFolder(parent, .inbox)
    do throws(FileError) {
      try Files.rename(source, to: target, .inbox)
    } catch {
      guard error.code == EXDEV else { throw error }
      try copy(source, to: target, by: parent + "/." + file.spoolName)
    }
    try Files.sync(parent, .inbox)
  }

  private func copy(_ source: String, to target: String, by part: String) throws(FileError) {
    let input = try Descriptor.open(source, O_RDONLY | O_NOFOLLOW, .done)
    let output = try Descriptor.open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, .inbox)
    try input.copy(to: output, .inbox)
    try output.sync(.inbox)
    try Files.rename(part, to: target, .inbox)
    try Files.remove(source, .done)
  }
}
