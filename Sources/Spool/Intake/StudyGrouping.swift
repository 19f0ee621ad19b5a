import Study

/// Files sorted into studies by StudyInstanceUID, whatever their folders. Pure, and independent of the order in
/// which the files come.
package struct StudyGrouping: Sendable, Equatable {
  package struct Study: Sendable, Equatable {
    package var uid: String
    /// One file an instance, ascending by SOPInstanceUID.
    package var files: [AssessedFile] = []
    /// Further copies of `files`: same instance, same bytes.
    package var duplicates: [AssessedFile] = []
    /// Files of one SOPInstanceUID and different bytes, ascending by instance and time: their pixels tell whether they
    /// are copies of one instance (`InstanceCopies`).
    package var differing: [AssessedFile] = []
    /// Not empty: the files disagree on the patient and all of them are held.
    package var disagreements: [IdentityClaims.Attribute] = []

    package init(
      uid: String, files: [AssessedFile] = [], duplicates: [AssessedFile] = [],
      differing: [AssessedFile] = [], disagreements: [IdentityClaims.Attribute] = []
    ) {
      self.uid = uid
      self.files = files
      self.duplicates = duplicates
      self.differing = differing
      self.disagreements = disagreements
    }

    package var isHeld: Bool { !disagreements.isEmpty }
  }

  /// A file of no study, with its end.
  package struct Loose: Sendable, Equatable {
    package var file: AssessedFile
    package var state: StudyReport.Input.State
    package var reason: ReasonCode
    package var detail: String
  }

  /// Ascending by UID.
  package var studies: [Study] = []
  /// Ascending by path.
  package var loose: [Loose] = []

  package static func group(_ files: [(path: String, sha256: String, header: HeaderResult)]) -> StudyGrouping
  {
    group(files.map { AssessedFile(path: $0.path, sha256: $0.sha256, header: $0.header) })
  }

  /// Groups what there is: a file that is unfinished now counts as finally so.
  package static func group(_ files: [AssessedFile]) -> StudyGrouping {
    var grouping = StudyGrouping()
    var members: [String: [AssessedFile]] = [:]
    for file in files.sorted(by: { $0.path < $1.path }) {
      switch file.verdict {
      case .member(let member): members[member.studyInstanceUID, default: []].append(file)
      case .loose(let state, let reason, let detail):
        grouping.loose.append(Loose(file: file, state: state, reason: reason, detail: detail))
      case .correction:
        grouping.loose.append(
          Loose(
            file: file, state: .ignored, reason: .notDICOM,
            detail: "A reader's correction: hinged correct applies it."))
      case .box:
        grouping.loose.append(
          Loose(
            file: file, state: .ignored, reason: .unpacked, detail: ReasonText.sentence(.unpacked)))
      case .unfinished(let reason, let detail):
        grouping.loose.append(Loose(file: file, state: .quarantined, reason: reason, detail: detail))
      }
    }
    grouping.studies = members.sorted { $0.key < $1.key }.map { study(uid: $0.key, of: $0.value) }
    return grouping
  }

  /// - Parameter files: Members of the study in a stable order: of equal copies the first is kept.
  package static func study(uid: String, of files: [AssessedFile]) -> Study {
    var study = Study(uid: uid)
    study.disagreements = IdentityClaims(files.compactMap(\.member?.identity)).disagreements
    for (_, copies) in Dictionary(grouping: files, by: { $0.member?.sopInstanceUID ?? "" }).sorted(by: {
      $0.key < $1.key
    }) {
      if Set(copies.map(\.sha256)).count > 1 {
        let (first, repeated) = copies.firstOfEachContent
        study.differing += first.sorted { ($0.modified, $0.path) < ($1.modified, $1.path) }
        study.duplicates += repeated
      } else {
        study.files.append(copies[0])
        study.duplicates += copies.dropFirst()
      }
    }
    return study
  }
}

extension [AssessedFile] {
  /// Of equal contents the first, and all others.
  fileprivate var firstOfEachContent: (first: [AssessedFile], repeated: [AssessedFile]) {
    var seen: Set<String> = []
    return reduce(into: ([], [])) { parts, file in
      if seen.insert(file.sha256).inserted { parts.0.append(file) } else { parts.1.append(file) }
    }
  }
}

extension AssessedFile {
  package var member: StudyMember? {
    if case .member(let member) = verdict { member } else { nil }
  }
}
