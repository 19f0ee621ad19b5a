extension ClaimedStudy {
  /// The claim as its processor gets it, with what is known of the study.
  init(_ claim: Claim, tools: StudyRun.Tools) throws(FileError) {
    guard let uid = claim.study else { preconditionFailure("only files of a study are processed") }
    let history = tools.store.history(of: uid)
    let standing = try tools.publisher.revisions(of: uid)
    let last = max(history.lastRevision?.number ?? 0, standing.last?.number ?? 0)
    self.uid = uid
    claimedAt = UTCTime(milliseconds: claim.claimedAt)
    closedAtLimit = claim.closedAtLimit
    revision = PublishedRevision(study: uid, number: last + 1)
    previous = last > 0 ? PublishedRevision(study: uid, number: last) : nil
    previousFolder = standing.last.map { tools.publisher.folder(of: $0) }
    let all = claim.files.map { ClaimedInput($0, path: tools.path(of: $0, in: claim)) }
    inputs = all.filter { $0.end == nil }
    setAside = all.filter { $0.end != nil }
    earlier = history.inputs.map { claim, file in
      ClaimedInput(file, path: tools.settlement.path(of: file, in: claim, inbox: tools.claimant.inbox))
    }
  }
}

extension ClaimedInput {
  fileprivate init(_ file: ClaimedFile, path: String?) {
    self.init(
      index: file.index, path: path, name: file.source, sha256: file.sha256,
      sopInstanceUID: file.sopInstanceUID,
      end: file.end)
  }
}

extension StudyRun.Tools {
  /// Where a file of a claim that is in work can be read.
  fileprivate func path(of file: ClaimedFile, in claim: Claim) -> String {
    let copy = spool.claimedFile(claim, file)
    return claim.moves || Files.exists(copy) ? copy : claimant.inbox + "/" + file.source
  }
}
