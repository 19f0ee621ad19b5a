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

  /// Brings all files of a claim into the spool for good, or makes sure of them where the inbox is only read.
  /// - Parameter isResumed: A process before this one read the files. What it read may never have come to the disk, and
  ///   is compared by its digest.
  /// - Returns: Indices of files that are no longer there as they were when they were read, and of files of no study
  ///   that may not be taken while others may. What is in the inbox under their names now is news, and is left for
  ///   the next scan.
  package func claimFiles(of claim: Claim, isResumed: Bool = false) throws(FileError) -> [Int] {
    let folder = spool.claimedFolder(claim)
    if claim.moves || claim.files.contains(where: { isKept($0, of: claim) }) {
      try DurableNames.change { names throws(FileError) in
        try names.makeFolder(folder, in: spool.claimed, mode: 0o700, .claimed)
      }
    }
    return try DurableNames.change { names throws(FileError) in
      let missing = try claimFiles(of: claim, isResumed, &names)
      for name in try Files.names(in: folder, .claimed) where name.hasSuffix(Self.partSuffix) {
        try names.remove(folder + "/" + name, .claimed)
      }
      return missing
    }
  }

  private func claimFiles(
    of claim: Claim, _ isResumed: Bool, _ names: inout DurableNames
  ) throws(FileError) -> [Int] {
    var missing: [Int] = []
    var refused: [(file: ClaimedFile, error: FileError)] = []
    for file in claim.files {
      do throws(FileError) {
        if try !claimFile(file, of: claim, isResumed, &names) { missing.append(file.index) }
      } catch {
        guard claim.study == nil, error.isRefusedOfInbox else { throw error }
        refused.append((file, error))
      }
      FaultPoint.fileClaimed.reach()
    }
    return missing + (try release(refused, of: claim, &names))
  }

  /// Files of no study have nothing to do with one another: where others of the claim were taken, those that may not
  /// be are left to a claim of their own.
  /// - Returns: Their indices.
  private func release(
    _ refused: [(file: ClaimedFile, error: FileError)], of claim: Claim, _ names: inout DurableNames
  ) throws(FileError) -> [Int] {
    if let error = refused.first?.error, refused.count == claim.files.count { throw error }
    for (file, error) in refused {
      let copy = spool.claimedFile(claim, file)
      guard try Files.exists(copy, .claimed) else { continue }
      guard try isUnchanged(file, at: place(of: file)) else { throw error }
      try names.remove(copy, .claimed)
    }
    return refused.map(\.file.index)
  }

  private func claimFile(
    _ file: ClaimedFile, of claim: Claim, _ isResumed: Bool, _ names: inout DurableNames
  ) throws(FileError) -> Bool {
    let target = spool.claimedFile(claim, file)
    let source = place(of: file)
    let leaves = claim.moves || file.box != nil
    if try Files.exists(target, .claimed) {
      if leaves {
        names.enter(spool.claimedFolder(claim), .claimed)
        names.leave(Files.parent(of: source) ?? inbox, origin(of: file))
      }
      if claim.moves, file.box == nil { try retire(source, file, of: claim, onlyIfEqualTo: target, &names) }
      return true
    }
    guard try isUnchanged(file, at: source) else { return false }
    if !leaves { return isKept(file, of: claim) ? try copy(file, from: source, to: target) : true }
    guard try isOnDisk(file, at: source, isResumed) else { return false }
    do throws(FileError) {
      // One system call takes the file or leaves it, and nothing is ever half in the spool. Another file may have come
      // under its name since the look above: `keep` looks at what was moved.
      try names.rename(source, origin(of: file), to: target, .claimed)
    } catch {
      if error.code == ENOENT { return false }
      guard error.code == EXDEV else { throw error }
      guard try copy(file, from: source, to: target) else { return false }
      try retire(source, file, of: claim, &names)
      return true
    }
    return try keep(file, at: target, from: source, &names)
  }

  /// Puts on the disk what the file's writer may have left in memory: after a loss of power the journal would tell of a
  /// file that is empty.
  /// - Returns: Whether the file is the one that was read.
  private func isOnDisk(
    _ file: ClaimedFile, at path: String, _ isResumed: Bool
  ) throws(FileError) -> Bool {
    let descriptor: Descriptor
    do throws(FileError) {
      descriptor = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, .inbox)
    } catch {
      if error.code == ENOENT || error.code == ELOOP { return false }
      // Nobody here could read it, and it is set aside as it is.
      guard error.isRefusedOfInbox else { throw error }
      return true
    }
    if isResumed, !file.sha256.isEmpty, try descriptor.sha256(.inbox) != file.sha256 { return false }
    try descriptor.syncWherePossible(.inbox)
    return true
  }

  /// Whether a file of an inbox that is only read lies in the spool while it is worked on: its name cannot be given to
  /// other code, it is to be taken apart, or it never lay in the inbox.
  private func isKept(_ file: ClaimedFile, of claim: Claim) -> Bool {
    !FileName.isPlain(file.source) || claim.isBox == true || file.box != nil
  }

  private func place(of file: ClaimedFile) -> String {
    file.box.map { spool.unpackedFile($0) } ?? inbox + "/" + file.source
  }

  private func origin(of file: ClaimedFile) -> FileError.Place { file.box == nil ? .inbox : .spool }

  /// Removes a file of the inbox that was copied. It is set aside first, under a hidden name, so that what is
  /// removed is what was looked at and never a new file that came under the old name.
  /// - Parameter copy: A copy that an earlier attempt made; what the source holds by now may be other bytes.
  private func retire(
    _ source: String, _ file: ClaimedFile, of claim: Claim, onlyIfEqualTo copy: String? = nil,
    _ names: inout DurableNames
  ) throws(FileError) {
    let folder = Files.parent(of: source) ?? inbox
    let name = "hinged-\(claim.folderName)-\(file.spoolName)"
    let aside = "\(folder)/.\(name)"
    if try isUnchanged(file, at: source) { try names.rename(source, .inbox, to: aside, .inbox) }
    if try isUnchanged(file, at: aside), try isEqual(aside, to: copy) {
      try names.remove(aside, .inbox)
    } else if try Files.exists(aside, .inbox) {
      // Where a new file has come under its name it gets another one: hidden, nobody would look at it again.
      let isTaken = try Files.exists(source, .inbox)
      try names.rename(aside, .inbox, to: isTaken ? "\(folder)/\(name)" : source, .inbox)
    }
  }

  private func isEqual(_ path: String, to copy: String?) throws(FileError) -> Bool {
    guard let copy else { return true }
    return try Files.digest(path, .inbox) == Files.digest(copy, .claimed)
  }

  /// The file may have been replaced between the look at it and its move; then it goes back.
  func keep(
    _ file: ClaimedFile, at target: String, from source: String, _ names: inout DurableNames
  ) throws(FileError) -> Bool {
    if try isUnchanged(file, at: target) { return true }
    guard try Files.examine(source, .inbox) == nil else {
      // Under a name that it can have beside the other one; in the spool nobody would look at it again.
      let claim = Files.lastComponent(of: Files.parent(of: target) ?? target)
      let name = "hinged-\(claim)-\(file.spoolName)"
      try names.rename(target, .claimed, to: "\(Files.parent(of: source) ?? inbox)/\(name)", .inbox)
      return false
    }
    try names.rename(target, .claimed, to: source, .inbox)
    return false
  }

  /// Of a copy that is not whole.
  private static let partSuffix = ".part"

  /// Copies across file systems, or across mounts of one; the copy appears under its name when it is whole and on the
  /// disk.
  private func copy(_ file: ClaimedFile, from source: String, to target: String) throws(FileError) -> Bool {
    let part = target + Self.partSuffix
    let input = try Descriptor.open(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, .inbox)
    let output = try Descriptor.open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600, .claimed)
    try input.copy(to: output, .claimed)
    let status = try input.status(.inbox)
    guard FileStamp(status) == file.stamp else {
      try DurableNames.change { names throws(FileError) in try names.remove(part, .claimed) }
      return false
    }
    var times = [status.st_atim, status.st_mtim]
    futimens(output.raw, &times)
    try output.sync(.claimed)
    // For good before its source goes.
    try DurableNames.change { names throws(FileError) in
      try names.rename(part, .claimed, to: target, .claimed)
    }
    return true
  }

  private func isUnchanged(_ file: ClaimedFile, at path: String) throws(FileError) -> Bool {
    guard let status = try Files.examine(path, .inbox) else { return false }
    return status.isRegular && FileStamp(status) == file.stamp
  }
}

extension FileStamp {
  package init(_ status: stat) { self.init(size: Int(status.st_size), modified: status.modifiedNanoseconds) }
}
