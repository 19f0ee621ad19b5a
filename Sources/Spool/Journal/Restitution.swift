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
      try DurableNames.change { names throws(FileError) in
        for (file, path) in zip(claim.files, SourcePath.ofReturn(claim)) {
          try giveBack(file, of: claim, to: inbox + "/" + path, &names)
        }
      }
    }
    try DurableNames.change { names throws(FileError) in
      try names.removeTree(spool.quarantineFolder(claim), .quarantine)
      try names.removeTree(spool.doneFolder(claim), .done)
    }
  }

  private func giveBack(
    _ file: ClaimedFile, of claim: Claim, to target: String, _ names: inout DurableNames
  ) throws(FileError) {
    let settled = file.end?.isSetAside == true ? spool.quarantineFolder(claim) : spool.doneFolder(claim)
    let source = settled + "/" + file.spoolName
    let parent = Files.parent(of: target) ?? inbox
    guard try Files.exists(source, .done) else {
      if try Files.exists(parent, .inbox) { try names.makeFolder(parent, in: inbox, .inbox) }
      return names.enter(parent, .inbox)
    }
    try names.makeFolder(parent, in: inbox, .inbox)
    do throws(FileError) {
      try names.rename(source, .done, to: target, .inbox)
    } catch {
      guard error.code == EXDEV else { throw error }
      try copy(source, to: target, by: parent + "/." + file.spoolName)
      try names.remove(source, .done)
    }
  }

  /// The copy is there for good when this returns.
  private func copy(_ source: String, to target: String, by part: String) throws(FileError) {
    let input = try Descriptor.open(source, O_RDONLY | O_NOFOLLOW, .done)
    let output = try Descriptor.open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, .inbox)
    try input.copy(to: output, .inbox)
    try output.sync(.inbox)
    try DurableNames.change { names throws(FileError) in
      try names.makeFolder(Files.parent(of: target) ?? inbox, in: inbox, .inbox)
      try names.rename(part, .inbox, to: target, .inbox)
    }
  }
}
