// The state of a claim, and what its steps bring with them, as fields.

extension StudyState: RecordPart {
  init(from fields: inout some FieldReader) throws(RecordProblem) {
    claim = try Claim(from: &fields)
    phase = try Phase(from: &fields)
    attempts = try fields.integer("attempts")
    lastFailure = try fields.partIfPresent("failure")
    published = try fields.revisionIfPresent("published")
    status = try fields.wordIfPresent("status")
    concludedAt = try fields.integerIfPresent("concluded_at_ms").map { Int64($0) }
    isToBeAnnounced = try fields.flag("to_be_announced")
  }

  func write(to fields: inout some FieldWriter) {
    claim.write(to: &fields)
    phase.write(to: &fields)
    fields.write("attempts", attempts)
    fields.write("failure", lastFailure)
    fields.write("published", published?.name)
    fields.write("status", status)
    fields.write("concluded_at_ms", concludedAt.map { Int($0) })
    fields.write("to_be_announced", isToBeAnnounced)
  }
}

extension StudyState.Phase {
  private enum Word: String {
    case claiming, claimed, unpacked, started, publishing, concluded, settled, returning, returned
  }

  fileprivate init(from fields: inout some FieldReader) throws(RecordProblem) {
    let word: Word = try fields.word("phase")
    self =
      switch word {
      case .claiming: .claiming
      case .claimed: .claimed
      case .unpacked: .unpacked
      case .started: .started
      case .publishing: .publishing(try fields.part("publication"))
      case .concluded: .concluded
      case .settled: .settled
      case .returning: .returning
      case .returned: .returned
      }
  }

  fileprivate func write(to fields: inout some FieldWriter) {
    fields.write("phase", word)
    if case .publishing(let publication) = self { fields.write("publication", publication) }
  }

  private var word: Word {
    switch self {
    case .claiming: .claiming
    case .claimed: .claimed
    case .unpacked: .unpacked
    case .started: .started
    case .publishing: .publishing
    case .concluded: .concluded
    case .settled: .settled
    case .returning: .returning
    case .returned: .returned
    }
  }
}

extension StudyState.Publication: RecordPart {
  init(from fields: inout some FieldReader) throws(RecordProblem) {
    revision = try fields.revision("published")
    digest = try fields.text("study_json_sha256")
    status = try fields.word("status")
    ends = IndexedEnd.dictionary(try fields.parts("ends"))
    isReleased = try fields.flag("start_released") ? true : nil
  }

  func write(to fields: inout some FieldWriter) {
    fields.write("published", revision.name)
    fields.write("study_json_sha256", digest)
    fields.write("status", status)
    fields.write("ends", IndexedEnd.list(ends))
    fields.write("start_released", isReleased == true)
  }
}

extension StudyState.Conclusion: RecordPart {
  init(from fields: inout some FieldReader) throws(RecordProblem) {
    at = Int64(try fields.integer("concluded_at_ms"))
    published = try fields.revisionIfPresent("published")
    status = try fields.wordIfPresent("status")
    ends = IndexedEnd.dictionary(try fields.parts("ends"))
    isToBeAnnounced = try fields.flag("to_be_announced")
  }

  func write(to fields: inout some FieldWriter) {
    fields.write("concluded_at_ms", Int(at))
    fields.write("published", published?.name)
    fields.write("status", status)
    fields.write("ends", IndexedEnd.list(ends))
    fields.write("to_be_announced", isToBeAnnounced)
  }
}

extension StudyState.Failure: RecordPart {
  init(from fields: inout some FieldReader) throws(RecordProblem) {
    stage = try fields.word("stage")
    reason = try fields.wordIfPresent("reason")
    detail = try fields.text("detail")
    at = Int64(try fields.integer("failed_at_ms"))
  }

  func write(to fields: inout some FieldWriter) {
    fields.write("stage", stage)
    fields.write("reason", reason)
    fields.write("detail", detail)
    fields.write("failed_at_ms", Int(at))
  }
}

extension FieldReader {
  /// A revision by its folder's name, of which its number follows.
  fileprivate mutating func revisionIfPresent(
    _ name: StaticString
  ) throws(RecordProblem) -> PublishedRevision? {
    guard let folder = try textIfPresent(name) else { return nil }
    guard let (study, number) = PublishedRevision.parse(folder) else {
      throw RecordProblem("has no revision's name in '\(name)'")
    }
    return PublishedRevision(study: study, number: number)
  }

  fileprivate mutating func revision(_ name: StaticString) throws(RecordProblem) -> PublishedRevision {
    guard let revision = try revisionIfPresent(name) else { throw .missing(name) }
    return revision
  }
}
