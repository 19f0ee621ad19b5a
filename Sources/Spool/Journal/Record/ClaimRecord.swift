import Study

// A claim and its files as fields. Times are UTC in milliseconds, those of files in nanoseconds.

extension Claim: RecordPart {
  init(from fields: inout some FieldReader) throws(RecordProblem) {
    id = try fields.integer("claim")
    study = try fields.textIfPresent("study")
    statedStudy = try fields.textIfPresent("stated_study")
    isBox = try fields.flag("is_archive") ? true : nil
    moves = try fields.flag("moves")
    claimedAt = Int64(try fields.integer("claimed_at_ms"))
    firstSeenAt = Int64(try fields.integer("first_seen_at_ms"))
    closedAtLimit = try fields.flag("closed_at_limit")
    identity = try fields.textsIfPresent("identity") ?? [:]
    files = try fields.parts("files")
  }

  func write(to fields: inout some FieldWriter) {
    fields.write("claim", id)
    fields.write("study", study)
    fields.write("stated_study", statedStudy)
    fields.write("is_archive", isBox == true)
    fields.write("moves", moves)
    fields.write("claimed_at_ms", Int(claimedAt))
    fields.write("first_seen_at_ms", Int(firstSeenAt))
    fields.write("closed_at_limit", closedAtLimit)
    fields.write("identity", identity.isEmpty ? nil : identity)
    fields.write("files", files)
  }
}

extension ClaimedFile: RecordPart {
  init(from fields: inout some FieldReader) throws(RecordProblem) {
    index = try fields.integer("index")
    source = try fields.text("source")
    let size = try fields.integer("bytes")
    stamp = FileStamp(size: size, modified: Int64(try fields.integer("modified_ns")))
    sha256 = try fields.text("sha256")
    sopInstanceUID = try fields.textIfPresent("sop_instance_uid")
    decodingBytes = try fields.integer("decoding_bytes")
    end = try InputEnd(ifPresentIn: &fields)
    box = try fields.partIfPresent("from_archive")
  }

  func write(to fields: inout some FieldWriter) {
    fields.write("index", index)
    fields.write("source", source)
    fields.write("bytes", stamp.size)
    fields.write("modified_ns", Int(stamp.modified))
    fields.write("sha256", sha256)
    fields.write("sop_instance_uid", sopInstanceUID)
    fields.write("decoding_bytes", decodingBytes)
    InputEnd.write(end, to: &fields)
    fields.write("from_archive", box)
  }
}

extension BoxedFile: RecordPart {
  init(from fields: inout some FieldReader) throws(RecordProblem) {
    claim = try fields.integer("claim")
    index = try fields.integer("index")
  }

  func write(to fields: inout some FieldWriter) {
    fields.write("claim", claim)
    fields.write("index", index)
  }
}

/// An end's fields are among those of what ends.
extension InputEnd {
  init?(ifPresentIn fields: inout some FieldReader) throws(RecordProblem) {
    let state: StudyReport.Input.State? = try fields.wordIfPresent("state")
    let reason: ReasonCode? = try fields.wordIfPresent("reason")
    let detail = try fields.textIfPresent("detail")
    guard let state else { return nil }
    self.init(state: state, reason: reason, detail: detail)
  }

  static func write(_ end: InputEnd?, to fields: inout some FieldWriter) {
    fields.write("state", end?.state)
    fields.write("reason", end?.reason)
    fields.write("detail", end?.detail)
  }
}

/// The end of one file of a claim, by the file's index.
struct IndexedEnd: RecordPart {
  var index: Int
  var end: InputEnd

  static func list(_ ends: [Int: InputEnd]) -> [IndexedEnd] {
    ends.sorted { $0.key < $1.key }.map { IndexedEnd(index: $0.key, end: $0.value) }
  }

  static func dictionary(_ list: [IndexedEnd]) -> [Int: InputEnd] {
    Dictionary(list.map { ($0.index, $0.end) }) { $1 }
  }

  init(index: Int, end: InputEnd) {
    self.index = index
    self.end = end
  }

  init(from fields: inout some FieldReader) throws(RecordProblem) {
    index = try fields.integer("index")
    guard let end = try InputEnd(ifPresentIn: &fields) else { throw .missing("state") }
    self.end = end
  }

  func write(to fields: inout some FieldWriter) {
    fields.write("index", index)
    InputEnd.write(end, to: &fields)
  }
}
