import Lab
import Platform
import Spool

extension ClaimedStudy {
  /// The claim as its processor gets it, with what is known of the study.
  init(_ claim: Claim, tools: StudyRun.Tools) throws(FileError) {
    guard let uid = claim.study else { preconditionFailure("only files of a study are processed") }
    let history = tools.store.history(of: uid)
    let succession = try Succession(of: uid, in: tools.publisher, known: history.lastRevision)
    let all = try claim.files.map { file throws(FileError) in
      ClaimedInput(file, path: try tools.path(of: file, in: claim), history)
    }
    let earlier = try history.inputs.map { claim, file throws(FileError) in
      let path = try tools.settlement.path(of: file, in: claim, inbox: tools.claimant.inbox)
      return ClaimedInput(file, path: path, history)
    }
    let corrections = try history.corrections.map { claim, file throws(FileError) in
      let path = try tools.settlement.path(of: file, in: claim, inbox: tools.claimant.inbox)
      return ClaimedInput(file, path: path, history)
    }
    self.init(
      uid: uid, closedAtLimit: claim.closedAtLimit, succession: succession,
      inputs: all.filter { $0.end == nil }, setAside: all.filter { $0.end != nil }, earlier: earlier,
      earlierCorrections: corrections)
  }
}

extension ClaimedInput {
  fileprivate init(_ file: ClaimedFile, path: String?, _ history: StudyHistory) {
    let names = file.sopInstanceUID.flatMap { history.paths[$0] } ?? SourcePath.all(of: file.source)
    self.init(
      index: file.index, path: path, names: names, sha256: file.sha256, sopInstanceUID: file.sopInstanceUID,
      modified: file.stamp.modified, end: file.end)
  }
}

extension StudyRun.Tools {
  /// Where a file of a claim that is in work can be read.
  fileprivate func path(of file: ClaimedFile, in claim: Claim) throws(FileError) -> String {
    let copy = spool.claimedFile(claim, file)
    if claim.moves { return copy }
    return try Files.exists(copy, .claimed) ? copy : claimant.inbox + "/" + file.source
  }
}
