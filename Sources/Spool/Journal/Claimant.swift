import Glibc
import Platform

/// Takes the files of a claim out of the inbox. Every step may be repeated after a crash.
package struct Claimant: Sendable {
  package var inbox: String
  package var spool: Spool

  package init(inbox: String, spool: Spool) {
    self.inbox = inbox
    self.spool = spool
  }

  /// Brings all files of a claim into the spool, or makes sure of them where the inbox is only read.
  /// - Returns: Indices of files that are no longer there as they were when they were read, and of files of no study
  ///   that may not be taken while others may. What is in the inbox under their names now is news, and is left for
  ///   the next scan.
  package func claimFiles(of claim: Claim) throws(FileError) -> [Int] {
    let folder = spool.claimedFolder(claim)
    if claim.moves || claim.files.contains(where: { isKept($0, of: claim) }) {
      try Files.makeFolder(folder, mode: 0o700, .claimed)
    }
    var missing: [Int] = []
    var refused: [(file: ClaimedFile, error: FileError)] = []
    for file in claim.files {
      do throws(FileError) {
        if try !claimFile(file, of: claim) { missing.append(file.index) }
      } catch {
        guard claim.study == nil, error.isRefusedOfInbox else { throw error }
        refused.append((file, error))
      }
      FaultPoint.fileClaimed.reach()
    }
    missing += try release(refused, of: claim)
    if try Files.exists(folder, .claimed) {
      try Files.sync(folder, .claimed)
      try Files.sync(spool.claimed, .spool)
    }
    return missing
  }

  /// Files of no study have nothing to do with one another: where others of the claim were taken, those that may not
  /// be are left to a claim of their own.
  /// - Returns: Their indices.
  private func release(
    _ refused: [(file: ClaimedFile, error: FileError)], of claim: Claim
  ) throws(FileError) -> [Int] {
    if let error = refused.first?.error, refused.count == claim.files.count { throw error }
    for (file, error) in refused {
      let copy = spool.claimedFile(claim, file)
      guard try Files.exists(copy, .claimed) else { continue }
      guard try isUnchanged(file, at: place(of: file)) else { throw error }
      try Files.remove(copy, .claimed)
    }
    return refused.map(\.file.index)
  }

  private func claimFile(_ file: ClaimedFile, of claim: Claim) throws(FileError) -> Bool {
    let target = spool.claimedFile(claim, file)
    let source = place(of: file)
    if try Files.exists(target, .claimed) {
      if claim.moves, file.box == nil { try retire(source, file, of: claim, onlyIfEqualTo: target) }
      return true
    }
    guard try isUnchanged(file, at: source) else { return false }
    if !claim.moves, file.box == nil {
      return isKept(file, of: claim) ? try copy(file, from: source, to: target) : true
    }
    do throws(FileError) {
      // One system call takes the file or leaves it, and nothing is ever half in the spool. Another file may have come
      // under its name since the look above: `keep` looks at what was moved.
      try Files.rename(source, to: target, .inbox)
    } catch {
      if error.code == ENOENT { return false }
      guard error.code == EXDEV else { throw error }
      guard try copy(file, from: source, to: target) else { return false }
      try retire(source, file, of: claim)
      return true
    }
    return try keep(file, at: target, from: source)
  }

  /// Whether a file of an inbox that is only read lies in the spool while it is worked on: its name cannot be given to
  /// other code, it is to be taken apart, or it never lay in the inbox.
  private func isKept(_ file: ClaimedFile, of claim: Claim) -> Bool {
    !FileName.isPlain(file.source) || claim.isBox == true || file.box != nil
  }

  private func place(of file: ClaimedFile) -> String {
    file.box.map { spool.unpackedFile($0) } ?? inbox + "/" + file.source
  }

  /// Removes a file of the inbox that was copied. It is set aside first, under a hidden name, so that what is
  /// removed is what was looked at and never a new file that came under the old name.
  /// - Parameter copy: A copy that an earlier attempt made; what the source holds by now may be other bytes.
  private func retire(
    _ source: String, _ file: ClaimedFile, of claim: Claim, onlyIfEqualTo copy: String? = nil
  ) throws(FileError) {
    let folder = Files.parent(of: source) ?? inbox
    let name = "hinged-\(claim.folderName)-\(file.spoolName)"
    let aside = "\(folder)/.\(name)"
    if try isUnchanged(file, at: source) { try Files.rename(source, to: aside, .inbox) }
    if try isUnchanged(file, at: aside), try isEqual(aside, to: copy) {
      try Files.remove(aside, .inbox)
    } else if try Files.exists(aside, .inbox) {
      // Where a new file has come under its name it gets another one: hidden, nobody would look at it again.
      let isTaken = try Files.exists(source, .inbox)
      try Files.rename(aside, to: isTaken ? "\(folder)/\(name)" : source, .inbox)
    }
  }

  private func isEqual(_ path: String, to copy: String?) throws(FileError) -> Bool {
    guard let copy else { return true }
    return try Files.digest(path, .inbox) == Files.digest(copy, .claimed)
  }

  /// The file may have been replaced between the look at it and its move; then it goes back.
  func keep(_ file: ClaimedFile, at target: String, from source: String) throws(FileError) -> Bool {
    if try isUnchanged(file, at: target) { return true }
    guard try Files.examine(source, .inbox) == nil else {
      // Under a name that it can have beside the other one; in the spool nobody would look at it again.
      let name = "hinged-\(Files.lastComponent(of: spool.claimedFolder(path: target)))-\(file.spoolName)"
      try Files.rename(target, to: "\(Files.parent(of: source) ?? inbox)/\(name)", .inbox)
      return false
    }
    try Files.rename(target, to: source, .inbox)
    return false
  }

  /// Copies across file systems, or across mounts of one; the copy appears under its name when it is whole and on the
  /// disk.
  private func copy(_ file: ClaimedFile, from source: String, to target: String) throws(FileError) -> Bool {
    let part = target + ".part"
    let input = try Descriptor.open(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, .inbox)
    let output = try Descriptor.open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600, .claimed)
    try input.copy(to: output, .claimed)
    let status = try input.status(.inbox)
    guard FileStamp(status) == file.stamp else {
      try Files.remove(part, .claimed)
      return false
    }
    var times = [status.st_atim, status.st_mtim]
    futimens(output.raw, &times)
    try output.sync(.claimed)
    try Files.rename(part, to: target, .claimed)
    try Files.sync(spool.claimedFolder(path: target), .claimed)
    return true
  }

  private func isUnchanged(_ file: ClaimedFile, at path: String) throws(FileError) -> Bool {
    guard let status = try Files.examine(path, .inbox) else { return false }
    return status.isRegular && FileStamp(status) == file.stamp
  }
}

extension Spool {
  fileprivate func claimedFolder(path: String) -> String { Files.parent(of: path) ?? claimed }
}

extension FileStamp {
  package init(_ status: stat) { self.init(size: Int(status.st_size), modified: status.modifiedNanoseconds) }
}
