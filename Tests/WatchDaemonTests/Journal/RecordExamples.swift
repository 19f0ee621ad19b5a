@testable import Spool
@testable import Study

/// A record, its text in the journal, and the text that hinged 0.2.0 wrote for it.
///
/// The earlier texts were written by that version. These texts are the format: where one of them has to change, so has
/// `JournalFormat.current`, and journals of the version before have to be read as `EarlierRecord` reads the first.
struct RecordExample: Sendable {
  var entry: Ledger.Entry
  var text: String
  /// `nil` where that version had no such record.
  var earlier: String?

  init(_ entry: Ledger.Entry, _ text: String, earlier: String?) {
    (self.entry, self.text, self.earlier) = (entry, text, earlier)
  }

  static let all: [RecordExample] = [
    RecordExample(
      .claim(.full),
      #"""
      {"record":"claim","claim":1,"study":"1.2.3","stated_study":"1.2.4","is_archive":true,"moves":true,\#
      "claimed_at_ms":1700000000123,"first_seen_at_ms":1700000000000,"closed_at_limit":true,\#
      "identity":{"PatientID":"0a1b","PatientName.1":"ff"},"files":[{"index":1,\#
      "source":"a/\"Ünï\#u{F7DC}\"\\\u000a","bytes":4142192,"modified_ns":1700000000123456789,\#
      "sha256":"eb049e9d","sop_instance_uid":"1.2.3.1","decoding_bytes":201852160,"state":"quarantined",\#
      "reason":"truncated","detail":"It is cut short.","from_archive":{"claim":7,"index":3}},{"index":2,\#
      "source":"IM2","bytes":0,"modified_ns":-1,"sha256":"ab","decoding_bytes":0}]}
      """#,
      earlier: #"""
        {"claim":{"_0":{"claimedAt":1700000000123,"closedAtLimit":true,"files":[{"box":{"claim":7,\#
        "index":3},"decodingBytes":201852160,"end":{"detail":"It is cut short.","reason":"truncated",\#
        "state":"quarantined"},"index":1,"sha256":"eb049e9d","sopInstanceUID":"1.2.3.1",\#
        "source":"a/\"Ünï\#u{F7DC}\"\\\n","stamp":{"modified":1700000000123456789,"size":4142192}},\#
        {"decodingBytes":0,"index":2,"sha256":"ab","source":"IM2","stamp":{"modified":-1,"size":0}}],\#
        "firstSeenAt":1700000000000,"id":1,"identity":{"PatientID":"0a1b","PatientName.1":"ff"},\#
        "isBox":true,"moves":true,"statedStudy":"1.2.4","study":"1.2.3"}}}
        """#),
    RecordExample(
      .claim(.spare),
      #"{"record":"claim","claim":2,"claimed_at_ms":20,"first_seen_at_ms":10,"files":[]}"#,
      earlier: #"""
        {"claim":{"_0":{"claimedAt":20,"closedAtLimit":false,"files":[],"firstSeenAt":10,"id":2,\#
        "identity":{},"moves":false}}}
        """#),
    RecordExample(
      .event(claim: 1, .claimed(missing: [])),
      #"{"record":"claimed","claim":1,"missing":[]}"#,
      earlier: #"{"event":{"_1":{"claimed":{"missing":[]}},"claim":1}}"#),
    RecordExample(
      .event(claim: 1, .claimed(missing: [2, 3])),
      #"{"record":"claimed","claim":1,"missing":[2,3]}"#,
      earlier: #"{"event":{"_1":{"claimed":{"missing":[2,3]}},"claim":1}}"#),
    RecordExample(
      .event(claim: 1, .unpacked),
      #"{"record":"unpacked","claim":1}"#,
      earlier: #"{"event":{"_1":{"unpacked":{}},"claim":1}}"#),
    RecordExample(
      .event(claim: 1, .started),
      #"{"record":"started","claim":1}"#,
      earlier: #"{"event":{"_1":{"started":{}},"claim":1}}"#),
    RecordExample(
      .event(claim: 1, .lost([3])),
      #"{"record":"lost","claim":1,"missing":[3]}"#,
      earlier: #"{"event":{"_1":{"lost":{"_0":[3]}},"claim":1}}"#),
    RecordExample(
      .event(claim: 1, .released(nil)),
      #"{"record":"released","claim":1}"#,
      earlier: #"{"event":{"_1":{"released":{}},"claim":1}}"#),
    RecordExample(
      .event(claim: 1, .released(.full)),
      #"""
      {"record":"released","claim":1,"failure":{"stage":"decode","reason":"corrupt","detail":"It broke.",\#
      "failed_at_ms":3}}
      """#,
      earlier: #"""
        {"event":{"_1":{"released":{"_0":{"at":3,"detail":"It broke.","reason":"corrupt",\#
        "stage":"decode"}}},"claim":1}}
        """#),
    RecordExample(
      .event(claim: 1, .failed(.spare)),
      #"""
      {"record":"failed","claim":1,"failure":{"stage":"publish","detail":"","failed_at_ms":4}}
      """#,
      earlier: #"{"event":{"_1":{"failed":{"_0":{"at":4,"detail":"","stage":"publish"}}},"claim":1}}"#),
    RecordExample(
      .event(claim: 1, .publishing(.full)),
      #"""
      {"record":"publishing","claim":1,"published":"1.2.3.r2","study_json_sha256":"165413d1",\#
      "status":"partial","ends":[{"index":1,"state":"used"},{"index":12,"state":"held",\#
      "reason":"uid-conflict"}],"start_released":true}
      """#,
      earlier: #"""
        {"event":{"_1":{"publishing":{"_0":{"digest":"165413d1","ends":{"1":{"state":"used"},\#
        "12":{"reason":"uid-conflict","state":"held"}},"isReleased":true,"revision":{"name":"1.2.3.r2",\#
        "number":2},"status":"partial"}}},"claim":1}}
        """#),
    RecordExample(
      .event(claim: 1, .publishing(.spare)),
      #"""
      {"record":"publishing","claim":1,"published":"1.2.3","study_json_sha256":"","status":"completed",\#
      "ends":[]}
      """#,
      earlier: #"""
        {"event":{"_1":{"publishing":{"_0":{"digest":"","ends":{},"revision":{"name":"1.2.3","number":1},\#
        "status":"completed"}}},"claim":1}}
        """#),
    RecordExample(
      .event(claim: 1, .unpublished),
      #"{"record":"unpublished","claim":1}"#,
      earlier: #"{"event":{"_1":{"unpublished":{}},"claim":1}}"#),
    RecordExample(
      .event(claim: 1, .concluded(.full)),
      #"""
      {"record":"concluded","claim":1,"concluded_at_ms":9,"published":"1.2.3","status":"ineligible",\#
      "ends":[{"index":2,"state":"excluded","reason":"still-image"}],"to_be_announced":true}
      """#,
      earlier: #"""
        {"event":{"_1":{"concluded":{"_0":{"at":9,"ends":{"2":{"reason":"still-image","state":"excluded"}},\#
        "isToBeAnnounced":true,"published":{"name":"1.2.3","number":1},"status":"ineligible"}}},"claim":1}}
        """#),
    RecordExample(
      .event(claim: 1, .concluded(.spare)),
      #"{"record":"concluded","claim":1,"concluded_at_ms":9,"ends":[]}"#,
      earlier: #"""
        {"event":{"_1":{"concluded":{"_0":{"at":9,"ends":{},"isToBeAnnounced":false}}},"claim":1}}
        """#),
    RecordExample(
      .event(claim: 1, .settled),
      #"{"record":"settled","claim":1}"#,
      earlier: #"{"event":{"_1":{"settled":{}},"claim":1}}"#),
    RecordExample(
      .event(claim: 1, .announced),
      #"{"record":"announced","claim":1}"#,
      earlier: #"{"event":{"_1":{"announced":{}},"claim":1}}"#),
    RecordExample(
      .event(claim: 1, .returning),
      #"{"record":"returning","claim":1}"#,
      earlier: #"{"event":{"_1":{"returning":{}},"claim":1}}"#),
    RecordExample(
      .event(claim: 1, .returned),
      #"{"record":"returned","claim":1}"#,
      earlier: #"{"event":{"_1":{"returned":{}},"claim":1}}"#),
    RecordExample(
      .state(.full),
      #"""
      {"record":"state","claim":1,"study":"1.2.3","stated_study":"1.2.4","is_archive":true,"moves":true,\#
      "claimed_at_ms":1700000000123,"first_seen_at_ms":1700000000000,"closed_at_limit":true,\#
      "identity":{"PatientID":"0a1b","PatientName.1":"ff"},"files":[{"index":1,\#
      "source":"a/\"Ünï\#u{F7DC}\"\\\u000a","bytes":4142192,"modified_ns":1700000000123456789,\#
      "sha256":"eb049e9d","sop_instance_uid":"1.2.3.1","decoding_bytes":201852160,"state":"quarantined",\#
      "reason":"truncated","detail":"It is cut short.","from_archive":{"claim":7,"index":3}},{"index":2,\#
      "source":"IM2","bytes":0,"modified_ns":-1,"sha256":"ab","decoding_bytes":0}],"phase":"publishing",\#
      "publication":{"published":"1.2.3.r2","study_json_sha256":"165413d1","status":"partial",\#
      "ends":[{"index":1,"state":"used"},{"index":12,"state":"held","reason":"uid-conflict"}],\#
      "start_released":true},"attempts":2,"failure":{"stage":"decode","reason":"corrupt",\#
      "detail":"It broke.","failed_at_ms":3},"published":"1.2.3","status":"failed","concluded_at_ms":11,\#
      "to_be_announced":true}
      """#,
      earlier: #"""
        {"state":{"_0":{"attempts":2,"claim":{"claimedAt":1700000000123,"closedAtLimit":true,\#
        "files":[{"box":{"claim":7,"index":3},"decodingBytes":201852160,"end":{"detail":"It is cut short.",\#
        "reason":"truncated","state":"quarantined"},"index":1,"sha256":"eb049e9d",\#
        "sopInstanceUID":"1.2.3.1","source":"a/\"Ünï\#u{F7DC}\"\\\n",\#
        "stamp":{"modified":1700000000123456789,"size":4142192}},{"decodingBytes":0,"index":2,"sha256":"ab",\#
        "source":"IM2","stamp":{"modified":-1,"size":0}}],"firstSeenAt":1700000000000,"id":1,\#
        "identity":{"PatientID":"0a1b","PatientName.1":"ff"},"isBox":true,"moves":true,\#
        "statedStudy":"1.2.4","study":"1.2.3"},"concludedAt":11,"isToBeAnnounced":true,\#
        "lastFailure":{"at":3,"detail":"It broke.","reason":"corrupt","stage":"decode"},\#
        "phase":{"publishing":{"_0":{"digest":"165413d1","ends":{"1":{"state":"used"},\#
        "12":{"reason":"uid-conflict","state":"held"}},"isReleased":true,"revision":{"name":"1.2.3.r2",\#
        "number":2},"status":"partial"}}},"published":{"name":"1.2.3","number":1},"status":"failed"}}}
        """#),
    RecordExample(
      .state(.spare(.claiming)),
      #"""
      {"record":"state","claim":2,"claimed_at_ms":20,"first_seen_at_ms":10,"files":[],"phase":"claiming",\#
      "attempts":0}
      """#,
      earlier: #"""
        {"state":{"_0":{"attempts":0,"claim":{"claimedAt":20,"closedAtLimit":false,"files":[],\#
        "firstSeenAt":10,"id":2,"identity":{},"moves":false},"isToBeAnnounced":false,\#
        "phase":{"claiming":{}}}}}
        """#),
    RecordExample(
      .state(.spare(.claimed)),
      #"""
      {"record":"state","claim":2,"claimed_at_ms":20,"first_seen_at_ms":10,"files":[],"phase":"claimed",\#
      "attempts":0}
      """#,
      earlier: #"""
        {"state":{"_0":{"attempts":0,"claim":{"claimedAt":20,"closedAtLimit":false,"files":[],\#
        "firstSeenAt":10,"id":2,"identity":{},"moves":false},"isToBeAnnounced":false,\#
        "phase":{"claimed":{}}}}}
        """#),
    RecordExample(
      .state(.spare(.unpacked)),
      #"""
      {"record":"state","claim":2,"claimed_at_ms":20,"first_seen_at_ms":10,"files":[],"phase":"unpacked",\#
      "attempts":0}
      """#,
      earlier: #"""
        {"state":{"_0":{"attempts":0,"claim":{"claimedAt":20,"closedAtLimit":false,"files":[],\#
        "firstSeenAt":10,"id":2,"identity":{},"moves":false},"isToBeAnnounced":false,\#
        "phase":{"unpacked":{}}}}}
        """#),
    RecordExample(
      .state(.spare(.started)),
      #"""
      {"record":"state","claim":2,"claimed_at_ms":20,"first_seen_at_ms":10,"files":[],"phase":"started",\#
      "attempts":0}
      """#,
      earlier: #"""
        {"state":{"_0":{"attempts":0,"claim":{"claimedAt":20,"closedAtLimit":false,"files":[],\#
        "firstSeenAt":10,"id":2,"identity":{},"moves":false},"isToBeAnnounced":false,\#
        "phase":{"started":{}}}}}
        """#),
    RecordExample(
      .state(.spare(.publishing(.spare))),
      #"""
      {"record":"state","claim":2,"claimed_at_ms":20,"first_seen_at_ms":10,"files":[],\#
      "phase":"publishing","publication":{"published":"1.2.3","study_json_sha256":"","status":"completed",\#
      "ends":[]},"attempts":0}
      """#,
      earlier: #"""
        {"state":{"_0":{"attempts":0,"claim":{"claimedAt":20,"closedAtLimit":false,"files":[],\#
        "firstSeenAt":10,"id":2,"identity":{},"moves":false},"isToBeAnnounced":false,\#
        "phase":{"publishing":{"_0":{"digest":"","ends":{},"revision":{"name":"1.2.3","number":1},\#
        "status":"completed"}}}}}}
        """#),
    RecordExample(
      .state(.spare(.concluded)),
      #"""
      {"record":"state","claim":2,"claimed_at_ms":20,"first_seen_at_ms":10,"files":[],"phase":"concluded",\#
      "attempts":0}
      """#,
      earlier: #"""
        {"state":{"_0":{"attempts":0,"claim":{"claimedAt":20,"closedAtLimit":false,"files":[],\#
        "firstSeenAt":10,"id":2,"identity":{},"moves":false},"isToBeAnnounced":false,\#
        "phase":{"concluded":{}}}}}
        """#),
    RecordExample(
      .state(.spare(.settled)),
      #"""
      {"record":"state","claim":2,"claimed_at_ms":20,"first_seen_at_ms":10,"files":[],"phase":"settled",\#
      "attempts":0}
      """#,
      earlier: #"""
        {"state":{"_0":{"attempts":0,"claim":{"claimedAt":20,"closedAtLimit":false,"files":[],\#
        "firstSeenAt":10,"id":2,"identity":{},"moves":false},"isToBeAnnounced":false,\#
        "phase":{"settled":{}}}}}
        """#),
    RecordExample(
      .state(.spare(.returning)),
      #"""
      {"record":"state","claim":2,"claimed_at_ms":20,"first_seen_at_ms":10,"files":[],"phase":"returning",\#
      "attempts":0}
      """#,
      earlier: #"""
        {"state":{"_0":{"attempts":0,"claim":{"claimedAt":20,"closedAtLimit":false,"files":[],\#
        "firstSeenAt":10,"id":2,"identity":{},"moves":false},"isToBeAnnounced":false,\#
        "phase":{"returning":{}}}}}
        """#),
    RecordExample(
      .state(.spare(.returned)),
      #"""
      {"record":"state","claim":2,"claimed_at_ms":20,"first_seen_at_ms":10,"files":[],"phase":"returned",\#
      "attempts":0}
      """#,
      earlier: #"""
        {"state":{"_0":{"attempts":0,"claim":{"claimedAt":20,"closedAtLimit":false,"files":[],\#
        "firstSeenAt":10,"id":2,"identity":{},"moves":false},"isToBeAnnounced":false,\#
        "phase":{"returned":{}}}}}
        """#),
    RecordExample(
      .forgotten(.full),
      #"""
      {"record":"forgotten","last_claim":3,"files":{"held":2,"used":1},"studies":[{"study":"1.2.10",\#
      "revision":1},{"study":"1.2.3","revision":2,"identity":{"PatientID":"0a1b"}}]}
      """#,
      earlier: #"""
        {"forgotten":{"_0":{"files":{"held":2,"used":1},"identities":{"1.2.3":{"PatientID":"0a1b"}},\#
        "lastClaim":3,"revisions":{"1.2.10":1,"1.2.3":2}}}}
        """#),
    RecordExample(
      .forgotten(.init()),
      #"{"record":"forgotten","last_claim":0,"files":{},"studies":[]}"#,
      earlier: #"{"forgotten":{"_0":{"files":{},"lastClaim":0,"revisions":{}}}}"#),
    RecordExample(
      .forget(claims: [1, 20]),
      #"{"record":"forget","claims":[1,20]}"#,
      earlier: #"{"forget":{"claims":[1,20]}}"#),
    RecordExample(
      .forget(claims: []),
      #"{"record":"forget","claims":[]}"#,
      earlier: #"{"forget":{"claims":[]}}"#),
    RecordExample(
      .book(SettledBook(name: "c1-c20-0a1b", bytes: 5_000, claims: 9)),
      #"{"record":"book","name":"c1-c20-0a1b","bytes":5000,"claims":9}"#, earlier: nil),
    RecordExample(
      .left(claims: [3, 17]), #"{"record":"left","claims":[3,17]}"#, earlier: nil),
  ]
}

extension Claim {
  /// Every field is there that may be absent.
  static let full = Claim(
    id: 1, study: "1.2.3", statedStudy: "1.2.4", isBox: true, moves: true, claimedAt: 1_700_000_000_123,
    firstSeenAt: 1_700_000_000_000, closedAtLimit: true,
    identity: ["PatientID": "0a1b", "PatientName.1": "ff"],
    files: [.full, .spare])
  /// None of them.
  static let spare = Claim(
    id: 2, study: nil, moves: false, claimedAt: 20, firstSeenAt: 10, closedAtLimit: false, identity: [:],
    files: [])
}

extension ClaimedFile {
  static let full = ClaimedFile(
    index: 1, source: "a/\"Ünï\u{F7DC}\"\\\n",
    stamp: FileStamp(size: 4_142_192, modified: 1_700_000_000_123_456_789),
    sha256: "eb049e9d", sopInstanceUID: "1.2.3.1", decodingBytes: 201_852_160,
    end: InputEnd(state: .quarantined, reason: .truncated, detail: "It is cut short."),
    box: BoxedFile(claim: 7, index: 3))
  static let spare = ClaimedFile(
    index: 2, source: "IM2", stamp: FileStamp(size: 0, modified: -1), sha256: "ab", decodingBytes: 0)
}

extension StudyState.Failure {
  static let full = StudyState.Failure(stage: .decode, reason: .corrupt, detail: "It broke.", at: 3)
  static let spare = StudyState.Failure(stage: .publish, reason: nil, detail: "", at: 4)
}

extension StudyState.Publication {
  static let full = StudyState.Publication(
    revision: PublishedRevision(study: "1.2.3", number: 2), digest: "165413d1", status: .partial,
    ends: [1: InputEnd(state: .used), 12: InputEnd(state: .held, reason: .uidConflict)], isReleased: true)
  static let spare = StudyState.Publication(
    revision: PublishedRevision(study: "1.2.3", number: 1), digest: "", status: .completed, ends: [:])
}

extension StudyState.Conclusion {
  static let full = StudyState.Conclusion(
    at: 9, published: PublishedRevision(study: "1.2.3", number: 1), status: .ineligible,
    ends: [2: InputEnd(state: .excluded, reason: .stillImage)], isToBeAnnounced: true)
  static let spare = StudyState.Conclusion(at: 9, published: nil, status: nil, ends: [:])
}

extension StudyState {
  static let full: StudyState = {
    var state = StudyState(claim: .full)
    state.phase = .publishing(.full)
    state.attempts = 2
    state.lastFailure = .full
    state.published = PublishedRevision(study: "1.2.3", number: 1)
    state.status = .failed
    state.concludedAt = 11
    state.isToBeAnnounced = true
    return state
  }()

  static func spare(_ phase: Phase) -> StudyState {
    var state = StudyState(claim: .spare)
    state.phase = phase
    return state
  }
}

extension Ledger.Forgotten {
  static let full = Ledger.Forgotten(
    files: ["used": 1, "held": 2], revisions: ["1.2.3": 2, "1.2.10": 1],
    identities: ["1.2.3": ["PatientID": "0a1b"]], lastClaim: 3)
}
