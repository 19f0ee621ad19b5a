/// All claims as the journal tells them. A pure value: events in, answers out.
struct Ledger: Sendable, Equatable {
  /// One line of the journal.
  enum Entry: Codable, Sendable, Equatable {
    case claim(Claim)
    case event(claim: Int, StudyState.Event)
    /// A claim as it stood when the journal was compacted.
    case state(StudyState)
    /// What was forgotten since the first line, so that sums still reconcile.
    case forgotten(Forgotten)
    /// Claims whose retention ran out.
    case forget(claims: [Int])
  }

  /// Counts of files whose claims are no longer listed.
  struct Forgotten: Codable, Sendable, Equatable {
    /// By the raw value of the file's state.
    var files: [String: Int] = [:]
    /// Highest revision by study that was ever published.
    var revisions: [String: Int] = [:]
    /// Keyed hashes of what published files stated about the patient, by study. Absent in journals of old.
    var identities: [String: [String: String]]?
    var lastClaim = 0
  }

  private(set) var states: [Int: StudyState] = [:]
  private(set) var forgotten = Forgotten()
  private var claimsByStudy: [String: [Int]] = [:]

  var nextClaim: Int { max(states.keys.max() ?? 0, forgotten.lastClaim) + 1 }

  /// A line that cannot follow on the ones before it.
  struct Contradiction: Error, Equatable { var description: String }

  mutating func apply(_ entry: Entry) throws(Contradiction) {
    if let contradiction = contradiction(of: entry) { throw contradiction }
    applyUnchecked(entry)
  }

  /// What speaks against an entry's coming next.
  func contradiction(of entry: Entry) -> Contradiction? {
    switch entry {
    case .claim(let claim):
      states[claim.id] == nil ? nil : Contradiction(description: "claim \(claim.id) is made twice")
    case .state(let state):
      states[state.claim.id] == nil
        ? nil : Contradiction(description: "claim \(state.claim.id) is told twice")
    case .event(let id, let event): contradiction(of: event, on: id)
    case .forgotten, .forget: nil
    }
  }

  private func contradiction(of event: StudyState.Event, on id: Int) -> Contradiction? {
    guard let state = states[id] else {
      return Contradiction(description: "event \(event.name) is of an unknown claim \(id)")
    }
    if state.following(event) != nil { return nil }
    return Contradiction(description: "claim \(id) goes by \(event.name) from \(state.phase.name)")
  }

  /// Applies an entry that contradicts nothing.
  mutating func applyUnchecked(_ entry: Entry) {
    switch entry {
    case .claim(let claim): insert(StudyState(claim: claim))
    case .state(let state): insert(state)
    case .event(let id, let event): states[id] = states[id]?.following(event)
    case .forgotten(let counts): forgotten = counts
    case .forget(let ids): for id in ids { forget(id) }
    }
  }

  private mutating func insert(_ state: StudyState) {
    states[state.claim.id] = state
    if let study = state.claim.study { claimsByStudy[study, default: []].append(state.claim.id) }
  }

  private mutating func forget(_ id: Int) {
    guard let state = states.removeValue(forKey: id) else { return }
    forgotten.lastClaim = max(forgotten.lastClaim, id)
    guard state.phase == .settled else { return }
    for file in state.claim.files {
      forgotten.files[file.end?.state.rawValue ?? "", default: 0] += 1
    }
    guard let study = state.claim.study else { return }
    claimsByStudy[study]?.removeAll { $0 == id }
    if let revision = state.published {
      forgotten.revisions[study] = max(forgotten.revisions[study] ?? 0, revision.number)
      forgotten.identities = forgotten.identities ?? [:]
      forgotten.identities?[study, default: [:]].merge(state.claim.identity) { first, _ in first }
    }
  }

  /// The claims of a study, ascending.
  func claims(of study: String) -> [StudyState] {
    claimsByStudy[study, default: []].compactMap { states[$0] }
  }

  var studies: some Collection<String> { claimsByStudy.keys }

  /// Claims that are not at their end, ascending.
  var unfinished: [StudyState] {
    states.values.filter { $0.phase != .settled && $0.phase != .returned }.sorted {
      $0.claim.id < $1.claim.id
    }
  }

  /// The shortest journal that tells the same.
  var entries: [Entry] {
    [.forgotten(forgotten)] + states.values.sorted { $0.claim.id < $1.claim.id }.map(Entry.state)
  }
}
