import Platform
import Spool
import Study

/// Files by their end, of all claims that count. What was taken is the sum of what is open and of all ends.
struct FileSums: Sendable, Equatable {
  private(set) var open = 0
  private(set) var ends: [String: Int]
  /// Counted on its own, for comparison.
  private(set) var taken: Int

  init(_ ledger: Ledger) {
    ends = ledger.forgotten.files.merging(ledger.settledFiles, uniquingKeysWith: +)
    taken = ends.values.reduce(0, +)
    for state in ledger.open.values where state.phase != .returned {
      taken += state.claim.files.count
      for file in state.claim.files {
        if let end = file.end { ends[end.state.rawValue, default: 0] += 1 } else { open += 1 }
      }
    }
  }

  func count(_ state: StudyReport.Input.State) -> Int { ends[state.rawValue] ?? 0 }

  var reconciles: Bool { taken == open + ends.values.reduce(0, +) }
}

/// Files of one reason that wait to become readable, or that are set aside. Pure.
struct FilesInTrouble: Sendable, Equatable {
  var reason: ReasonCode
  var count: Int
  /// When the first of those that wait is given up, UTC, milliseconds.
  var givenUpAt: Int64?

  /// Files in the inbox that cannot be read as they are, by reason.
  static func waiting(_ files: [StatusSnapshot.Waiting]) -> [FilesInTrouble] {
    Dictionary(grouping: files.filter { $0.code != nil }, by: \.code)
      .compactMap { code, files in
        code.map {
          FilesInTrouble(reason: $0, count: files.count, givenUpAt: files.compactMap(\.givenUpAt).min())
        }
      }
      .sorted { $0.reason.rawValue < $1.reason.rawValue }
  }

  /// Files in quarantine, by reason.
  static func setAside(_ ledger: Ledger) -> [FilesInTrouble] {
    var counts: [ReasonCode: Int] = [:]
    for claim in ledger.setAside {
      for (kind, count) in claim.files { if let reason = kind.reason { counts[reason, default: 0] += count } }
    }
    return counts.map { FilesInTrouble(reason: $0.key, count: $0.value) }
      .sorted { $0.reason.rawValue < $1.reason.rawValue }
  }

  /// One line for a person.
  var text: String {
    let limit = givenUpAt.map { ", given up from \(UTCTime(milliseconds: $0).iso8601) on" } ?? ""
    return "\(count) \(reason.rawValue)\(limit): \(ReasonText.whole(reason))"
  }

  var json: JSONValue {
    .object([
      ("reason", .string(reason.rawValue)), ("files", .integer(count)),
      ("given_up_at", .optional(givenUpAt.map { UTCTime(milliseconds: $0).iso8601 })),
      ("detail", .string(ReasonText.whole(reason))),
    ])
  }
}
