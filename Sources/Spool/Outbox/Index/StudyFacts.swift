import Glibc
import Platform
import Reports
import Study

/// What the outbox's page tells of a study beside its numbers: when it was made, what it is called, and of whom it is.
package struct StudyFacts: Equatable {
  /// `2026-01-31`.
  var day: String?
  var description: String?
  /// Name and ID, where the page is to show them.
  var patient: [String]?
  /// By `PatientKey`; `nil` without a key.
  var patientName: String?
  /// There is a preview of it.
  var hasPicture = false

  /// A small picture of the study, in its folder.
  package static let picture = "preview.jpg"

  init() {}

  /// Of a published study. What its report does not say, and what cannot be read, is left open.
  init(folder: String, withIdentity: Bool, key: PatientKey? = nil) {
    hasPicture = (try? Files.exists(folder + "/" + Self.picture, .outbox)) ?? false
    let texts = (try? DICOMStart.texts(of: folder + "/report.dcm")) ?? [:]
    day = texts[DICOMStart.studyDate].flatMap(Self.day)
    description = texts[DICOMStart.studyDescription].map(Self.shown)
    patientName = key?.name(
      id: texts[DICOMStart.patientID], issuer: texts[DICOMStart.issuerOfPatientID],
      birthDate: texts[DICOMStart.patientBirthDate])
    guard withIdentity else { return }
    patient = [texts[DICOMStart.patientName].map(Self.name) ?? "", texts[DICOMStart.patientID] ?? ""].map(
      Self.shown)
  }

  /// A DA value (PS3.5 6.2), as ISO 8601 writes it.
  private static func day(_ text: String) -> String? {
    let digits = Array(text.filter { $0.isASCII && $0.isNumber })
    guard digits.count == 8 else { return nil }
    return "\(String(digits[0..<4]))-\(String(digits[4..<6]))-\(String(digits[6..<8]))"
  }

  /// The alphabetic group of a PN value (PS3.5 6.2.1): `Doe, Jane`.
  private static func name(_ text: String) -> String {
    let group = text.prefix { $0 != "=" }
    let parts = group.split(separator: "^", omittingEmptySubsequences: true).map { $0.trimmingBlanks() }
    guard let family = parts.first else { return "" }
    return parts.count == 1 ? family : family + ", " + parts.dropFirst().joined(separator: " ")
  }

  /// Nothing that a person would not see as it is, and no more than a row holds.
  private static func shown(_ text: String) -> String { HTML.harmless(String(text.prefix(mostCharacters))) }

  private static let mostCharacters = 120
}

/// Texts at the start of a DICOM file that this program wrote: explicit little endian (PS3.5 7.1.2), UTF-8.
enum DICOMStart {
  static let studyDate: UInt32 = 0x0008_0020
  static let studyDescription: UInt32 = 0x0008_1030
  static let patientName: UInt32 = 0x0010_0010
  static let patientID: UInt32 = 0x0010_0020
  static let issuerOfPatientID: UInt32 = 0x0010_0021
  static let patientBirthDate: UInt32 = 0x0010_0030

  private static let wanted: Set<UInt32> = [
    studyDate, studyDescription, patientName, patientID, issuerOfPatientID, patientBirthDate,
  ]
  private static let longForms: Set<String> = [
    "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "UC", "UN", "UR", "UT",
  ]
  /// The patient's attributes lie within the first 4 kB.
  private static let mostBytes = 1 << 15

  static func texts(of path: String) throws(FileError) -> [UInt32: String] {
    let file = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW, .outbox)
    var bytes = [UInt8](repeating: 0, count: mostBytes)
    let count = bytes.withUnsafeMutableBytes { read(file.raw, $0.baseAddress, $0.count) }
    guard count >= 0 else { throw FileError(.read, .outbox) }
    return texts(in: Array(bytes[..<count]))
  }

  /// The wanted elements up to the patient's group; those before a fault where there is one.
  static func texts(in bytes: [UInt8]) -> [UInt32: String] {
    var (texts, place) = ([UInt32: String](), 132)
    guard bytes.count > place, Array(bytes[128..<132]) == Array("DICM".utf8) else { return [:] }
    func number(_ at: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
    while place + 8 <= bytes.count {
      let tag = UInt32(number(place, 2)) << 16 | UInt32(number(place + 2, 2))
      guard tag >> 16 <= 0x0010 else { break }
      let isLong = longForms.contains(String(decoding: bytes[place + 4..<place + 6], as: UTF8.self))
      guard !isLong || place + 12 <= bytes.count else { break }
      let start = place + (isLong ? 12 : 8)
      let length = isLong ? number(place + 8, 4) : number(place + 6, 2)
      guard start + length <= bytes.count else { break }
      if wanted.contains(tag) {
        let text = String(decoding: bytes[start..<start + length], as: UTF8.self).trimmingBlanks()
        texts[tag] = text.isEmpty ? nil : text
      }
      place = start + length
    }
    return texts
  }
}
