import Platform
import Reports
import Study

/// What the outbox's page shows of a study: a JSON array in a script's string, whose places `OutboxPageScript` names.
struct IndexRow: Equatable {
  var study: String
  var revision: Int
  /// The patient's name by `PatientKey`, empty where the files do not say enough; `nil` where it was made without a key.
  var patient: String?
  /// As it stands between the quotes of the script.
  var text: String

  var folder: String { PublishedRevision.name(study: study, number: revision) }

  /// In the order of the numbers that stand for them.
  static let statuses: [StudyReport.Status] = [.completed, .partial, .ineligible, .failed]

  init(_ entry: OutboxEntry, _ facts: StudyFacts) {
    (study, revision, patient) = (entry.study, entry.revision, facts.patientName)
    var places: [JSONValue] = [
      .string(entry.study), .integer(entry.revision), .integer(Int(entry.published)),
      .integer(Self.statuses.firstIndex(of: entry.status) ?? 0), .integer(entry.measuredClips),
      .integer(entry.clips), .integer(entry.attention.rawValue),
      .array(entry.reviewReasons.map { .string($0) }),
      .string((entry.views ?? []).map(\.text).joined(separator: " + ")),
      .integer(entry.hasUnknownView ? 1 : 0),
    ]
    places += Self.values(of: entry)
    places += [
      .string(facts.day ?? ""), .string(facts.description ?? ""), .integer(facts.hasPicture ? 1 : 0),
      facts.patient.map { .array($0.map { .string($0) }) } ?? .null,
      .string("\(entry.version), \(entry.model)"), .optional(facts.patientName),
    ]
    text = ScriptLines.quoted(JSONValue.array(places).line)
  }

  /// A line that was written before; `nil` where it is none.
  init?(text: String) {
    let start = "[\""
    guard text.hasPrefix(start), text.hasSuffix("]"),
      let end = text.dropFirst(start.count).firstIndex(of: "\"")
    else { return nil }
    let uid = text.dropFirst(start.count)[..<end]
    let number = text[end...].dropFirst(2).prefix { $0 != "," }
    guard DICOMUID.isValid(String(uid)), let revision = Int(number), revision >= 1 else { return nil }
    (self.study, self.revision, self.text) = (String(uid), revision, text)
    patient = Self.patient(endOf: text)
  }

  /// The last place of a line.
  private static func patient(endOf text: String) -> String? {
    guard text.hasSuffix("\"]"), let comma = text.lastIndex(of: ",") else { return nil }
    let name = text[comma...].dropFirst(2).dropLast(2)
    return name.isEmpty || PatientKey.isName(name) ? String(name) : nil
  }

  /// Annulus, excursion, ejection fraction, volumes: each of the first of several kinds that the study has, and where
  /// there is a choice with the kind's name last.
  private static func values(of entry: OutboxEntry) -> [JSONValue] {
    func first(_ kinds: [String], _ names: (String) -> [String]) -> JSONValue {
      for kind in kinds {
        let values = names(kind).map { entry.values[$0] }
        if values.contains(where: { $0 != nil }) {
          return .array(values.map { $0.map { .number($0) } ?? .null } + [.string(kind)])
        }
      }
      return .null
    }
    let chambers = ["biplane", "A4C", "A2C"]
    return [
      first(["A4C", "A2C", "apical"]) { kind in
        ["ED", "ES"].map { "Mitral annulus diameter \(kind) \($0)" }
      },
      entry.values["MAPSE mean"].map { .number($0) } ?? .null,
      first(chambers) { ["LV ejection fraction \($0)"] },
      first(chambers) { kind in ["ED", "ES"].map { "LV volume \(kind) \($0)" } },
      first(chambers) { ["LA volume \($0) ES"] },
    ]
  }
}
