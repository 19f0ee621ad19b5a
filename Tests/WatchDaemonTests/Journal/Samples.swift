@testable import Clips
@testable import Lab
@testable import Platform
@testable import Spool

extension Claim {
  static func example(
    id: Int = 1, study: String? = "1.2.3", files: [ClaimedFile] = [.example()], moves: Bool = true
  ) -> Claim {
    Claim(
      id: id, study: study, moves: moves, claimedAt: 1_000, firstSeenAt: 500, closedAtLimit: false,
      identity: [:],
      files: files)
  }
}

extension ClaimedFile {
  static func example(
    index: Int = 1, source: String = "a/IM_1", sha: String = "aa", instance: String? = "1.2.3.1",
    stamp: FileStamp = FileStamp(size: 1, modified: 2), end: InputEnd? = nil
  ) -> ClaimedFile {
    ClaimedFile(
      index: index, source: source, stamp: stamp, sha256: sha, sopInstanceUID: instance, decodingBytes: 100,
      end: end)
  }
}

extension InputEnd {
  static let used = InputEnd(state: .used)
  static let truncated = InputEnd(state: .quarantined, reason: .truncated, detail: "The file is cut short.")
}

extension KeyedHash {
  static let example = KeyedHash(key: Array(0..<16))
}

extension StudyState.Publication {
  static func example(_ number: Int = 1, ends: [Int: InputEnd] = [1: .used]) -> Self {
    .init(
      revision: PublishedRevision(study: "1.2.3", number: number), digest: "d", status: .completed, ends: ends
    )
  }
}

extension StudyState.Conclusion {
  static func published(_ number: Int = 1, ends: [Int: InputEnd] = [1: .used]) -> Self {
    .init(at: 9, published: PublishedRevision(study: "1.2.3", number: number), status: .completed, ends: ends)
  }
}

extension ReadFile {
  static func example(
    _ source: String, study: String = "1.2.3", instance: String = "1.2.3.1", sha: String = "aa",
    _ identity: ClipHeader.Identity = .init(patientID: "P")
  ) -> ReadFile {
    ReadFile(
      stamp: FileStamp(size: 1, modified: 2),
      assessed: AssessedFile(
        path: source, sha256: sha, header: .success(.example(study: study, instance: instance, identity))))
  }
}
