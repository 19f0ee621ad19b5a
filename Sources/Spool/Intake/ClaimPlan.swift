import Platform
import Study

/// A file of the inbox that was read and no longer changes.
package struct ReadFile: Sendable, Equatable {
  package var stamp: FileStamp
  /// Its path is the path below the inbox.
  package var assessed: AssessedFile
  /// Where it lies, if it was taken out of an archive.
  package var box: BoxedFile?

  package var source: String { assessed.path }
}

/// What a claim is to say of its files, from what they are and what is known of their study. Pure.
package struct ClaimPlan {
  package var moves: Bool
  /// UTC, milliseconds.
  package var now: Int64
  package var hash: KeyedHash

  package init(moves: Bool, now: Int64, hash: KeyedHash) {
    self.moves = moves
    self.now = now
    self.hash = hash
  }

  /// A claim of the files of one study.
  package func study(
    _ uid: String, _ files: [ReadFile], history: StudyHistory, id: Int, firstSeenAt: Int64,
    closedAtLimit: Bool
  ) -> Claim {
    let repeated = files.filter { history.judged.contains($0.assessed.sha256) }
    let fresh = files.filter { !history.judged.contains($0.assessed.sha256) }
    let grouping = StudyGrouping.study(uid: uid, of: fresh.map(\.assessed).sorted { $0.path < $1.path })
    let identity = hashes(of: fresh)
    var ends = [String: InputEnd](uniqueKeysWithValues: repeated.map { ($0.source, Self.duplicate) })
    for file in grouping.duplicates { ends[file.path] = Self.duplicate }
    for file in grouping.files + grouping.differing where contradicts(file, history) {
      ends[file.path] = Self.conflict
    }
    if let held = held(grouping, identity, history) { for file in fresh { ends[file.source] = held } }
    return Claim(
      id: id, study: uid, moves: moves, claimedAt: now, firstSeenAt: firstSeenAt,
      closedAtLimit: closedAtLimit,
      identity: identity, files: claimed(files) { ends[$0.source] })
  }

  /// A claim of files of no study, whose ends are known.
  /// - Parameter statedStudy: The StudyInstanceUID that all of them state.
  package func loose(_ files: [(file: ReadFile, end: InputEnd)], statedStudy: String? = nil, id: Int) -> Claim
  {
    let ends = [String: InputEnd](files.map { ($0.file.source, $0.end) }) { first, _ in first }
    return Claim(
      id: id, study: nil, statedStudy: statedStudy, moves: moves, claimedAt: now, firstSeenAt: now,
      closedAtLimit: false, identity: [:], files: claimed(files.map(\.file)) { ends[$0.source] })
  }

  /// A claim of a reader's correction.
  package func correction(_ file: ReadFile, of study: String, id: Int, firstSeenAt: Int64) -> Claim {
    Claim(
      id: id, study: study, moves: moves, claimedAt: now, firstSeenAt: firstSeenAt, closedAtLimit: false,
      identity: [:], files: claimed([file]) { _ in nil })
  }

  /// A claim of an archive, whose end comes when each file in it has one.
  package func box(_ file: ReadFile, id: Int) -> Claim {
    Claim(
      id: id, study: nil, isBox: true, moves: moves, claimedAt: now, firstSeenAt: now, closedAtLimit: false,
      identity: [:], files: claimed([file]) { _ in nil })
  }

  private func claimed(_ files: [ReadFile], end: (ReadFile) -> InputEnd?) -> [ClaimedFile] {
    files.sorted {
      ($0.assessed.member?.sopInstanceUID ?? "", $0.source) < (
        $1.assessed.member?.sopInstanceUID ?? "", $1.source
      )
    }
    .enumerated()
    .map { index, file in
      ClaimedFile(
        index: index + 1, source: file.source, stamp: file.stamp, sha256: file.assessed.sha256,
        sopInstanceUID: file.assessed.member?.sopInstanceUID,
        decodingBytes: file.assessed.member?.decodingBytes ?? 0, end: end(file), box: file.box)
    }
  }

  private func contradicts(_ file: AssessedFile, _ history: StudyHistory) -> Bool {
    guard let instance = file.member?.sopInstanceUID else { return false }
    // What was published speaks for its instance, and other bytes are judged by their pixels (`CorrectionCheck`).
    return history.conflicted.contains(instance) && history.digests[instance] == nil
  }

  private func held(
    _ grouping: StudyGrouping.Study, _ identity: [String: String], _ history: StudyHistory
  ) -> InputEnd? {
    let among = grouping.disagreements.map(\.rawValue)
    let differing = Set(history.disagreements(with: identity).map(IdentityClaims.Part.keyword))
    let earlier = IdentityClaims.Attribute.allCases.map(\.rawValue).filter(differing.contains)
    let detail: String
    if !among.isEmpty {
      detail = "The files of the study disagree on \(among.joined(separator: ", "))."
    } else if !earlier.isEmpty {
      detail = "The files disagree with the published ones on \(earlier.joined(separator: ", "))."
    } else if history.isHeld {
      detail = "Files of the study are held because they disagree on the patient."
    } else {
      return nil
    }
    return InputEnd(state: .held, reason: .identityConflict, detail: detail)
  }

  private func hashes(of files: [ReadFile]) -> [String: String] {
    var claims = IdentityClaims()
    for file in files { if let member = file.assessed.member { claims.add(member.identity) } }
    return claims.agreed.mapValues { hash.name(of: $0) }
  }

  private static let duplicate = InputEnd(
    state: .ignored, reason: .duplicate, detail: "The same bytes came before for this study.")
  private static let conflict = InputEnd(
    state: .held, reason: .uidConflict,
    detail: InstanceConflict.sentence)
}
