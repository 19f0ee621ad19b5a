import Foundation
import Study

/// Records as hinged 0.2.0 and before wrote them (version 1 of the journal's format): the names that the compiler gave
/// to enumerations and their unnamed values, `{"event":{"_1":{"started":{}},"claim":1}}`. Read once, when a journal is
/// brought to the form of today.
enum EarlierRecord {
  static func entry(of text: UnsafeRawBufferPointer) throws(RecordProblem) -> Ledger.Entry {
    guard let object = try? JSONSerialization.jsonObject(with: Data(text)) as? [String: Any] else {
      throw RecordProblem("is no JSON object")
    }
    let record = EarlierFields(object)
    guard let (kind, fields) = record.only else { throw EarlierFields.unknown(record) }
    switch kind {
    case "claim": return .claim(try claim(fields.object("_0")))
    case "event": return .event(claim: try fields.integer("claim"), try event(fields.object("_1")))
    case "state": return .state(try state(fields.object("_0")))
    case "forgotten": return .forgotten(try forgotten(fields.object("_0")))
    case "forget": return .forget(claims: try fields.integers("claims"))
    default: throw EarlierFields.unknown(record)
    }
  }

  private static func claim(_ fields: EarlierFields) throws(RecordProblem) -> Claim {
    Claim(
      id: try fields.integer("id"), study: fields.text("study"), statedStudy: fields.text("statedStudy"),
      isBox: fields.flag("isBox"), moves: try fields.required("moves", fields.flag("moves")),
      claimedAt: Int64(try fields.integer("claimedAt")),
      firstSeenAt: Int64(try fields.integer("firstSeenAt")),
      closedAtLimit: try fields.required("closedAtLimit", fields.flag("closedAtLimit")),
      identity: try fields.required("identity", fields.values["identity"] as? [String: String]),
      files: try fields.objects("files").map(file))
  }

  private static func file(_ fields: EarlierFields) throws(RecordProblem) -> ClaimedFile {
    let stamp = try fields.object("stamp")
    return ClaimedFile(
      index: try fields.integer("index"), source: try fields.required("source", fields.text("source")),
      stamp: FileStamp(
        size: try stamp.integer("size"), modified: Int64(try stamp.integer("modified"))),
      sha256: try fields.required("sha256", fields.text("sha256")),
      sopInstanceUID: fields.text("sopInstanceUID"), decodingBytes: try fields.integer("decodingBytes"),
      end: try fields.ifPresent("end", end),
      box: try fields.ifPresent("box") { box throws(RecordProblem) in
        BoxedFile(claim: try box.integer("claim"), index: try box.integer("index"))
      })
  }

  private static func end(_ fields: EarlierFields) throws(RecordProblem) -> InputEnd {
    InputEnd(
      state: try fields.word("state"), reason: try fields.wordIfPresent("reason"),
      detail: fields.text("detail"))
  }

  private static func state(_ fields: EarlierFields) throws(RecordProblem) -> StudyState {
    StudyState(
      claim: try claim(fields.object("claim")), phase: try phase(fields.object("phase")),
      attempts: try fields.integer("attempts"), lastFailure: try fields.ifPresent("lastFailure", failure),
      published: try fields.ifPresent("published", revision), status: try fields.wordIfPresent("status"),
      concludedAt: fields.number("concludedAt").map { Int64($0) },
      isToBeAnnounced: fields.flag("isToBeAnnounced") ?? false)
  }

  private static func phase(_ fields: EarlierFields) throws(RecordProblem) -> StudyState.Phase {
    switch fields.only?.name {
    case "claiming": return .claiming
    case "claimed": return .claimed
    case "unpacked": return .unpacked
    case "started": return .started
    case "publishing": return .publishing(try publication(fields.object("publishing").object("_0")))
    case "concluded": return .concluded
    case "settled": return .settled
    case "returning": return .returning
    case "returned": return .returned
    default: throw EarlierFields.unknown(fields)
    }
  }

  private static func event(_ fields: EarlierFields) throws(RecordProblem) -> StudyState.Event {
    guard let (name, values) = fields.only else { throw EarlierFields.unknown(fields) }
    switch name {
    case "claimed": return .claimed(missing: try values.integers("missing"))
    case "unpacked": return .unpacked
    case "started": return .started
    case "lost": return .lost(try values.integers("_0"))
    case "released": return .released(try values.ifPresent("_0", failure))
    case "failed": return .failed(try failure(values.object("_0")))
    case "publishing": return .publishing(try publication(values.object("_0")))
    case "unpublished": return .unpublished
    case "concluded": return .concluded(try conclusion(values.object("_0")))
    case "settled": return .settled
    case "returning": return .returning
    case "returned": return .returned
    case "announced": return .announced
    default: throw EarlierFields.unknown(fields)
    }
  }

