/// All claims as the journal records them. A pure value: events in, answers out.
package struct Ledger: Sendable, Equatable {
  /// One line of the journal.
  package enum Entry: Sendable, Equatable {
    case claim(Claim)
    case event(claim: Int, StudyState.Event)
    /// A claim as it was when the journal was compacted.
    case state(StudyState)
    /// What was forgotten since the first line, so that sums still reconcile.
    case forgotten(Forgotten)
    /// Claims whose retention ran out.
    case forget(claims: [Int])
  }

  /// Counts of files whose claims are no longer listed.
  package struct Forgotten: Sendable, Equatable {
    /// By the raw value of the file's state.
    package var files: [String: Int] = [:]
    /// Highest revision by study that was ever published.
    package var revisions: [String: Int] = [:]
    /// Keyed hashes of what published files stated about the patient, by study; of studies with a revision.
    var identities: [String: [String: String]] = [:]
    var lastClaim = 0
  }

  /// Claims with something left to do, and those that were given back.
  package private(set) var open: [Int: StudyState] = [:]
  /// Claims that are over.
  package private(set) var packed = PackedStates()
  package private(set) var forgotten = Forgotten()
  private var claimsByStudy = StudyIndex()
  private var lastClaim = 0

  package init() {}

  var nextClaim: Int { max(lastClaim, forgotten.lastClaim) + 1 }
  package var count: Int { open.count + packed.count }

  package func state(of claim: Int) -> StudyState? { open[claim] ?? packed[claim] }

  /// All claims in no order, unfolded one after the other.
  package var states: some Sequence<StudyState> { ids.lazy.compactMap { state(of: $0) } }

  private var ids: [Int] { Array(open.keys) + Array(packed.ids) }

  /// A line that cannot follow on the ones before it.
  struct Contradiction: Error, Equatable { var description: String }

  mutating func apply(_ entry: Entry) throws(Contradiction) {
    if case .event(let id, let event) = entry {
      // Of claims that are over each look costs an unfolding: the states before and after are made once.
      guard let next = state(of: id)?.following(event) else {
        throw contradiction(of: event, on: id) ?? Contradiction(description: "claim \(id) cannot go on")
      }
      return replace(by: next)
    }
    if let contradiction = contradiction(of: entry) { throw contradiction }
    applyUnchecked(entry)
  }

  /// What speaks against an entry's coming next.
  func contradiction(of entry: Entry) -> Contradiction? {
    switch entry {
    case .claim(let claim):
      !has(claim.id) ? nil : Contradiction(description: "claim \(claim.id) is made twice")
    case .state(let state):
      !has(state.claim.id)
        ? nil : Contradiction(description: "claim \(state.claim.id) is recorded twice")
    case .event(let id, let event): contradiction(of: event, on: id)
    case .forgotten, .forget: nil
    }
  }

  private func contradiction(of event: StudyState.Event, on id: Int) -> Contradiction? {
    guard let state = state(of: id) else {
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
    case .event(let id, let event):
      if let next = state(of: id)?.following(event) { replace(by: next) }
    case .forgotten(let counts): forgotten = counts
    case .forget(let ids): for id in ids { forget(id) }
    }
  }

  private mutating func insert(_ state: StudyState) {
    put(state)
    lastClaim = max(lastClaim, state.claim.id)
    if let study = state.claim.namedStudy { claimsByStudy.add(state.claim.id, of: study) }
  }

  private func has(_ claim: Int) -> Bool { open[claim] != nil || packed.contains(claim) }

  private mutating func put(_ state: StudyState) {
    if state.phase == .settled, !state.isToBeAnnounced {
      packed.insert(state)
    } else {
      open[state.claim.id] = state
    }
  }

  private mutating func replace(by state: StudyState) {
    remove(state.claim.id)
    put(state)
  }

  private mutating func remove(_ id: Int) {
    if open.removeValue(forKey: id) == nil { packed.remove(id) }
  }

  private mutating func forget(_ id: Int) {
    guard let state = state(of: id) else { return }
    remove(id)
    forgotten.lastClaim = max(forgotten.lastClaim, id)
    if let study = state.claim.namedStudy { claimsByStudy.remove(id, of: study) }
    if state.phase == .returned, let study = state.claim.study, let revision = state.published {
      forgotten.revisions[study] = max(forgotten.revisions[study] ?? 0, revision.number)
    }
    guard state.phase == .settled else { return }
    for file in state.claim.files {
      forgotten.files[file.end?.state.rawValue ?? "", default: 0] += 1
    }
    guard let study = state.claim.study else { return }
    if let revision = state.published {
      forgotten.revisions[study] = max(forgotten.revisions[study] ?? 0, revision.number)
      forgotten.identities[study, default: [:]].merge(state.claim.identity) { first, _ in first }
    }
  }

  /// The claims of a study, ascending.
  package func claims(of study: String) -> [StudyState] {
    claimsByStudy.candidates(of: study).compactMap { state(of: $0) }.filter { $0.claim.study == study }
  }

  /// The claims of a study, and those of files that state it and are of no study, ascending.
  package func claims(naming study: String) -> [StudyState] {
    claimsByStudy.candidates(of: study).compactMap { state(of: $0) }.filter { $0.claim.namedStudy == study }
  }

  /// Archives that were taken apart and are not at their end.
  package var openBoxes: [Int] { open.values.filter { $0.phase == .unpacked }.map(\.claim.id).sorted() }

  /// Whether no file that was taken out of an archive is in a claim that is not at its end.
  package func isBoxSettled(_ claim: Int) -> Bool {
    !open.values.contains { state in
      state.phase != .settled && state.phase != .returned
        && state.claim.files.contains { $0.box?.claim == claim }
    }
  }

  /// Claims that are not at their end, ascending.
  package var unfinished: [StudyState] {
    open.values.filter { $0.phase != .settled && $0.phase != .returned }.sorted {
      $0.claim.id < $1.claim.id
    }
  }

  /// Claims that were concluded before a time (UTC, milliseconds) and whose files were given back since.
  package func returned(before time: Int64) -> [Int] {
    open.values.filter { $0.phase == .returned && ($0.concludedAt ?? .max) < time }.map(\.claim.id).sorted()
  }

  /// When the oldest claim that is not at its end was made, UTC, milliseconds. An archive waits for the files in it, and
  /// each of them is counted by itself.
  package var oldestUnfinished: Int64? {
    open.values.lazy.filter { ![.settled, .returned, .unpacked].contains($0.phase) }.map(\.claim.claimedAt)
      .min()
  }

  /// Claims whose files lie in quarantine or are on their way there, ascending.
  package var setAside: [StudyState] {
    let open = open.values.filter { $0.hasSetAside && $0.phase != .returning && $0.phase != .returned }
    return (open + packed.setAside.compactMap { packed[$0] }).sorted { $0.claim.id < $1.claim.id }
  }

  /// The fewest entries that tell the same, one after the other; what was forgotten is the first of them, and always
  /// there.
  var entries: some Sequence<Entry> {
    let ids = ids.sorted()
    return (-1..<ids.count).lazy.compactMap { place in
      place < 0 ? .forgotten(forgotten) : state(of: ids[place]).map(Entry.state)
    }
  }
}
