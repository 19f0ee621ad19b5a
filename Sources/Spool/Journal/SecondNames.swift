import Platform

/// Second names of files that are the spool's own. A file system that is asked to sync and does not, or an earlier
/// version that did not ask, leaves them after a loss of power: a file that was taken, or given back, is there under
/// its new name and under the old one, too. As hard links they would be refused and stay for ever.
package struct SecondNames: Sendable {
  package var spool: Spool
  package var inbox: String

  package init(spool: Spool, inbox: String) {
    self.spool = spool
    self.inbox = inbox
  }

  package enum Finding: Sendable, Equatable {
    /// It was the daemon's own leftover, and is gone. The file is still where it belongs.
    case removed
    /// Its claim is on its way, and sees to it.
    case undecided
    /// Somebody else's.
    case foreign
  }

  /// Judges files of the inbox that have several names, and removes the name that should have gone.
  /// - Parameters:
  ///   - links: By path below the inbox.
  ///   - states: All claims: one may have taken such a file.
  package func clear(
    _ links: [String: Inode], _ states: some Sequence<StudyState>
  ) throws(FileError) -> [String: Finding] {
    var findings = links.mapValues { _ in Finding.foreign }
    for state in states where state.claim.moves {
      let isReturned = state.phase == .returned
      let paths = isReturned ? SourcePath.ofReturn(state.claim) : state.claim.files.map(\.source)
      for (file, path) in zip(state.claim.files, paths) where file.box == nil {
        guard let link = links[path], findings[path] != .removed else { continue }
        if let finding = try judge(link, at: path, file, of: state) { findings[path] = finding }
      }
    }
    return findings
  }

  private func judge(
    _ link: Inode, at path: String, _ file: ClaimedFile, of state: StudyState
  ) throws(FileError) -> Finding? {
    if state.phase == .claiming || state.phase == .returning { return .undecided }
    guard let own = try place(of: link, file, of: state.claim) else { return nil }
    guard try isAt(inbox + "/" + path, link, .inbox) else { return .undecided }
    try DurableNames.change { names throws(FileError) in
      if state.phase == .returned {
        try names.remove(own, .done)
      } else {
        try names.remove(inbox + "/" + path, .inbox)
      }
    }
    return .removed
  }

  /// Where the claim has the same file.
  private func place(
    of link: Inode, _ file: ClaimedFile, of claim: Claim
  ) throws(FileError) -> String? {
    let folders = [spool.claimedFolder(claim), spool.doneFolder(claim), spool.quarantineFolder(claim)]
    for folder in folders where try isAt(folder + "/" + file.spoolName, link, .done) {
      return folder + "/" + file.spoolName
    }
    return nil
  }

  private func isAt(
    _ path: String, _ link: Inode, _ place: FileError.Place
  ) throws(FileError) -> Bool {
    try Files.examine(path, place).map { Inode($0) == link } ?? false
  }
}
