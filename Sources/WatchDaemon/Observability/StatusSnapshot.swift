import Foundation
import Platform
import Spool
import Study

/// What only the running daemon knows, as it writes it into the spool for `hinged status` and `hinged explain`. It
/// holds paths: the spool is its owner's alone, and the commands show keyed hashes unless they are asked otherwise.
struct StatusSnapshot: Codable, Sendable, Equatable {
  struct Inbox: Codable, Sendable, Equatable {
    var isReachable = true
    var isShareMissing = false
    /// UTC, milliseconds; `nil` before the first look.
    var lastScan: Int64?
    var scanMilliseconds = 0.0
    var knownFiles = 0
    var temporaryFiles = 0
    /// How many files are never opened, by why.
    var refused: [String: Int] = [:]
    var unreadableFolders = 0
    /// Why it cannot be read.
    var failure: String?
  }

  /// A study that is gathered in the inbox.
  struct Pending: Codable, Sendable, Equatable {
    var study: String
    /// At most `listedPaths` of them; `fileCount` counts all.
    var paths: [String]
    var fileCount: Int
    /// UTC, milliseconds.
    var firstSeen: Int64
    /// When it is quiet if nothing more comes, UTC, milliseconds.
    var quietAt: Int64
    var why: String
  }

  /// A file that is of no study yet.
  struct Waiting: Codable, Sendable, Equatable {
    var path: String
    var firstSeen: Int64
    var reason: String
    /// When it is given up if it does not change, UTC, milliseconds.
    var givenUpAt: Int64?
    /// What is wrong with it: a code and a sentence, where it was read.
    var code: ReasonCode?
    var detail: String?
    /// The StudyInstanceUID that it states.
    var study: String?
  }

  /// When it was written, UTC, milliseconds.
  var time: Int64
  var process: Int32
  var version: String
  var phase: LifecycleState.Phase
  var scanSeconds: Double
  var stageSeconds: Double
  var pause: String?
  var inbox = Inbox()
  /// At most `listed` of them, the oldest first; `pendingCount` counts all.
  var pending: [Pending] = []
  var pendingCount = 0
  var pendingFiles = 0
  /// At most `listed` of them; `waitingCount` counts all.
  var waiting: [Waiting] = []
  var waitingCount = 0
  var running: [Int] = []
  var queued = 0
  var deferred = 0
  /// Claims whose files cannot be taken for now, by why.
  var stranded: [String: Int] = [:]
  /// Of the studies in the outbox; `nil` where a version wrote it that did not count them.
  var views: ViewTally?
  var health = HealthFacts()

  /// Where no daemon tells anything.
  static let nothing = StatusSnapshot(
    time: 0, process: 0, version: "", phase: .stopped, scanSeconds: 0, stageSeconds: 0)

  static let listed = 1_000
  static let listedPaths = 100

  static func read(_ spool: Spool) -> StatusSnapshot? {
    guard let bytes = try? Files.read(spool.status, .status) else { return nil }
    return try? JSONDecoder().decode(StatusSnapshot.self, from: Data(bytes))
  }

  func write(_ spool: Spool) throws(FileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return }
    try AtomicFile.write(Array(data), to: spool.status, mode: 0o600, durable: false, .status)
  }

  /// Whether it tells the same as another one, apart from times.
  func tellsTheSame(as other: StatusSnapshot) -> Bool {
    var other = other
    (other.time, other.inbox.lastScan, other.inbox.scanMilliseconds) = (
      time, inbox.lastScan, inbox.scanMilliseconds
    )
    return self == other
  }
}
