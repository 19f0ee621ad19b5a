import Platform
import Study

/// What the daemon does not know how to do: from the files of a study to the files of its result.
package protocol StudyProcessor: Sendable {
  /// Begins the work on a study; called on a thread that may block.
  ///
  /// The same study with the same revision gives the same bytes: content times come from the study, names and UIDs
  /// from inputs, model, configuration and version.
  /// - Parameters:
  ///   - staging: An empty folder for the files of the result.
  ///   - context: Tells of progress, and whether the work is to stop.
  func begin(
    _ study: ClaimedStudy, into staging: StagingFolder, context: StudyContext
  ) throws(StudyFailure) -> any StudyWork
}

/// Work on one study, done in turns so that a huge study does not starve the others. Each turn may come on another
/// thread, one at a time.
package protocol StudyWork: AnyObject {
  /// Does the next piece, a clip or less than a minute's worth.
  /// - Returns: `nil` when there is more to do; the outcome after the last piece.
  func step() throws(StudyFailure) -> StudyOutcome?
}

/// A study that was taken out of the inbox, as the processor gets it.
package struct ClaimedStudy: Sendable, Equatable {
  /// A valid StudyInstanceUID.
  package var uid: String
  /// It was still growing at its limit: its status is `partial` at best.
  package var closedAtLimit: Bool
  /// What the result is to be published as, and what it follows. Where that is gone from the outbox, `earlier` says what
  /// was in it.
  package var succession: Succession
  /// Files to process, ascending by SOPInstanceUID.
  package var inputs: [ClaimedInput]
  /// Files of this claim whose end is decided: copies, conflicts.
  package var setAside: [ClaimedInput]
  /// Inputs of the revisions so far.
  package var earlier: [ClaimedInput]
  /// Readers' corrections of the revisions so far, oldest first.
  package var earlierCorrections: [ClaimedInput] = []
  /// What still fails now is taken as it is.
  package var isLastAttempt = true

  package init(
    uid: String, closedAtLimit: Bool, succession: Succession, inputs: [ClaimedInput],
    setAside: [ClaimedInput], earlier: [ClaimedInput], earlierCorrections: [ClaimedInput] = [],
    isLastAttempt: Bool = true
  ) {
    self.uid = uid
    self.closedAtLimit = closedAtLimit
    self.succession = succession
    self.inputs = inputs
    self.setAside = setAside
    self.earlier = earlier
    self.earlierCorrections = earlierCorrections
    self.isLastAttempt = isLastAttempt
  }
}

/// A file of a claimed study.
package struct ClaimedInput: Sendable, Hashable {
  /// Counts from 1 within the claim.
  package var index: Int
  /// Where to read it; `nil` for an earlier input that is not kept any more.
  package var path: String?
  /// Paths below the inbox under which its instance came, the first one first, for view rules. They may name the
  /// patient: for no output.
  package var names: [String]
  package var sha256: String
  package var sopInstanceUID: String?
  /// Time of the last change of the content, nanoseconds since 1970.
  package var modified: Int64
  /// Decided for `setAside` and `earlier`.
  package var end: InputEnd?

  package init(
    index: Int, path: String? = nil, names: [String], sha256: String, sopInstanceUID: String? = nil,
    modified: Int64, end: InputEnd? = nil
  ) {
    self.index = index
    self.path = path
    self.names = names
    self.sha256 = sha256
    self.sopInstanceUID = sopInstanceUID
    self.modified = modified
    self.end = end
  }
}

/// What came of a study.
package enum StudyOutcome: Sendable, Equatable {
  /// The result is staged, `study.json` among it. `ends` gives the end of each input by its index.
  case staged(StudyReport.Status, ends: [Int: InputEnd])
  /// The same work was published before, as that revision; nothing is to be published.
  case alreadyPublished(PublishedRevision, StudyReport.Status, ends: [Int: InputEnd])
  /// None of the files may be used, and nothing was published before.
  case nothingToPublish(ends: [Int: InputEnd])
}

/// Why a study's walk ended early.
package struct StudyFailure: Error, Sendable, Equatable {
  package enum Kind: String, Sendable, Codable {
    /// The disk is full, the share is gone: the study is not to blame, and its starts do not count.
    case environment
    /// It may pass: tried again, a bounded number of times.
    case transient
    /// It will not pass: the study is quarantined.
    case permanent
    /// The daemon stops.
    case interrupted
  }

  package var kind: Kind
  package var stage: StudyStage
  package var reason: ReasonCode?
  /// A sentence without paths and without patient data.
  package var detail: String

  package init(_ kind: Kind, _ stage: StudyStage, _ reason: ReasonCode? = nil, detail: String) {
    self.kind = kind
    self.stage = stage
    self.reason = reason
    self.detail = detail
  }

  package init(_ stage: StudyStage, _ error: FileError) {
    self.init(error.isOfTheEnvironment ? .environment : .transient, stage, detail: error.description + ".")
  }
}
