import Platform
import Study

/// What is in memory of a settled claim that lies in a book: where its line is, and what is asked of all claims at once.
/// 64 bytes, as they lie in the book's index, too.
struct FiledClaim: Sendable, BitwiseCopyable {
  /// Byte of the book at which its line begins.
  var start: UInt64
  /// Hash of the study that it names; 0 where it names none.
  let study: UInt64
  /// UTC, milliseconds; when the ends were decided.
  let concludedAt: Int64
  /// Bytes of its line with the line feed.
  let length: UInt32
  let claim: UInt32
  /// Number of its book in this process.
  var book: UInt32 = 0
  /// Files by their end.
  let used, excluded, ignored, quarantined, held: UInt32
  /// Raw value of `ClaimRetention`.
  let retention: UInt8
  /// Raw value of `ClaimOutcome`.
  let outcome: UInt8
  /// The reason of all files that are set aside, by its place in the list of codes, from 1 on; `several` where they have
  /// more than one.
  let reason: UInt8
  /// 1 where the claim was forgotten or given back since.
  var isGone: UInt8 = 0
  let spare: UInt32 = 0

  static let several = UInt8.max

  /// - Parameter start: Where its line begins in the book, `length` bytes long.
  init(_ state: StudyState, start: Int, length: Int) {
    self.start = UInt64(start)
    self.length = UInt32(length)
    claim = UInt32(state.claim.id)
    study = state.claim.namedStudy.map(StableHash.of) ?? 0
    concludedAt = state.concludedAt ?? .max
    let ends = state.claim.files.compactMap(\.end)
    let count = { (end: StudyReport.Input.State) in UInt32(ends.count { $0.state == end }) }
    (used, excluded, ignored) = (count(.used), count(.excluded), count(.ignored))
    (quarantined, held) = (count(.quarantined), count(.held))
    retention = ClaimRetention(state.claim).rawValue
    outcome = ClaimOutcome(state).rawValue
    reason = Self.reason(Set(ends.filter(\.isSetAside).map(\.reason)))
  }

  private static func reason(_ reasons: Set<ReasonCode?>) -> UInt8 {
    guard let first = reasons.first else { return 0 }
    guard reasons.count == 1, let code = first, let place = ReasonCode.allCases.firstIndex(of: code),
      place + 1 < Int(several)
    else { return several }
    return UInt8(place + 1)
  }

  /// Files that are set aside, where that is known without a look at the claim.
  var setAside: SetAsideFiles? {
    guard reason != Self.several else { return nil }
    let code = reason == 0 ? nil : ReasonCode.allCases[Int(reason) - 1]
    var files: [SetAsideFiles.Kind: Int] = [:]
    if quarantined > 0 { files[.init(state: .quarantined, reason: code)] = Int(quarantined) }
    if held > 0 { files[.init(state: .held, reason: code)] = Int(held) }
    return SetAsideFiles(claim: Int(claim), isSettled: true, files: files)
  }

  var hasSetAside: Bool { quarantined > 0 || held > 0 }
}

/// Files of a claim that lie in quarantine, or are on their way there.
package struct SetAsideFiles: Sendable, Equatable {
  package struct Kind: Sendable, Hashable {
    package var state: StudyReport.Input.State
    package var reason: ReasonCode?
  }

  package var claim: Int
  /// They are where they end.
  package var isSettled: Bool
  package var files: [Kind: Int]

  init(claim: Int, isSettled: Bool, files: [Kind: Int]) {
    (self.claim, self.isSettled, self.files) = (claim, isSettled, files)
  }

  init(_ state: StudyState) {
    claim = state.claim.id
    isSettled = state.phase == .settled
    let kinds = state.claim.files.compactMap(\.end).filter(\.isSetAside)
      .map { (Kind(state: $0.state, reason: $0.reason), 1) }
    files = Dictionary(kinds, uniquingKeysWith: +)
  }

  /// The name of its folder in `quarantine/`.
  package var folderName: String { Claim.folderName(claim) }
}

/// What becomes of a claim that was kept long enough.
enum ClaimRetention: UInt8, Sendable {
  /// Its files never left the inbox, or all of them wait in quarantine for a person.
  case kept
  /// Some of its files are in quarantine. The others may be removed, and the claim is kept.
  case partlyRemovable
  /// Its files may be removed and the claim forgotten.
  case removable

  init(_ claim: Claim) {
    let setAside = claim.files.count { $0.end?.isSetAside == true }
    if !claim.moves || setAside == claim.files.count && setAside > 0 {
      self = .kept
    } else {
      self = setAside > 0 ? .partlyRemovable : .removable
    }
  }
}

/// What came of a claim whose ends are decided.
package enum ClaimOutcome: UInt8, Sendable, Hashable, CaseIterable {
  case ofNoStudy, notPublished, completed, partial, ineligible, failed
  /// Nothing that was not known: every file is a duplicate.
  case nothingNew

  package init(_ state: StudyState) {
    guard state.claim.study != nil else {
      self = .ofNoStudy
      return
    }
    switch state.published == nil ? nil : state.status {
    case .completed: self = .completed
    case .partial: self = .partial
    case .ineligible: self = .ineligible
    case .failed: self = .failed
    case nil: self = Self.isOfDuplicates(state.claim) ? .nothingNew : .notPublished
    }
  }

  private static func isOfDuplicates(_ claim: Claim) -> Bool {
    let ends = claim.files.compactMap(\.end)
    return !ends.isEmpty && ends.allSatisfy { $0.reason == .duplicate }
  }
}
