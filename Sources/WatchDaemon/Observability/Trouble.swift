/// Something that is wrong with the daemon or around it, and that a person can mend. It names no study, no patient and
/// no file of the inbox.
struct Trouble: Codable, Sendable, Equatable {
  /// What metrics, alerts and the command of `on_trouble` call it.
  enum Name: String, Codable, Sendable, CaseIterable {
    case inboxUnusable = "inbox-unusable"
    case inboxFolders = "inbox-folders-unreadable"
    case outboxUnusable = "outbox-unusable"
    case spoolUnusable = "spool-unusable"
    case intakePaused = "intake-paused"
    case claimsNotTaken = "claims-not-taken"
    case filesNotRead = "files-not-read"
    case attemptsPutOff = "attempts-put-off"
    case studyStuck = "study-stuck"
    case deliveryFails = "delivery-fails"
    case troubleCommandFails = "trouble-command-fails"
    case filesHeld = "files-held"
    case filesQuarantined = "files-quarantined"
    case configurationBad = "configuration-bad"
    case clockJumped = "clock-jumped"
    case indexBehind = "index-behind"
    case metricsNotWritten = "metrics-not-written"
    case journalGrows = "journal-grows"
    case sumsDiffer = "sums-differ"
    case notRunning = "not-running"
    case notReporting = "not-reporting"
    case journalUnreadable = "journal-unreadable"

    /// A daemon cannot tell it of itself: only `hinged status` finds it out.
    var isSeenFromOutside: Bool {
      switch self {
      case .notRunning, .notReporting, .journalUnreadable: true
      default: false
      }
    }
  }

  var name: Name
  /// What is wrong.
  var problem: String
  /// What a person does about it.
  var remedy: String

  init(_ name: Name, _ problem: String, _ remedy: String) {
    self.name = name
    self.problem = problem
    self.remedy = remedy
  }

  /// One sentence without its full stop.
  var text: String { "\(problem); \(remedy)" }
}
