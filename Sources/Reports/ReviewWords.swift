import Platform
import Study

/// What documents say of readers' review of a result, in one place for all of them.
enum ReviewWords {
  /// `accepted by Dr. A`, `partly reviewed by Dr. A and Dr. B`; of a result that no reader spoke of, that nobody did.
  static func phrase(_ report: StudyReport) -> String {
    switch report.reviewState {
    case .unread: "nobody has reviewed it"
    case .partly: "partly reviewed by \(names(report.readers))"
    case .accepted: "accepted by \(names(report.acceptingReaders.map(\.name)))"
    }
  }

  /// As a sentence about the numbers.
  static func sentence(_ report: StudyReport) -> String {
    switch report.reviewState {
    case .unread: "Nobody has verified these numbers."
    case .partly:
      "Reviewed in part by \(names(report.readers)): numbers that no reader accepted are the program's alone."
    case .accepted: "Accepted by \(names(report.acceptingReaders.map(\.name)))."
    }
  }

  /// Of one number, in two or three words.
  static func words(_ state: ReviewState) -> String {
    switch state {
    case .unread: "not reviewed"
    case .partly: "partly reviewed"
    case .accepted: "accepted by a reader"
    }
  }

  private static func names(_ readers: [String?]) -> String {
    var names: [String] = []
    for reader in readers {
      let name = shown(reader) ?? "a reader without a name"
      if !names.contains(name) { names.append(name) }
    }
    if names.count < 2 { return names.first ?? "a reader" }
    return names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
  }

  /// Free text on one line, cut where it is longer than a name.
  static func shown(_ reader: String?) -> String? {
    guard let reader else { return nil }
    let line = HTML.harmless(reader.split(whereSeparator: \.isNewline).joined(separator: " "))
      .trimmingBlanks()
    if line.isEmpty { return nil }
    return line.count > 64 ? line.prefix(63) + "…" : line
  }
}
