import Platform
import Spool

/// Why the daemon cannot work: the process ends, and the service manager starts it again.
enum DaemonFailure: Error, Sendable, CustomStringConvertible {
  case file(FileError)
  case journal(StudyJournal.Corruption)
  case spoolInUse(spool: String, holder: String?)
  case inboxInUse(inbox: String, holder: String?)
  /// The processor cannot be made: the model is missing, say.
  case processor(String)

  /// What a person has to mend first: the service manager does not start the daemon again by itself.
  var exitCode: Int32 {
    if case .journal = self { return ExitCode.configuration }
    return ExitCode.failure
  }

  var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .journal(let corruption): "\(corruption)"
    case .spoolInUse(let spool, let holder):
      "the spool \(spool) is in use by \(holder ?? "another daemon"); stop that one or give this one a spool of its own"
    case .inboxInUse(let inbox, let holder):
      "the inbox \(inbox) is in use by \(holder ?? "another daemon"); stop that one, or let this one only read the "
        + "inbox with intake = leave"
    case .processor(let text): text
    }
  }
}
