import Platform
import Study

/// Gathers the files of each study until nothing more comes for it. Pure.
package struct StudyGathering: Sendable, Equatable {
  package struct Rules: Sendable, Equatable {
    package var quietSeconds: MonotonicSeconds
    package var limitSeconds: MonotonicSeconds

    package init(_ configuration: Configuration) {
      quietSeconds = configuration.quietSeconds
      limitSeconds = configuration.limitSeconds
    }
  }

  package struct Member: Sendable, Equatable {
    package var file: ReadFile
    package var firstSeen: MonotonicSeconds
    package var changedAt: MonotonicSeconds
  }

  /// A study that may be claimed.
  package struct Ready: Sendable, Equatable {
    package var uid: String
    /// Ascending by path.
    package var files: [ReadFile]
    package var firstSeen: MonotonicSeconds
    /// It was still growing at its limit.
    package var closedAtLimit: Bool
  }

  /// Files that are not resolved yet, with their last change, and the folders that are marked as complete.
  package struct Surroundings: Sendable, Equatable {
    var unresolved: [String: MonotonicSeconds] = [:]
    /// When the oldest file that no longer changes and is yet to be read was first seen: it may be of any study.
    var oldestUnread: MonotonicSeconds?
    var markers: Set<String> = []
  }

  var rules: Rules
  package private(set) var studies: [String: [String: Member]] = [:]

  package init(rules: Rules) { self.rules = rules }

  package mutating func add(_ member: Member, to uid: String) {
    studies[uid, default: [:]][member.file.source] = member
  }

  package mutating func remove(_ path: String) {
    for uid in studies.keys where studies[uid]?.removeValue(forKey: path) != nil {
      if studies[uid]?.isEmpty == true { studies[uid] = nil }
      return
    }
  }

  mutating func removeStudy(_ uid: String) { studies[uid] = nil }

  /// Studies that may be claimed, oldest first.
  package func ready(now: MonotonicSeconds, _ surroundings: Surroundings) -> [Ready] {
    let owners = surroundings.unresolved.isEmpty ? [:] : folderOwners()
    return studies.compactMap { uid, members in
      let quietAt = quietAt(uid, members, surroundings, owners)
      let firstSeen = members.values.lazy.map(\.firstSeen).min() ?? now
      let isGathered = isQuiet(at: quietAt, now, surroundings) || isMarkedComplete(members, surroundings)
      guard isGathered || now - firstSeen >= rules.limitSeconds else { return nil }
      let files = members.values.map(\.file).sorted { $0.source < $1.source }
      return Ready(uid: uid, files: files, firstSeen: firstSeen, closedAtLimit: !isGathered)
    }
    .sorted { ($0.firstSeen, $0.uid) < ($1.firstSeen, $1.uid) }
  }

  /// A file that came before the study was quiet may be its own: until it is read the study waits. One that came
  /// later keeps nothing waiting, so that a stream of others does not hold a study up.
  private func isQuiet(
    at quietAt: MonotonicSeconds, _ now: MonotonicSeconds, _ surroundings: Surroundings
  ) -> Bool {
    now >= quietAt && surroundings.oldestUnread.map { $0 > quietAt } ?? true
  }

  /// When the next study becomes ready if nothing more happens.
  func nextReady(_ surroundings: Surroundings) -> MonotonicSeconds? {
    let owners = surroundings.unresolved.isEmpty ? [:] : folderOwners()
    return studies.map { uid, members in
      let firstSeen = members.values.lazy.map(\.firstSeen).min() ?? 0
      return min(quietAt(uid, members, surroundings, owners), firstSeen + rules.limitSeconds)
    }
    .min()
  }

  /// When the study is quiet if nothing more happens. What still grows in a folder that is the study's own, below
  /// the inbox itself, counts as coming for it.
  package func quietAt(
    _ uid: String, _ members: [String: Member], _ surroundings: Surroundings, _ owners: [String: String?]
  ) -> MonotonicSeconds {
    var last = members.values.lazy.map(\.changedAt).max() ?? 0
    for (path, changedAt) in surroundings.unresolved where changedAt > last {
      if owners[InboxName.folder(of: path)] == .some(uid) { last = changedAt }
    }
    return last + rules.quietSeconds
  }

  /// Folders whose gathered files are all of one study, with that study.
  private func folderOwners() -> [String: String?] {
    var owners: [String: String?] = [:]
    for (uid, members) in studies {
      for path in members.keys {
        let folder = InboxName.folder(of: path)
        if folder.isEmpty { continue }
        if let owner = owners[folder], owner != uid {
          owners[folder] = .some(nil)
        } else {
          owners[folder] = uid
        }
      }
    }
    return owners
  }

  /// Whether each file lies in a folder that holds the marker, at any depth, and all that lies there is resolved.
  private func isMarkedComplete(_ members: [String: Member], _ surroundings: Surroundings) -> Bool {
    let markers = surroundings.markers.filter { !$0.isEmpty }
    if markers.isEmpty { return false }
    let marked = { (path: String) in markers.contains { InboxName.lies(path, in: $0) } }
    return members.keys.allSatisfy(marked)
      && !surroundings.unresolved.keys.contains { path in
        markers.contains { marker in
          InboxName.lies(path, in: marker) && members.keys.contains { InboxName.lies($0, in: marker) }
        }
      }
  }
}
