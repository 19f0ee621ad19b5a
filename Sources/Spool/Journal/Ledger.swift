import Platform

/// All claims as the journal records them. A pure value: events in, answers out.
package struct Ledger: Sendable {
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
    /// A file of settled claims that counts.
    case book(SettledBook)
    /// Claims of the books before this entry that count no more: they were forgotten, or given back and have their
    /// state in a later entry.
    case left(claims: [Int])
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
  /// Claims that were settled since the last book.
  private(set) var packed = PackedStates()
  /// Claims that were settled before, in books.
  private(set) var filed: FiledClaims
  package private(set) var forgotten = Forgotten()
  private var claimsByStudy = StudyIndex()
  private var lastClaim = 0

  package init(settled: SettledFolder = SettledFolder(path: "settled")) {
    filed = FiledClaims(folder: settled)
  }

  var nextClaim: Int { max(lastClaim, forgotten.lastClaim) + 1 }
  package var count: Int { open.count + packed.count + filed.count }

  package func state(of claim: Int) -> StudyState? { open[claim] ?? packed[claim] ?? filed[claim] }

  /// All claims in no order, unfolded one after the other.
  package var states: some Sequence<StudyState> { ids.lazy.compactMap { state(of: $0) } }

  /// Visits all claims, ascending, in the memory of one of them.
  package func visitAll(_ visit: (StudyState) -> Void) {
    var others = (Array(open.keys) + Array(packed.ids)).sorted()[...]
    func visitOthers(before claim: Int) {
      while let id = others.first, id < claim {
        others.removeFirst()
        if let state = open[id] ?? packed[id] { visit(state) }
      }
    }
    filed.visitAll { state in
      visitOthers(before: state.claim.id)
      visit(state)
    }
    visitOthers(before: .max)
  }

  private var ids: [Int] { Array(open.keys) + Array(packed.ids) + filed.ids }

  /// Files of settled claims, by the raw value of the file's state.
  package var settledFiles: [String: Int] { packed.files.merging(filed.files, uniquingKeysWith: +) }

  /// Settled claims by what came of them.
  package var settledOutcomes: [ClaimOutcome: Int] {
    let recent = packed.ids.lazy.compactMap { packed[$0] }.map { (ClaimOutcome($0), 1) }
    return Dictionary(recent, uniquingKeysWith: +).merging(filed.outcomes, uniquingKeysWith: +)
  }

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
    case .left(let ids):
      ids.first { !filed.contains($0) }.map { Contradiction(description: "claim \($0) is in no book") }
    case .forgotten, .forget, .book: nil
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
    case .left(let ids): for id in ids { filed.leave(id) }
    case .book: preconditionFailure("a book is taken in with its claims")
    }
  }

  /// Takes in the claims of a book that the journal names.
  mutating func apply(_ book: SettledBook, _ claims: [FiledClaim]) throws(Contradiction) {
    if let claim = claims.first(where: { has(Int($0.claim)) }) {
      throw Contradiction(description: "claim \(claim.claim) is recorded twice")
    }
    if let claim = filed.add(book, claims) {
      throw Contradiction(description: "claim \(claim) is recorded twice")
    }
    lastClaim = max(lastClaim, claims.lazy.map { Int($0.claim) }.max() ?? 0)
  }

  /// Brings what was settled since the last book into a new one. When it throws, all is as it was.
  mutating func fileSettled(merges: Bool = true) throws(FileError) {
    let ids = packed.ids.sorted()
    let states = ids.lazy.compactMap { [packed] in packed[$0] }
    try filed.file(Array(states), merges: merges)
    for id in ids {
      if let study = packed[id]?.claim.namedStudy { claimsByStudy.remove(id, of: study) }
    }
    packed = PackedStates()
  }

  private mutating func insert(_ state: StudyState) {
    put(state)
    lastClaim = max(lastClaim, state.claim.id)
    if let study = state.claim.namedStudy { claimsByStudy.add(state.claim.id, of: study) }
  }

  private func has(_ claim: Int) -> Bool {
    open[claim] != nil || packed.contains(claim) || filed.contains(claim)
  }

  private mutating func put(_ state: StudyState) {
    if state.phase == .settled, !state.isToBeAnnounced {
      packed.insert(state)
    } else {
      open[state.claim.id] = state
    }
  }

  private mutating func replace(by state: StudyState) {
    let isFromBook = filed.contains(state.claim.id)
    remove(state.claim.id)
    put(state)
    if isFromBook, let study = state.claim.namedStudy { claimsByStudy.add(state.claim.id, of: study) }
  }

  private mutating func remove(_ id: Int) {
    if open.removeValue(forKey: id) == nil, packed.remove(id) == nil { filed.leave(id) }
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
    claims(naming: study).filter { $0.claim.study == study }
  }

  /// The claims of a study, and those of files that state it and are of no study, ascending.
  package func claims(naming study: String) -> [StudyState] {
    (claimsByStudy.candidates(of: study) + filed.candidates(of: study)).sorted()
      .compactMap { state(of: $0) }.filter { $0.claim.namedStudy == study }
  }

  /// Claims whose files came by one of these paths below the inbox, and maybe others.
  package func claims(from paths: Set<String>) -> [StudyState] {
    Array(open.values) + packed.ids.compactMap { packed[$0] }
      + filed.candidates(ofSources: paths).compactMap { filed[$0] }
  }

  /// Claims whose files left the inbox last: those that are not over, and so many of the others, at least.
  package func recent(_ count: Int) -> [StudyState] {
    Array(open.values) + packed.ids.compactMap { packed[$0] } + filed.newest(count)
  }

  /// Claims that were concluded before a time (UTC, milliseconds), and may be forgotten with their files; some of them
  /// where they are more than the limit.
  package func removable(before time: Int64, limit: Int = .max) -> [StudyState] {
    due(.removable, time, limit, [])
  }

  /// The same of those whose files may go as far as they are not in quarantine.
  /// - Parameter seen: Claims that are left out.
  package func partlyRemovable(
    before time: Int64, limit: Int = .max, but seen: Set<Int> = []
  ) -> [StudyState] {
    due(.partlyRemovable, time, limit, seen)
  }

  private func due(
    _ retention: ClaimRetention, _ time: Int64, _ limit: Int, _ seen: Set<Int>
  ) -> [StudyState] {
    let recent = packed.due(retention, before: time).filter { !seen.contains($0.claim.id) }
    return Array((filed.due(retention, before: time, limit: limit, but: seen) + recent).prefix(limit))
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

  /// Files that lie in quarantine or are on their way there, by claim, ascending.
  package var setAside: [SetAsideFiles] {
    let open = open.values.filter { $0.hasSetAside && $0.phase != .returning && $0.phase != .returned }
    let recent = open + packed.setAside.compactMap { packed[$0] }
    return (recent.map { SetAsideFiles($0) } + filed.setAside).sorted { $0.claim < $1.claim }
  }

  /// The fewest entries that tell the same, one after the other; what was forgotten is the first of them, and always
  /// there.
  var entries: some Sequence<Entry> {
    let ids = (Array(open.keys) + Array(packed.ids)).sorted()
    let gone = filed.gone
    let head: [Entry] =
      [.forgotten(forgotten)] + filed.books.map { .book($0.book) }
      + (gone.isEmpty ? [] : [.left(claims: gone)])
    return (0..<head.count + ids.count).lazy.compactMap { place in
      place < head.count ? head[place] : state(of: ids[place - head.count]).map(Entry.state)
    }
  }

  /// Lines that those entries take, those of recent settled claims left out: they go into a book.
  var lineCount: Int { open.count + filed.books.count + forgotten.revisions.count + 2 }
}

extension Ledger: Equatable {
  /// Whether they tell the same, wherever it lies.
  package static func == (one: Ledger, other: Ledger) -> Bool {
    one.forgotten == other.forgotten && one.nextClaim == other.nextClaim && one.count == other.count
      && one.ids.allSatisfy { one.state(of: $0) == other.state(of: $0) }
  }
}
