import Platform
import Study

/// Readers who answer for a document (Verifying Observer Sequence, PS3.3 C.17.2). A document counts as verified only
/// where the configuration names the organization that they answer for, and they accepted the result.
struct Verification: Sendable, Equatable {
  /// PN.
  var observer: String
  /// LO.
  var organization: String
  /// DT, in UTC.
  var time: String

  /// - Returns: None where nobody answers for the result.
  static func all(of report: StudyReport, organization: String?, contentTime: UTCTime) -> [Verification] {
    guard let organization, report.reviewState == .accepted, report.status != .partial,
      report.status != .failed
    else { return [] }
    return report.acceptingReaders.map { reader in
      Verification(
        observer: PersonObserver.name(reader.name), organization: organization,
        time: reader.time.flatMap(dicomTime) ?? contentTime.dicomDate + contentTime.dicomTime + "+0000")
    }
  }

  /// From ISO 8601 in UTC: `2026-01-31T08:09:10.123Z` is `20260131080910+0000`.
  static func dicomTime(_ text: String) -> String? {
    let digits = text.prefix(19).filter { $0.isASCII && $0.isNumber }
    return digits.count == 14 ? digits + "+0000" : nil
  }
}
