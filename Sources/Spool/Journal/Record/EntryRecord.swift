/// The words that say what kind each record of the journal is.
enum RecordKind: String, CaseIterable {
  case claim, state, forgotten, forget, book, left
  case claimed, unpacked, started, lost, released, failed, publishing, unpublished, concluded, settled
  case returning, returned, announced
}

extension Ledger.Entry: RecordPart {
  init(from fields: inout some FieldReader) throws(RecordProblem) {
    let word = try fields.text("record")
    guard let kind = RecordKind(rawValue: word) else { throw .unknown(word, in: "record") }
    switch kind {
    case .claim: self = .claim(try Claim(from: &fields))
    case .state: self = .state(try StudyState(from: &fields))
    case .forgotten: self = .forgotten(try Ledger.Forgotten(from: &fields))
    case .forget: self = .forget(claims: try fields.integers("claims"))
    case .book: self = .book(try SettledBook(from: &fields))
    case .left: self = .left(claims: try fields.integers("claims"))
    default: self = .event(claim: try fields.integer("claim"), try StudyState.Event(kind, from: &fields))
    }
  }

  func write(to fields: inout some FieldWriter) {
    fields.write("record", kind)
    switch self {
    case .claim(let claim): claim.write(to: &fields)
    case .state(let state): state.write(to: &fields)
    case .forgotten(let forgotten): forgotten.write(to: &fields)
    case .forget(let claims), .left(let claims): fields.write("claims", claims)
    case .book(let book): book.write(to: &fields)
    case .event(let claim, let event):
      fields.write("claim", claim)
      event.write(to: &fields)
    }
  }

  private var kind: RecordKind {
    switch self {
    case .claim: .claim
    case .state: .state
    case .forgotten: .forgotten
    case .forget: .forget
    case .book: .book
    case .left: .left
    case .event(_, let event): event.kind
    }
  }
}

extension StudyState.Event {
  fileprivate init(_ kind: RecordKind, from fields: inout some FieldReader) throws(RecordProblem) {
    switch kind {
    case .claimed: self = .claimed(missing: try fields.integers("missing"))
    case .unpacked: self = .unpacked
    case .started: self = .started
    case .lost: self = .lost(try fields.integers("missing"))
    case .released: self = .released(try fields.partIfPresent("failure"))
    case .failed: self = .failed(try fields.part("failure"))
    case .publishing: self = .publishing(try StudyState.Publication(from: &fields))
    case .unpublished: self = .unpublished
    case .concluded: self = .concluded(try StudyState.Conclusion(from: &fields))
    case .settled: self = .settled
    case .returning: self = .returning
    case .returned: self = .returned
    case .announced: self = .announced
    case .claim, .state, .forgotten, .forget, .book, .left: throw .unknown(kind.rawValue, in: "record")
    }
  }

  /// What the event brings with it.
  fileprivate func write(to fields: inout some FieldWriter) {
    switch self {
    case .claimed(let missing), .lost(let missing): fields.write("missing", missing)
    case .released(let failure): fields.write("failure", failure)
    case .failed(let failure): fields.write("failure", failure)
    case .publishing(let publication): publication.write(to: &fields)
    case .concluded(let conclusion): conclusion.write(to: &fields)
    case .unpacked, .started, .unpublished, .settled, .returning, .returned, .announced: break
    }
  }

  fileprivate var kind: RecordKind {
    switch self {
    case .claimed: .claimed
    case .unpacked: .unpacked
    case .started: .started
    case .lost: .lost
    case .released: .released
    case .failed: .failed
    case .publishing: .publishing
    case .unpublished: .unpublished
    case .concluded: .concluded
    case .settled: .settled
    case .returning: .returning
    case .returned: .returned
    case .announced: .announced
    }
  }
}

extension Ledger.Forgotten: RecordPart {
  /// What is left of a study whose claims were forgotten.
  private struct Study: RecordPart {
    var uid: String
    var revision: Int
    var identity: [String: String]?

    init(uid: String, revision: Int, identity: [String: String]?) {
      (self.uid, self.revision, self.identity) = (uid, revision, identity)
    }

    init(from fields: inout some FieldReader) throws(RecordProblem) {
      uid = try fields.text("study")
      revision = try fields.integer("revision")
      identity = try fields.textsIfPresent("identity")
    }

    func write(to fields: inout some FieldWriter) {
      fields.write("study", uid)
      fields.write("revision", revision)
      fields.write("identity", identity)
    }
  }

  init(from fields: inout some FieldReader) throws(RecordProblem) {
    lastClaim = try fields.integer("last_claim")
    files = try fields.counts("files")
    for study in try fields.parts("studies") as [Study] {
      revisions[study.uid] = study.revision
      identities[study.uid] = study.identity
    }
  }

  func write(to fields: inout some FieldWriter) {
    let studies = revisions.sorted { $0.key < $1.key }
    fields.write("last_claim", lastClaim)
    fields.write("files", files)
    fields.write("studies", studies.map { Study(uid: $0, revision: $1, identity: identities[$0]) })
  }
}
