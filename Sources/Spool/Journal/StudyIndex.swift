/// Claims by study, in a few bytes each: keys are hashes of UIDs, and most studies have one claim. Two studies may share
/// a hash, so whoever asks has to look at the claims themselves.
struct StudyIndex: Sendable, Equatable {
  /// Ascending by when they were added.
  private var first: [Int: Int] = [:]
  private var later: [Int: [Int]] = [:]

  mutating func add(_ claim: Int, of study: String) {
    let key = study.hashValue
    if first[key] == nil { first[key] = claim } else { later[key, default: []].append(claim) }
  }

  mutating func remove(_ claim: Int, of study: String) {
    let key = study.hashValue
    let left = all(key).filter { $0 != claim }
    first[key] = left.first
    later[key] = left.count > 1 ? Array(left.dropFirst()) : nil
  }

  /// All claims of the study, and maybe others.
  func candidates(of study: String) -> [Int] { all(study.hashValue) }

  private func all(_ key: Int) -> [Int] { (first[key].map { [$0] } ?? []) + (later[key] ?? []) }
}
