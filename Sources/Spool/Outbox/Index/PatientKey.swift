import Platform

/// By what studies of one patient are known as such, without saying who it is: a keyed hash of what the files state. The
/// key stays in the spool, so that nobody who has the outbox alone can try out names and numbers.
package struct PatientKey: Sendable, Equatable {
  private let hash: KeyedHash

  package init(_ hash: KeyedHash) { self.hash = hash }

  /// Names the key without telling it.
  var fingerprint: String { String(hash.name(of: "key of patients").prefix(Self.fingerprintDigits)) }

  static let fingerprintDigits = 8
  static let digits = 16

  /// 16 hexadecimal digits; empty where the files do not state both the patient's ID and the date of birth. An ID alone
  /// is not enough: archives and test data give one ID to many.
  func name(id: String?, issuer: String?, birthDate: String?) -> String {
    let day = (birthDate ?? "").filter { $0.isASCII && $0.isNumber }
    guard let id = id?.trimmingBlanks(), !id.isEmpty, day.count == 8 else { return "" }
    let parts = ["patient", issuer?.trimmingBlanks() ?? "", id, day]
    return hash.name(of: parts.joined(separator: "\0"))
  }

  /// Whether a text is one of those names.
  static func isName(_ text: some StringProtocol) -> Bool {
    text.utf8.count == digits && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
