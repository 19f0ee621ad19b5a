/// What is already decided about a study when further files of it come.
package struct StudyHistory: Sendable {
  /// Digests of all files whose content is judged in a result or needs none.
  private(set) var judged: Set<String> = []
  /// Digests of the files that speak for an instance, by SOPInstanceUID.
  private(set) var digests: [String: String] = [:]
  /// Instances that came with different contents.
  private(set) var conflicted: Set<String> = []
  /// Keyed hashes of what published files state about the patient, by attribute.
  package private(set) var identity: [String: String] = [:]
  /// Files were held and none was published: no more of the study may be taken until a person has decided.
  package private(set) var isHeld = false
  package private(set) var isActive = false
  /// The last one that was published.
  package private(set) var lastRevision: PublishedRevision?
  /// Paths under which the files of an instance came, the first one first, by SOPInstanceUID. Files that contradict
  /// others have none.
  package private(set) var paths: [String: [String]] = [:]
  /// Inputs of the revisions so far, ascending by claim and index.
  package private(set) var inputs: [(claim: Claim, file: ClaimedFile)] = []

  /// Readers' corrections that were applied, ascending by claim: files of the study that are none of its instances.
  package private(set) var corrections: [(claim: Claim, file: ClaimedFile)] = []

  package init(of study: String, in ledger: Ledger) {
    if let number = ledger.forgotten.revisions[study] {
      lastRevision = PublishedRevision(study: study, number: number)
      identity = ledger.forgotten.identities[study] ?? [:]
    }
    for state in ledger.claims(of: study) { add(state) }
    isHeld = isHeld && lastRevision == nil
  }

  private mutating func add(_ state: StudyState) {
    for file in state.claim.files where file.end?.state != .held {
      guard let instance = file.sopInstanceUID else { continue }
      for path in SourcePath.all(of: file.source) where paths[instance]?.contains(path) != true {
        paths[instance, default: []].append(path)
      }
    }
    if state.phase == .returning || state.phase == .returned {
      if let revision = state.published { lastRevision = revision }
      return
    }
    isActive = isActive || state.isActive
    if let revision = state.published {
      lastRevision = revision
      identity.merge(state.claim.identity) { first, _ in first }
    }
    for file in state.claim.files { add(file, of: state) }
  }

  private mutating func add(_ file: ClaimedFile, of state: StudyState) {
    guard let end = file.end else { return }
    guard let instance = file.sopInstanceUID else {
      if end.state == .used, state.published != nil { corrections.append((state.claim, file)) }
      return
    }
    isHeld = isHeld || end.reason == .identityConflict
    if end.reason == .uidConflict { conflicted.insert(instance) }
    // What was quarantined with a study that failed as a whole may be tried again by dropping it again.
    if end.isSetAside && state.published == nil { return }
    judged.insert(file.sha256)
    if end.isSetAside || end.reason == .duplicate || end.reason == .superseded { return }
    digests[instance] = file.sha256
    if state.published != nil { inputs.append((state.claim, file)) }
  }

  /// A result of the study stands by files that were not given back to the inbox.
  package var hasResult: Bool { !inputs.isEmpty }

  /// Attributes of a patient's identity that contradict what was published.
  package func disagreements(with identity: [String: String]) -> [String] {
    identity.filter { key, value in self.identity[key].map { $0 != value } ?? false }.keys.sorted()
  }
}