  private static func publication(_ fields: EarlierFields) throws(RecordProblem) -> StudyState.Publication {
    StudyState.Publication(
      revision: try revision(fields.object("revision")),
      digest: try fields.required("digest", fields.text("digest")), status: try fields.word("status"),
      ends: try ends(fields.object("ends")), isReleased: fields.flag("isReleased"))
  }

  private static func conclusion(_ fields: EarlierFields) throws(RecordProblem) -> StudyState.Conclusion {
    StudyState.Conclusion(
      at: Int64(try fields.integer("at")), published: try fields.ifPresent("published", revision),
      status: try fields.wordIfPresent("status"), ends: try ends(fields.object("ends")),
      isToBeAnnounced: fields.flag("isToBeAnnounced") ?? false)
  }

  private static func failure(_ fields: EarlierFields) throws(RecordProblem) -> StudyState.Failure {
    StudyState.Failure(
      stage: try fields.word("stage"), reason: try fields.wordIfPresent("reason"),
      detail: try fields.required("detail", fields.text("detail")), at: Int64(try fields.integer("at")))
  }

  private static func revision(_ fields: EarlierFields) throws(RecordProblem) -> PublishedRevision {
    let parts = fields.text("name").flatMap { PublishedRevision.parse($0) }
    let (study, number) = try fields.required("name", parts)
    return PublishedRevision(study: study, number: number)
  }

  private static func ends(_ fields: EarlierFields) throws(RecordProblem) -> [Int: InputEnd] {
    var ends: [Int: InputEnd] = [:]
    for name in fields.values.keys {
      guard let index = Int(name) else { throw EarlierFields.unknown(fields) }
      ends[index] = try end(fields.object(name))
    }
    return ends
  }

  private static func forgotten(_ fields: EarlierFields) throws(RecordProblem) -> Ledger.Forgotten {
    Ledger.Forgotten(
      files: try fields.required("files", fields.values["files"] as? [String: Int]),
      revisions: try fields.required("revisions", fields.values["revisions"] as? [String: Int]),
      identities: fields.values["identities"] as? [String: [String: String]] ?? [:],
      lastClaim: try fields.integer("lastClaim"))
  }
}

/// The members of a JSON object.
private struct EarlierFields {
  let values: [String: Any]

  init(_ values: [String: Any]) { self.values = values }

  /// Names of members are a program's own; values are not shown.
  static func unknown(_ fields: EarlierFields) -> RecordProblem {
    let names = fields.values.keys.sorted().map { "'\($0.prefix(40))'" }.joined(separator: ", ")
    return RecordProblem("has \(names.isEmpty ? "nothing" : names), which is not known there")
  }

  /// Of an object with one member that is an object: its name and its members.
  var only: (name: String, fields: EarlierFields)? {
    guard values.count == 1, let (name, value) = values.first, let object = value as? [String: Any] else {
      return nil
    }
    return (name, EarlierFields(object))
  }

  func required<T>(_ name: StaticString, _ value: T?) throws(RecordProblem) -> T {
    guard let value else { throw .missing(name) }
    return value
  }

  func text(_ name: String) -> String? { values[name] as? String }
  func flag(_ name: String) -> Bool? { values[name] as? Bool }
  func number(_ name: String) -> Int? { values[name] as? Int }

  func integer(_ name: StaticString) throws(RecordProblem) -> Int {
    try required(name, number("\(name)"))
  }

  func integers(_ name: StaticString) throws(RecordProblem) -> [Int] {
    try required(name, values["\(name)"] as? [Int])
  }

  func word<Word: RawRepresentable<String>>(_ name: StaticString) throws(RecordProblem) -> Word {
    try required(name, wordIfPresent(name))
  }

  func wordIfPresent<Word: RawRepresentable<String>>(_ name: StaticString) throws(RecordProblem) -> Word? {
    guard let text = text("\(name)") else { return nil }
    guard let word = Word(rawValue: text) else { throw .unknown(text, in: name) }
    return word
  }

  func object(_ name: String) throws(RecordProblem) -> EarlierFields {
    guard let object = values[name] as? [String: Any] else { throw RecordProblem("has no field '\(name)'") }
    return EarlierFields(object)
  }

  func objects(_ name: StaticString) throws(RecordProblem) -> [EarlierFields] {
    try required(name, values["\(name)"] as? [[String: Any]]).map { EarlierFields($0) }
  }

  func ifPresent<T>(
    _ name: String, _ read: (EarlierFields) throws(RecordProblem) -> T
  ) throws(RecordProblem) -> T? {
    guard let object = values[name] as? [String: Any] else { return nil }
    return try read(EarlierFields(object))
  }
}
